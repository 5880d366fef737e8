"""One PostgreSQL and one Valkey for all test processes, and a database of its own for every test."""

import fcntl
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from mailgate.embedded import Servers, running
from mailgate.settings import Settings
from mailgate.store.migrate import migrate
from tests.support.washing import Clean, look_at, washed

TEMPLATE = "mailgate_template"


@dataclass(frozen=True)
class Fresh:
    """A migrated database nobody else uses."""

    app_url: str
    owner_url: str
    redis_url: str


@dataclass
class Databases:
    """What a test process keeps from test to test: databases that are as the template again, and how each looks."""

    servers: Servers
    clean: Clean
    free: list[tuple[str, Clean]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))


@contextmanager
def shared_servers(folder: Path) -> Iterator[Servers]:
    """Every test process uses the same servers; the last to leave stops them."""
    with running(Settings(_env_file=None, data=folder), durable=False) as servers:
        with _alone(folder.parent / "template.lock"), _admin(servers) as admin:
            known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone()
            if known is None:
                admin.execute(f"CREATE DATABASE {TEMPLATE}_new OWNER mailgate_owner")
                migrate(_at(servers.owner_url, f"{TEMPLATE}_new"), _at(servers.database_url, f"{TEMPLATE}_new"))
                admin.execute(f"ALTER DATABASE {TEMPLATE}_new RENAME TO {TEMPLATE}")
        yield servers


@contextmanager
def own_databases(servers: Servers) -> Iterator[Databases]:
    """The databases of one test process, gone at its end."""
    # Looked at in a copy: nobody may be connected to a template while others copy it.
    first = f"test_{os.getpid()}_0"
    _create(servers, first)
    with psycopg.connect(_at(servers.admin_url, first), autocommit=True) as admin:
        clean = look_at(admin)
    databases = Databases(servers, clean, [(first, clean)])
    try:
        yield databases
    finally:
        for name, _ in databases.free:
            _drop(servers, name)


@contextmanager
def fresh_database(databases: Databases) -> Iterator[Fresh]:
    """A database like the template, and an empty Redis database of this test process."""
    servers = databases.servers
    if databases.free:
        name, clean = databases.free.pop()
    else:
        name, clean = f"test_{os.getpid()}_{next(databases.numbers)}", databases.clean
        _create(servers, name)
    redis_url = f"{servers.redis_url}?db={1 + _worker_number()}"
    try:
        yield Fresh(_at(servers.database_url, name), _at(servers.owner_url, name), redis_url)
    finally:
        if (now := washed(_at(servers.admin_url, name), clean)) is not None:
            databases.free.append((name, now))
        else:
            _drop(servers, name)


def _create(servers: Servers, name: str) -> None:
    with _admin(servers) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER mailgate_owner")


def _drop(servers: Servers, name: str) -> None:
    with _admin(servers) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _worker_number() -> int:
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 15


def _at(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


@contextmanager
def _admin(servers: Servers) -> Iterator[psycopg.Connection]:
    with psycopg.connect(servers.admin_url, autocommit=True) as connection:
        yield connection


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
