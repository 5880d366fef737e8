"""Whatever is killed, damaged or full: nothing is lost, nothing is left behind, and the next start works."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

KEEPER, POSTGRES, VALKEY = "mailgate.embedded.keeper", "bin/postgres -D", "valkey-server"


@pytest.fixture
def user(command: Any, data: Path) -> Any:
    """A command on a durable cluster, with a row and a key to lose."""
    return command(data, durable=True).ready()


def assert_all_is_there(user: Any, proc: Any) -> None:
    assert proc.wait(lambda: user.sql("SELECT n FROM kept", "owner_url")) == [(42,)]
    assert proc.wait(lambda: user.redis("GET", "kept")) == "42"


def test_killed_command_takes_the_servers_with_it(user: Any, command: Any, data: Path, proc: Any) -> None:
    user.kill()
    assert proc.wait(lambda: not proc.all(data))
    assert_all_is_there(command(data).ready(), proc)


@pytest.mark.parametrize("server", [POSTGRES, VALKEY])
def test_killed_server_is_started_again(user: Any, data: Path, proc: Any, server: str) -> None:
    before = proc.pid(data, server)
    os.kill(before, signal.SIGKILL)
    assert proc.wait(lambda: any(server in words and pid != before for pid, words in proc.all(data).items()))
    assert_all_is_there(user, proc)
    assert "ended (SIGKILL), starting it again" in (data / "embedded" / "servers.log").read_text()


def test_killed_connection_leaves_the_server_standing(user: Any, proc: Any) -> None:
    with psycopg.connect(user["owner_url"]) as connection:
        (backend,) = connection.execute("SELECT pg_backend_pid()").fetchone() or (0,)
        os.kill(backend, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert_all_is_there(user, proc)


def test_killed_keeper_leaves_no_servers_and_is_healed(user: Any, data: Path, proc: Any) -> None:
    assert user.ensure() is False
    before = proc.all(data)
    os.kill(proc.pid(data, KEEPER), signal.SIGKILL)
    assert proc.wait(user.ensure)
    assert_all_is_there(user, proc)  # under the same URLs
    assert set(before) & set(proc.all(data)) == {user.process.pid}


def test_killed_keeper_without_anybody_to_heal_leaves_no_servers(
    user: Any, command: Any, data: Path, proc: Any
) -> None:
    os.kill(proc.pid(data, KEEPER), signal.SIGKILL)
    assert proc.wait(lambda: set(proc.all(data)) == {user.process.pid})
    assert_all_is_there(command(data).ready(), proc)


def test_everything_killed_at_once_starts_again(user: Any, command: Any, data: Path, proc: Any) -> None:
    proc.kill_all(data)
    user.kill()
    assert_all_is_there(command(data).ready(), proc)


def test_server_that_does_not_end_with_its_keeper_is_ended(user: Any, command: Any, data: Path, proc: Any) -> None:
    stuck = proc.pid(data, POSTGRES)
    os.kill(stuck, signal.SIGSTOP)
    os.kill(proc.pid(data, KEEPER), signal.SIGKILL)
    user.kill()
    again = command(data).ready()
    assert stuck not in proc.all(data)
    assert_all_is_there(again, proc)


@pytest.mark.parametrize("account", ["ours", "the servers'"])
def test_reused_process_id_does_not_stop_the_start(
    user: Any, command: Any, data: Path, proc: Any, account: str
) -> None:
    note = data / "embedded" / "postgres" / "postmaster.pid"
    proc.kill_all(data)
    user.kill()
    _, *rest = note.read_text().splitlines(keepends=True)
    owner = note.stat().st_uid if account != "ours" and os.geteuid() == 0 else None
    with subprocess.Popen(["sleep", "60"], user=owner) as foreign:
        note.write_text("".join([f"{foreign.pid}\n", *rest]))
        try:
            assert_all_is_there(command(data).ready(), proc)
            assert foreign.poll() is None
        finally:
            foreign.kill()


@pytest.mark.parametrize("seconds", [0.2, 0.3, 0.45, 0.6, 0.8])
def test_first_start_cut_short_leaves_nothing_half_made(command: Any, new: Path, proc: Any, seconds: float) -> None:
    first = command(new, durable=True)
    time.sleep(seconds)
    proc.kill_all(new)
    first.kill()
    second = command(new, durable=True).ready()
    assert second.sql("SELECT 1", "database_url") == [(1,)]
    second.leave()
    assert list((new / "embedded").glob("postgres-draft-*")) == []


def test_database_of_another_major_version_is_named(command: Any, data: Path) -> None:
    version = data / "embedded" / "postgres" / "PG_VERSION"
    version.write_text("15\n")
    refused = command(data).ready()
    assert refused["kind"] == "BadSettings"
    for word in ("PostgreSQL 15", "PostgreSQL 18", "mailgate backup", "mailgate restore", str(data)):
        assert word in refused["error"]
    version.write_text("18\n")
    assert command(data).ready().sql("SELECT 1") == [(1,)]


def test_unreadable_journal_of_valkey_is_put_aside(user: Any, command: Any, data: Path, proc: Any) -> None:
    user.leave()
    for file in (data / "embedded" / "valkey").rglob("*.aof"):
        file.write_bytes(b"\0" * 4096 + file.read_bytes())
    again = command(data).ready()
    assert again.redis("PING")
    assert again.sql("SELECT n FROM kept") == [(42,)]
    assert "begins anew" in (data / "embedded" / "servers.log").read_text()


@pytest.fixture
def small_disk(new: Path) -> Iterator[Path]:
    """A disk with room for a cluster and little else."""
    if os.geteuid() != 0:
        pytest.skip("a full disk: mounting a small one needs root")
    new.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=160m,mode=0700", "tmpfs", new],
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"a full disk: {mounted.stderr.strip()}")
    yield new
    subprocess.run(["umount", "-l", new], check=True)


def fill(disk: Path, leave: int = 0) -> Path:
    ballast = disk / "ballast"
    with ballast.open("ab") as file:
        space = os.statvfs(disk)
        os.posix_fallocate(file.fileno(), file.tell(), space.f_bavail * space.f_frsize - leave)
    return ballast


def test_full_disk_stops_the_first_start_with_a_clear_word(small_disk: Path, command: Any) -> None:
    ballast = fill(small_disk, leave=20 * 2**20)
    refused = command(small_disk).ready()
    assert refused["kind"] == "Temporary"
    assert f"The disk that holds {small_disk} is full" in refused["error"]
    ballast.unlink()
    assert command(small_disk).ready().sql("SELECT 1") == [(1,)]


def test_disk_that_fills_up_damages_nothing(small_disk: Path, command: Any, proc: Any) -> None:
    user = command(small_disk, durable=True).ready()
    user.sql("CREATE TABLE kept AS SELECT 42 AS n")
    user.redis("SET", "kept", "42")
    fill(small_disk, leave=8 * 2**20)
    with pytest.raises((psycopg.errors.DiskFull, psycopg.OperationalError)):
        user.sql("CREATE TABLE big AS SELECT md5(n::text) FROM generate_series(1, 400000) n")
    fill(small_disk)
    user.process.stdin.close()
    user.process.wait(20)
    refused = command(small_disk).ready()
    if "error" in refused.said:
        assert f"The disk that holds {small_disk} is full" in refused["error"]
    else:  # it may still find room to start; it must not claim to have written
        with pytest.raises(psycopg.Error):
            refused.sql("CREATE TABLE more AS SELECT repeat('x', 2000) FROM generate_series(1, 100000)")
        refused.leave()
    (small_disk / "ballast").unlink()
    again = command(small_disk, durable=True).ready()
    assert_all_is_there(again, proc)
    again.sql("INSERT INTO kept VALUES (43)")
