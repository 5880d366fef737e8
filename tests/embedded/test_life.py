"""The embedded servers come with the first command on a data folder and go with the last."""

import re
import secrets
import stat
from pathlib import Path
from typing import Any

import psycopg
import pytest


def test_first_command_makes_a_private_folder_and_both_servers(command: Any, new: Path) -> None:
    first = command(new).ready()
    assert first.sql("SELECT current_user::text, current_database()::text", "database_url") == [
        ("mailgate_app", "mailgate")
    ]
    assert first.redis("PING")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (new, new / "embedded", new / "secret.key")] == [
        0o700,
        0o700,
        0o600,
    ]
    assert len(first["secret_key"]) >= 32


def test_second_start_is_fast_and_finds_everything(command: Any, data: Path) -> None:
    second = command(data, durable=True).ready()
    assert second.took < 2
    assert second.sql("SELECT n FROM kept") == [(42,)]
    assert second.redis("GET", "kept") == "42"
    assert second["secret_key"] == (data / "secret.key").read_text()


def test_leaving_waits_until_nothing_is_left(command: Any, data: Path, proc: Any) -> None:
    only = command(data).ready()
    assert len(proc.all(data)) >= 4  # the holder, the keeper, both servers
    assert only.leave() < 5
    assert proc.all(data) == {}


def test_second_command_adopts_and_the_servers_outlive_the_first(command: Any, data: Path, proc: Any) -> None:
    first = command(data).ready()
    second = command(data).ready()
    assert {**second.said} == {**first.said}
    server = proc.pid(data, "bin/postgres -D")
    first.leave()
    assert second.sql("SELECT 1") == [(1,)]
    assert proc.pid(data, "bin/postgres -D") == server


def test_four_first_commands_at_once_share_one_keeper(command: Any, new: Path, proc: Any) -> None:
    four = [command(new) for _ in range(4)]
    assert len({str(each.ready().said) for each in four}) == 1
    assert proc.pid(new, "mailgate.embedded.keeper")
    for each in four:
        assert each.sql("SELECT 1") == [(1,)]
        each.process.stdin.close()
    assert [each.process.wait(20) for each in four] == [0, 0, 0, 0]
    assert proc.all(new) == {}


def test_nobodys_folder_rights_change(command: Any, new: Path) -> None:
    parents = [new.parent, *new.parent.parents]
    before = [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in parents]
    command(new).ready().leave()
    assert [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in parents] == before


def test_folder_with_other_things_in_it_keeps_its_rights(command: Any, new: Path) -> None:
    new.mkdir(mode=0o755)
    (new / "mine.txt").write_text("mine")
    command(new).ready().leave()
    assert stat.S_IMODE(new.stat().st_mode) == 0o755
    assert stat.S_IMODE((new / "embedded").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["x" * 200, "with blanks, commas & 'quotes'", "größe"])
def test_long_and_odd_paths_work(command: Any, new: Path, name: str) -> None:
    odd = new / name / "data"
    user = command(odd).ready()
    assert user.sql("SELECT 1") == [(1,)]
    assert user.redis("PING")
    sockets = Path(re.sub(r"^unix://(.*)/valkey.sock$", r"\1", user["redis_url"]))
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    user.leave()
    if new not in sockets.parents:
        assert not sockets.exists()


def test_servers_are_reached_by_local_sockets_with_a_password_only(command: Any, data: Path) -> None:
    user = command(data).ready()
    assert user.sql("SHOW listen_addresses") == [("",)]
    assert user.redis("CONFIG", "GET", "port") in ({"port": "0"}, ["port", "0"])
    password = user["database_url"].split("@")[0].rpartition(":")[2]
    for other in (user["database_url"].replace(password, "guess"), user["database_url"].replace(f":{password}", "")):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(other, connect_timeout=5)


def test_roles_may_do_what_they_need_and_no_more(command: Any, data: Path) -> None:
    user = command(data).ready()
    rights = (
        "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )
    assert user.sql(rights, "database_url") == user.sql(rights, "owner_url") == [(False,)]
    user.sql("CREATE SCHEMA office; CREATE TABLE office.t (n int); CREATE TABLE t (n int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        user.sql("CREATE TABLE mine (n int)", "database_url")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        user.sql("SELECT * FROM t", "database_url")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(user["database_url"].replace("/mailgate?", "/postgres?"), connect_timeout=5)


def test_text_search_tells_letters_from_signs(command: Any, data: Path) -> None:
    words = command(data).ready().sql("SELECT to_tsvector('simple', '„Größe“ – ÜBER')::text")
    assert words == [("'größe':1 'über':2",)]


def test_external_servers_are_used_as_they_are(command: Any, new: Path) -> None:
    external = {
        "database_url": "postgresql://app:x@db.example/mailgate",
        "database_owner_url": "postgresql://owner:x@db.example/mailgate",
        "redis_url": "redis://cache.example/0",
        "secret_key": secrets.token_urlsafe(48),
    }
    user = command(new, external).ready()
    assert user.said == {
        **{name: external[name] for name in ("database_url", "redis_url", "secret_key")},
        "owner_url": external["database_owner_url"],
        "admin_url": "",
    }
    user.leave()
    assert not new.exists()


def test_one_external_server_leaves_the_other_embedded(command: Any, new: Path, proc: Any) -> None:
    external = {"database_url": "postgresql://app:x@db.example/mailgate", "secret_key": secrets.token_urlsafe(48)}
    user = command(new, external).ready()
    assert user["database_url"] == external["database_url"]
    assert user.redis("PING")
    assert not any("bin/postgres" in words for words in proc.all(new).values())
    assert not (new / "embedded" / "postgres").exists()
    plain = command(new).ready()
    assert plain["kind"] == "Conflict"
    assert "MAILGATE_DATABASE_URL" in plain["error"]


def test_key_that_is_set_wins_over_the_one_that_is_kept(command: Any, data: Path) -> None:
    key = secrets.token_urlsafe(48)
    assert command(data, {"secret_key": key}).ready()["secret_key"] == key


def test_damaged_key_is_said_and_not_replaced(command: Any, data: Path) -> None:
    (data / "secret.key").write_text("")
    refused = command(data).ready()
    assert refused["kind"] == "BadSettings"
    assert str(data / "secret.key") in refused["error"]
    assert (data / "secret.key").read_text() == ""


def test_folder_that_cannot_be_is_refused_by_name(command: Any, new: Path) -> None:
    new.write_text("a file")
    refused = command(new / "below").ready()
    assert refused["kind"] == "BadSettings"
    assert refused["error"].startswith("MAILGATE_DATA: ")
    assert str(new) in refused["error"]


def test_log_is_cut_when_it_has_grown(command: Any, data: Path, proc: Any) -> None:
    log = data / "embedded" / "servers.log"
    with log.open("a") as file:
        file.write("old line\n" * 1_000_000)
    command(data).ready()
    assert proc.wait(lambda: log.stat().st_size < 100_000)
    assert (data / "embedded" / "servers.log.1").stat().st_size > 8_000_000
