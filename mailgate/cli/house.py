"""What most commands need first: settings, the servers, and a connection under the right credential."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailgate.cli.web_address import served_at
from mailgate.embedded import Servers, running
from mailgate.errors import BadInput, BadSettings
from mailgate.settings import Settings, read_settings
from mailgate.store.audit import By, work_for
from mailgate.store.db import Database, Session
from mailgate.store.organisations import find_organisation

if TYPE_CHECKING:
    from mailgate.seal import Seal


@dataclass(frozen=True)
class House:
    """Settings read, servers running."""

    settings: Settings
    servers: Servers

    @property
    def public_url(self) -> str:
        """How browsers reach the pages: as it is set, or as the running gateway serves them."""
        return self.settings.base_url or served_at(self.settings.data) or self.settings.public_url

    @contextmanager
    def owner(self) -> Iterator[Database]:
        """The owner of the tables: migrate, org add, seed, backup."""
        yield from _opened(self.owner_url)

    @property
    def owner_url(self) -> str:
        """The owner's credential, or a word on what is missing."""
        if not self.servers.owner_url:
            raise BadSettings("MAILGATE_DATABASE_OWNER_URL is missing: this command works as the owner of the tables.")
        return self.servers.owner_url

    @property
    def seal(self) -> Seal:
        """What seals mailbox passwords and tokens."""
        from mailgate.seal import Seal

        former = self.settings.former_secret_key
        return Seal(self.servers.secret_key, former.get_secret_value() if former else None)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Everything else."""
        yield from _opened(self.servers.database_url)

    @contextmanager
    def desk(self, org: str | None) -> Iterator[Session]:
        """A transaction for the organisation named, or the only one, that sees nothing of the others."""
        with self.database() as database, database.desk(self.organisation(database, org)) as session:
            work_for(session, By("the command line"))
            yield session

    def organisation(self, database: Database, name: str | None) -> int:
        """The id of the organisation named; where there is only one, it need not be."""
        with database.crossing() as connection:
            found = find_organisation(connection, name)
        if found is None and name:
            raise BadInput(f"There is no organisation {name!r}; `mailgate org list` shows them.")
        if found is None:
            raise BadInput("There are several organisations: name one with --org NAME; `mailgate org list` shows them.")
        return found


@contextmanager
def house(**overrides: object) -> Iterator[House]:
    """Read the settings and see to it that the servers run for as long as the block does."""
    settings = read_settings(**overrides)
    with running(settings) as servers:
        yield House(settings, servers)


def _opened(url: str) -> Iterator[Database]:
    database = Database(url, pool=2)
    try:
        yield database
    finally:
        database.close()
