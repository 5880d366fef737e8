"""What the mail doors ask of the database, over bare connections: they keep mail, and weigh half of what others do."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from mailgate.errors import Conflict, Temporary

_REMEMBERED = 1000  # mails of a folder that are still to be tidied, or were left where they lie
_OURS = psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction


class Found(NamedTuple):
    """A mailbox found across tenants: no more than the door needs to know."""

    org_id: int
    id: int
    address: str


class Application(NamedTuple):
    """A token found across tenants, valid or not: its owner decides."""

    org_id: int
    name: str
    role: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder has been read."""

    uidvalidity: int
    uid: int = 0
    tidy: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A folder's cursor moves on. It has to stand where we left it, or somebody else fetches the same mailbox."""

    org_id: int
    account_id: int
    folder: str
    before: Cursor
    uid: int
    kept: tuple[int, ...]
    left: tuple[tuple[int, str], ...] = ()


class DoorDatabase:
    """Connections that are opened when they are needed, kept for the next, and anew when they were lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._idle: deque[psycopg.Connection[Any]] = deque()

    def find_mailbox(self, address: str) -> Found | None:
        """The active mailbox an address belongs to, whoever's it is; a plus-part is ignored, a catch-all comes last."""
        local, _, domain = address.lower().rpartition("@")
        with self._connection() as connection:
            question = "SELECT org_id, id, address FROM find_mailbox(%s, %s)"
            row = connection.execute(question, (f"{local}@{domain}", f"{local.partition('+')[0]}@{domain}")).fetchone()
        return Found(*row) if row else None

    def find_application(self, digest: bytes) -> Application | None:
        """The program whose token has this hash."""
        with self._connection() as connection:
            row = connection.execute("SELECT org_id, id FROM find_token('api', %s)", (digest,)).fetchone()
            if row is None:
                return None
            with connection.transaction():
                _sit(connection, row[0])
                question = "SELECT name, role, expires_at FROM tokens WHERE id = %s"
                token = connection.execute(question, (row[1],)).fetchone()
        return Application(row[0], token[0], token[1] or "", token[2]) if token else None

    @contextmanager
    def keeping(self) -> Iterator[Keeping]:
        """One transaction for whatever came in: committed whole at the end, or not at all."""
        with self._connection() as connection, connection.transaction():
            yield Keeping(connection)

    def close(self) -> None:
        """Hang up."""
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = psycopg.connect(self._url, autocommit=True, connect_timeout=5, application_name="mailgate")
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
        except psycopg.OperationalError as error:
            self.close()  # after a restart of the database, those that lie idle are dead, too
            is_full = str(error.sqlstate).startswith(("53", "57P"))  # out of disk, memory; shutting down
            why = "cannot take anything just now" if is_full else "cannot be reached"
            raise Temporary(f"The database {why}.") from error
        except _OURS as error:
            raise Conflict("The database is not at this version: run `mailgate migrate` first.") from error
        self._idle.append(connection)


class Keeping:
    """A transaction that keeps mail, for one organisation after the other."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def sit(self, org: int) -> None:
        """From here on, for this organisation."""
        _sit(self._connection, org)

    def keep(self, rows: Sequence[dict[str, Any]]) -> list[int]:
        """Write newly received mails, all with the same columns; the ids, in order."""
        columns, places = ", ".join(rows[0]), ", ".join(["%s"] * len(rows[0]))
        statement = f"INSERT INTO kept_mail ({columns}) VALUES ({places}) RETURNING id"  # noqa: S608 - our own names
        with self._connection.cursor() as cursor:
            cursor.executemany(statement, [tuple(row.values()) for row in rows], returning=True)
            return [row[0] for result in cursor.results() for row in result]

    def move_on(self, step: Step) -> None:
        """Note how far a folder was read."""
        where = (step.account_id, step.folder)
        row = self._connection.execute(
            "SELECT uidvalidity, uid, tidy, left_behind FROM imap_folders WHERE account_id = %s AND name = %s"
            " FOR UPDATE",
            where,
        ).fetchone()
        if row is None or row[:2] != (step.before.uidvalidity, step.before.uid):
            raise Conflict(f"Somebody else reads {step.folder} of this mailbox: nothing was kept twice.")
        tidy = [*row[2], *step.kept][-_REMEMBERED:]
        left = [*row[3], *map(list, step.left)][-_REMEMBERED:]
        self._connection.execute(
            "UPDATE imap_folders SET uid = %s, tidy = %s, left_behind = %s WHERE account_id = %s AND name = %s",
            (step.uid, Jsonb(tidy), Jsonb(left), *where),
        )


def _sit(connection: psycopg.Connection[Any], org: int) -> None:
    connection.execute("SELECT set_config('mailgate.org', %s, true)", (str(org),))
