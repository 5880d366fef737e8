"""Real servers for every test that asks for them."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from mailgate.embedded import Servers
from mailgate.office import passwords
from mailgate.store.db import Database
from mailgate.store.door import DoorDatabase
from tests.support.certificates import write_certificate
from tests.support.databases import Databases, Fresh, fresh_database, own_databases, shared_servers
from tests.support.promises import Hands, moved_by_hand
from tests.support.routes import routes_compiled_once
from tests.support.world import World, small_world


@pytest.fixture(scope="session", autouse=True)
def strong() -> Iterator[PasswordHasher]:
    """Passwords at full strength cost more than the rest of a page's test: all tests but theirs have weak ones."""
    hasher = passwords.hasher
    passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield hasher
    passwords.hasher = hasher


@pytest.fixture(scope="session", autouse=True)
def routes() -> Iterator[None]:
    """Most of making an application is compiling its routes: all tests share them."""
    with routes_compiled_once():
        yield


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """PostgreSQL and Valkey, shared by all test processes of this run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    with shared_servers(shared / "servers") as running:
        yield running


@pytest.fixture(scope="session")
def databases(servers: Servers) -> Iterator[Databases]:
    """Where tests get their databases from."""
    with own_databases(servers) as made:
        yield made


@pytest.fixture
def fresh(databases: Databases) -> Iterator[Fresh]:
    """A migrated database of this test's own."""
    with fresh_database(databases) as made:
        yield made


@pytest.fixture
def database(fresh: Fresh) -> Iterator[Database]:
    """Connections as everything but migrations has them: row-level security applies."""
    database = Database(fresh.app_url, pool=4)
    yield database
    database.close()


@pytest.fixture
def door(fresh: Fresh) -> Iterator[DoorDatabase]:
    """What the mail doors ask."""
    door = DoorDatabase(fresh.app_url)
    yield door
    door.close()


@pytest.fixture
def owner(fresh: Fresh) -> Iterator[Database]:
    """Connections as the owner of the tables."""
    database = Database(fresh.owner_url, pool=2)
    yield database
    database.close()


@pytest.fixture
def world(fresh: Fresh, tmp_path: Path) -> Iterator[World]:
    """A desk with a mailbox, an agent and a relay."""
    with small_world(fresh, tmp_path) as made:
        yield made


@pytest.fixture
def hands() -> Iterator[Hands]:
    """The clock's, which stand at Monday, nine o'clock in Berlin, until they are moved."""
    with moved_by_hand() as made:
        yield made


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of `localhost` with its key, in one PEM file."""
    return write_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """A server's side of TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    """A client's side of TLS, which trusts that server and no other."""
    return ssl.create_default_context(cafile=str(certificate))
