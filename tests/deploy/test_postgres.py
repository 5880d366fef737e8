"""The database's roles as deploy/postgres/roles.sql makes them, on a real server."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

from mailgate.embedded import Servers, client_tool
from mailgate.errors import BadSettings
from mailgate.store.db import Database, require_tenant_role
from mailgate.store.migrate import migrate

ROLES = Path(__file__).parents[2] / "deploy" / "postgres" / "roles.sql"
PASSWORDS = {"OWNER_PASSWORD": "it's;the'owner'", "APP_PASSWORD": "a-p@ss/word"}


@dataclass(frozen=True)
class Made:
    """What the script made."""

    app_url: str
    owner_url: str
    admin_url: str


@pytest.fixture
def made(servers: Servers) -> Iterator[Made]:
    """Roles and a database under names of this test's own."""
    mark = f"roles_{os.getpid()}"
    names = {"owner": f"{mark}_owner", "app": f"{mark}_app", "database": mark}
    chosen = [part for name, value in names.items() for part in ("-v", f"{name}={value}")]
    subprocess.run(
        [client_tool("psql"), "-X", "-q", *chosen, "-f", str(ROLES), servers.admin_url],
        check=True,
        env={**os.environ, **PASSWORDS},
    )
    try:
        admin = make_url(servers.admin_url).set(database=mark)
        app = admin.set(username=names["app"], password=PASSWORDS["APP_PASSWORD"])
        owner = admin.set(username=names["owner"], password=PASSWORDS["OWNER_PASSWORD"])
        yield Made(_whole(app), _whole(owner), _whole(admin))
    finally:
        with psycopg.connect(servers.admin_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {mark} WITH (FORCE)")
            for role in (names["app"], names["owner"]):
                connection.execute(f"DROP ROLE IF EXISTS {role}")


def test_the_owner_migrates_and_the_app_role_works_under_row_level_security(made: Made) -> None:
    migrate(made.owner_url, made.app_url)
    with closing(Database(made.app_url, pool=1)) as database:
        require_tenant_role(database)
    with closing(Database(made.owner_url, pool=1)) as database, pytest.raises(BadSettings, match="owns the tables"):
        require_tenant_role(database)


def test_the_app_role_can_make_no_tables(made: Made) -> None:
    migrate(made.owner_url, made.app_url)
    with psycopg.connect(made.app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE mine (id int)")


def test_nobody_else_comes_in(made: Made, servers: Servers) -> None:
    stranger = make_url(servers.database_url).set(database=make_url(made.admin_url).database)
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(_whole(stranger))


def test_an_index_finds_what_begins_with_some_letters(made: Made) -> None:
    with psycopg.connect(made.admin_url) as connection:
        row = connection.execute(
            "SELECT datcollate, to_tsvector('simple', 'Größe!') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row == ("C", "'größe':1")


def _whole(url: URL) -> str:
    return url.render_as_string(hide_password=False)
