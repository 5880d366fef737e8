"""Write many invented tickets at once, by COPY, as the owner of the tables. Every index and check stays in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import NamedTuple

import psycopg
from psycopg import sql

from mailgate.store.db import temporary_when_down


class PersonRow(NamedTuple):
    """A row of `people`."""

    id: int
    name: str
    language: str
    created_at: datetime


class AddressRow(NamedTuple):
    """A row of `addresses`."""

    id: int
    address: str
    person_id: int
    created_at: datetime


class TicketRow(NamedTuple):
    """A row of `tickets`."""

    id: int
    number: str
    subject: str
    status: str
    priority: str
    mailbox_id: int
    requester_id: int
    requester_address: str
    assignee_id: int | None
    team_id: int | None
    category_id: int | None
    channel: str
    language: str
    thread_root: str
    is_unread: bool
    message_count: int
    created_at: datetime
    updated_at: datetime
    last_customer_at: datetime
    first_response_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None


class TagRow(NamedTuple):
    """A row of `ticket_tags`."""

    id: int
    tag: str
    ticket_id: int


class MessageRow(NamedTuple):
    """A row of `messages`; `to` and `spans` are JSON."""

    id: int
    ticket_id: int
    direction: str
    kind: str
    channel: str
    at: datetime
    author: str
    author_address: str | None
    agent_id: int | None
    to: str
    subject: str
    text: str
    spans: str
    message_id: str | None
    trust: str | None


class ThreadIdRow(NamedTuple):
    """A row of `thread_ids`."""

    id: int
    message_id: str
    ticket_id: int
    is_own: bool


class EventRow(NamedTuple):
    """A row of `events`; `data` is JSON."""

    id: int
    ticket_id: int
    message_id: int | None
    kind: str
    at: datetime
    actor: str
    actor_name: str
    agent_id: int | None
    data: str


@dataclass
class Sheaf:
    """Rows that belong together and are written in one transaction; each field is a table."""

    people: list[PersonRow] = field(default_factory=list)
    addresses: list[AddressRow] = field(default_factory=list)
    tickets: list[TicketRow] = field(default_factory=list)
    ticket_tags: list[TagRow] = field(default_factory=list)
    messages: list[MessageRow] = field(default_factory=list)
    thread_ids: list[ThreadIdRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)


class Sower:
    """One connection that writes sheaf after sheaf for one organisation."""

    def __init__(self, connection: psycopg.Connection, org: int) -> None:
        self._connection = connection
        self._org = org

    def ids(self, table: str, count: int) -> list[int]:
        """So many fresh ids of a table; whoever else writes meanwhile gets others."""
        question = "SELECT nextval(%s) FROM generate_series(1, %s)"
        return [row[0] for row in self._connection.execute(question, (f"{table}_id_seq", count))]

    def write(self, sheaf: Sheaf) -> None:
        """Write all of it, or nothing."""
        with temporary_when_down(), self._connection.transaction():
            for table in fields(sheaf):
                self._copy(table.name, getattr(sheaf, table.name))

    def wake(self, policy_id: int, due: int, now: datetime, later: datetime) -> None:
        """Open every ticket and promise something for it: so many clocks are due now, the others later."""
        values = {"org": self._org, "policy": policy_id, "due": due, "now": now, "later": later}
        with temporary_when_down(), self._connection.transaction():
            self._connection.execute(
                "UPDATE tickets t SET status = 'open', resolved_at = NULL, closed_at = NULL, is_timed = true,"
                " policy_id = %(policy)s, wake_at = CASE WHEN o.place <= %(due)s THEN %(now)s ELSE %(later)s END"
                " FROM (SELECT id, row_number() OVER (ORDER BY md5(id::text)) AS place FROM tickets"
                " WHERE org_id = %(org)s) o WHERE t.org_id = %(org)s AND t.id = o.id",
                values,
            )
        self._connection.execute("VACUUM ANALYZE tickets")

    def finish(self) -> None:
        """Bring the tables into the state autovacuum keeps them in, and tell the planner what has become of them."""
        for table in fields(Sheaf):
            self._connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table.name)))

    def _copy(self, table: str, rows: Sequence[PersonRow]) -> None:
        if not rows:
            return
        columns = sql.SQL(", ").join(map(sql.Identifier, ("org_id", *rows[0]._fields)))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row((self._org, *row))


@contextmanager
def sower(owner_url: str, org: int) -> Iterator[Sower]:
    """A connection as the owner of the tables, whom row-level security does not slow down."""
    with (
        temporary_when_down(),
        psycopg.connect(owner_url, autocommit=True, application_name="mailgate seed") as connection,
    ):
        yield Sower(connection, org)
