"""Servers of somebody's own, named by URL, carry a letter exactly as the embedded ones do."""

import os
import pwd
import shutil
import signal
import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mailgate.embedded.account import Account
from mailgate.embedded.binaries import installed
from mailgate.embedded.programs import for_account
from tests.support.processes import eventually
from tests.support.relay import free_port

PASSWORD = "a password, with signs: @/?#%"
QUOTED = "a%20password%2C%20with%20signs%3A%20%40%2F%3F%23%25"
LETTER = (
    b"From: Ana <ana@lusitel.example>\r\nTo: help@nordlicht.example\r\nSubject: No dial tone\r\n\r\nSince noon.\r\n"
)


@pytest.fixture
def postgres() -> Iterator[dict[str, str]]:
    """A PostgreSQL that knows nothing of Mailgate: TCP, passwords, roles with names of its admin's choice."""
    place = Path(tempfile.mkdtemp(prefix="mg-"))
    place.chmod(0o755)
    account: dict[str, Any] = {}
    if os.geteuid() == 0:
        who = pwd.getpwnam("nobody")
        account = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
    made, secret = place / "cluster", place / "password"
    made.mkdir(mode=0o700)
    secret.write_text(PASSWORD)
    if account:
        os.chown(made, account["user"], account["group"])
    programs = for_account(Account(account.get("user")))
    initdb = [programs.postgres("initdb"), "-D", str(made), "-U", "boss", "-A", "scram-sha-256", "-N"]
    subprocess.run([*initdb, f"--pwfile={secret}"], check=True, capture_output=True, cwd="/", **account)
    port = free_port()
    command = [programs.postgres("postgres"), "-D", str(made), "-k", "", "-h", "127.0.0.1", "-p", str(port), "-F"]
    with (place / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd="/", stdout=log, stderr=log, **account)
    try:
        found_database(port)
        yield {
            "MAILGATE_DATABASE_URL": f"postgresql://support_app:{QUOTED}@127.0.0.1:{port}/support",
            "MAILGATE_DATABASE_OWNER_URL": f"postgresql://support_owner:{QUOTED}@127.0.0.1:{port}/support",
        }
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)
        shutil.rmtree(place)


def found_database(port: int) -> None:
    """What `docs/deploy.md` asks an admin to do."""
    eventually(lambda: is_up(port))
    with connected(port) as boss:
        for role in ("support_owner", "support_app"):
            boss.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
        boss.execute("CREATE DATABASE support OWNER support_owner")


def is_up(port: int) -> bool:
    try:
        connected(port).close()
    except psycopg.OperationalError:
        return False
    return True


def connected(port: int) -> "psycopg.Connection[Any]":
    return psycopg.connect(
        host="127.0.0.1", port=port, user="boss", password=PASSWORD, dbname="postgres", autocommit=True
    )


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[dict[str, str]]:
    port = free_port()
    command = [installed().valkey, "--port", str(port), "--bind", "127.0.0.1", "--requirepass", PASSWORD]
    with (tmp_path / "valkey.log").open("wb") as log:
        server = subprocess.Popen([*command, "--save", "", "--dir", str(tmp_path)], stdout=log, stderr=log)
    yield {"MAILGATE_REDIS_URL": f"redis://:{QUOTED}@127.0.0.1:{port}/0"}
    server.terminate()
    server.wait(10)


def test_letter_becomes_a_ticket_on_external_servers(
    postgres: dict[str, str], valkey: dict[str, str], tmp_path: Path
) -> None:
    smtp, web = free_port(), free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAILGATE_")}
    environment = {
        **inherited,
        **postgres,
        **valkey,
        "MAILGATE_DATA": str(tmp_path / "data"),
        "MAILGATE_SECRET_KEY": "a key of the admin's own, long enough",
    }
    mailgate = (sys.executable, "-P", "-m", "mailgate")
    for words in (["migrate"], ["mailbox", "add", "help@nordlicht.example"]):
        subprocess.run([*mailgate, *words], check=True, env=environment, cwd=tmp_path, capture_output=True)
    up = subprocess.Popen(
        [*mailgate, "up", "--smtp", str(smtp), "--web", str(web), "--workers", "1"],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert up.stdout is not None
    with up.stdout as said:
        try:
            assert any(line == f"ready: web http://127.0.0.1:{web} smtp 127.0.0.1:{smtp}\n" for line in said)
            with smtplib.SMTP("127.0.0.1", smtp) as door:
                door.sendmail("ana@lusitel.example", ["help@nordlicht.example"], LETTER)
            eventually(lambda: subjects(postgres) == ["No dial tone"])
            link = subprocess.check_output([*mailgate, "user", "add", "ann@a.example"], env=environment, cwd=tmp_path)
            assert link.decode().startswith(f"http://127.0.0.1:{web}/sign-in/")
        finally:
            up.send_signal(signal.SIGTERM)
            status = up.wait(20)
    assert status == 0
    assert not (tmp_path / "data" / "embedded").exists()


def subjects(postgres: dict[str, str]) -> list[str]:
    with psycopg.connect(postgres["MAILGATE_DATABASE_URL"]) as desk:
        desk.execute("SELECT set_config('mailgate.org', '1', true)")
        return [subject for (subject,) in desk.execute("SELECT subject FROM tickets")]
