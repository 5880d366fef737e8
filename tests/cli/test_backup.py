"""`mailgate backup` and `restore`: from one installation to another, embedded or not, newer PostgreSQL or older."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mailgate.embedded import client_tool, running
from mailgate.settings import Settings
from tests.cli.conftest import Mailgate, call
from tests.support.commands import Said
from tests.support.mails import mail
from tests.support.processes import eventually
from tests.support.relay import free_port
from tests.support.world import DESK, KEY, World

OTHER_KEY = "another key, and long enough to be one"


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short name, so that sockets fit into it."""
    above = Path(tempfile.mkdtemp(prefix="mg-"))
    yield above
    shutil.rmtree(above)


class Installation:
    """One set of settings, and what `mailgate` does under it."""

    def __init__(self, place: Path, **settings: str) -> None:
        self.place = place
        self.settings = {"MAILGATE_RESOLVER": "off", **settings}

    def __call__(self, *words: str, stdin: bytes = b"") -> Said:
        return call(self.settings, self.place, *words, stdin=stdin)

    def does(self, *words: str, stdin: bytes = b"") -> str:
        said = self(*words, stdin=stdin)
        assert said.code == 0, said.err
        return said.out


@pytest.fixture
def embedded(place: Path) -> Iterator[tuple[Installation, Installation]]:
    """Two installations with data folders of their own; their servers stay up, so that commands are quick."""
    folders = [place / "one", place / "two"]
    keep = [running(Settings(_env_file=None, data=folder), durable=False) for folder in folders]
    for each in keep:
        each.__enter__()
    one, two = (Installation(place, MAILGATE_DATA=str(folder)) for folder in folders)
    yield one, two
    for each in keep:
        each.__exit__(None, None, None)


def _furnish(one: Installation) -> None:
    one.does("migrate")
    one.does("mailbox", "add", DESK, "--name", "Nordlicht Support")
    one.does("ingest", "--mailbox", DESK, stdin=mail(message_id="travels@lusitel.example"))


def test_everything_moves_to_another_data_folder(embedded: tuple[Installation, Installation], place: Path) -> None:
    one, two = embedded
    _furnish(one)
    said = one.does("backup", "all.tar")
    assert said.startswith("Wrote all.tar: ")
    assert stat.S_IMODE((place / "all.tar").stat().st_mode) == 0o600
    said = two.does("restore", "all.tar")
    assert "Restored all.tar, made on" in said
    assert "mailgate restore --release" in said
    assert (place / "two" / "secret.key").read_text() == (place / "one" / "secret.key").read_text()
    assert stat.S_IMODE((place / "two" / "secret.key").stat().st_mode) == 0o600
    assert DESK in two.does("mailbox", "list")
    assert "It came in through the pipe" in two.does("explain", "1")
    assert "restore --release" in two.does("doctor")
    again = two("restore", "all.tar")
    assert (again.code, len(again.err.splitlines())) == (1, 1)
    assert "--force" in again.err
    assert two.does("restore", "--release") == "Mail leaves again; 0 letters were kept back until now.\n"
    assert "Letters leave." in two.does("doctor")


@pytest.fixture
def postgres_16() -> Iterator[str]:
    """An older PostgreSQL, apart from us: its port."""
    programs = Path(client_tool("psql").replace("pginstall18", "pginstall")).parent
    above = Path(tempfile.mkdtemp(prefix="mg-"))
    above.chmod(0o755)
    account: dict[str, Any] = {}
    if os.geteuid() == 0:
        who = pwd.getpwnam("nobody")
        account = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
    cluster, secret = above / "cluster", above / "password"
    cluster.mkdir(mode=0o700)
    secret.write_text("boss")
    if account:
        os.chown(cluster, account["user"], account["group"])
    initdb = [str(programs / "initdb"), "-D", str(cluster), "-U", "boss", "-A", "scram-sha-256", "-E", "UTF8", "-N"]
    try:
        subprocess.run([*initdb, f"--pwfile={secret}"], check=True, capture_output=True, cwd="/", **account)
    except (OSError, subprocess.CalledProcessError) as error:
        shutil.rmtree(above)
        pytest.skip(f"PostgreSQL 16 of the wheel cannot be started here: {error}")
    port = free_port()
    command = [str(programs / "postgres"), "-D", str(cluster), "-k", "", "-h", "127.0.0.1", "-p", str(port), "-F"]
    with (above / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd="/", stdout=log, stderr=log, **account)
    try:
        eventually(lambda: _found_database(port))
        yield str(port)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)
        shutil.rmtree(above)


def _found_database(port: int) -> bool:
    try:
        with psycopg.connect(f"postgresql://boss:boss@127.0.0.1:{port}/postgres", autocommit=True) as boss:
            boss.execute("CREATE ROLE their_owner LOGIN PASSWORD 'owner'")
            boss.execute("CREATE ROLE their_app LOGIN PASSWORD 'app'")
            boss.execute("CREATE DATABASE desk OWNER their_owner")
    except psycopg.OperationalError:
        return False
    return True


def test_a_backup_goes_to_an_older_postgres_and_comes_back(
    embedded: tuple[Installation, Installation], postgres_16: str, place: Path, servers: Any
) -> None:
    one, two = embedded
    _furnish(one)
    one.does("backup", "new.tar")
    external = Installation(
        place,
        MAILGATE_DATA=str(place / "three"),
        MAILGATE_DATABASE_URL=f"postgresql://their_app:app@127.0.0.1:{postgres_16}/desk",
        MAILGATE_DATABASE_OWNER_URL=f"postgresql://their_owner:owner@127.0.0.1:{postgres_16}/desk",
        MAILGATE_REDIS_URL=servers.redis_url,
        MAILGATE_SECRET_KEY=OTHER_KEY,
    )
    said = external("restore", "new.tar")
    assert said.code == 1
    assert "MAILGATE_SECRET_KEY" in said.err
    external.settings["MAILGATE_SECRET_KEY"] = (place / "one" / "secret.key").read_text()
    external.does("restore", "new.tar")
    assert not (place / "three" / "secret.key").exists()
    assert "It came in through the pipe" in external.does("explain", "1")
    assert "PostgreSQL 16" in external.does("doctor")
    external.does("backup", "old.tar")
    two.does("restore", "old.tar")
    assert (place / "two" / "secret.key").read_text() == (place / "one" / "secret.key").read_text()
    assert "It came in through the pipe" in two.does("explain", "1")


@pytest.mark.parametrize("words", [["restore"], ["restore", "a.tar", "--release"], ["restore", "--release", "--force"]])
def test_wrong_words_are_answered_with_how_to_say_it(mailgate: Mailgate, words: list[str]) -> None:
    said = mailgate(*words)
    assert said.code == 2
    assert "--release alone" in said.err


def test_what_cannot_be_is_one_clear_line(world: World, mailgate: Mailgate, tmp_path: Path) -> None:
    assert world.org == 1
    (tmp_path / "noise.tar").write_bytes(b"noise" * 1000)
    for words, told in (
        (["restore", "nowhere.tar"], "nowhere.tar cannot be read: No such file or directory."),
        (["restore", str(tmp_path / "noise.tar")], "no backup, or damaged"),
        (["backup", "/nowhere/all.tar"], "/nowhere/all.tar.part cannot be written: No such file or directory."),
    ):
        said = mailgate(*words)
        assert said.code != 0
        assert (said.out, len(said.err.splitlines())) == ("", 1)
        assert told in said.err


def test_without_the_owners_credential_it_says_which_setting_is_missing(mailgate: Mailgate) -> None:
    said = mailgate("backup", "all.tar", MAILGATE_DATABASE_OWNER_URL="")
    assert said.code == 78
    assert "MAILGATE_DATABASE_OWNER_URL" in said.err


def test_a_running_gateway_is_not_restored_over(world: World, mailgate: Mailgate) -> None:
    world.receive(mail())
    assert mailgate("backup", "all.tar").code == 0
    said = mailgate("restore", "all.tar", "--force", MAILGATE_SECRET_KEY=KEY)
    assert said.code == 1
    assert "stop it first" in said.err
