"""Tables out and in as PostgreSQL's own COPY text, which every version writes and reads alike.

`pg_dump` reads no server newer than itself, and what it writes an older server does not take. The tables are ours, made
by our migrations at both ends, so only their rows have to travel; and a file from elsewhere can bring nothing but rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from mailgate.errors import Conflict

_NOT_ROWS = ("alembic_version",)

_TABLES = """
    SELECT c.relname, array_agg(a.attname ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '')
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    GROUP BY c.relname ORDER BY c.relname
"""
_COUNTERS = """
    SELECT c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> '' AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1, 2
"""
_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype = 'f' AND conparentid = 0 ORDER BY 1, 2
"""
# What the form of a value depends on, the same at both ends; and that a long copy is neither cut short nor filtered.
_MANNERS = {
    "client_encoding": "UTF8",
    "DateStyle": "ISO",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "bytea_output": "hex",
    "extra_float_digits": "3",
    "row_security": "off",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}


class Table(NamedTuple):
    """A table and those of its columns that hold something of their own."""

    name: str
    columns: list[str]


class Counter(NamedTuple):
    """Where a table's numbering stands."""

    table: str
    column: str
    last: int
    is_used: bool


def tables(connection: Connection) -> list[Table]:
    """Every table whose rows belong into a backup, held against changes of its form until the transaction ends."""
    driver = _driver(connection)
    found = [Table(*row) for row in driver.execute(_TABLES) if row[0] not in _NOT_ROWS]
    if found:
        names = SQL(", ").join(Identifier(table.name) for table in found)
        driver.execute(SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names))
    return found


def rows_out(connection: Connection, table: Table) -> Iterator[bytes]:
    """A table's rows."""
    with _driver(connection).cursor() as cursor, cursor.copy(_copy(table, "TO STDOUT")) as copy:
        for piece in copy:
            yield bytes(piece)


def rows_in(connection: Connection, table: Table, pieces: Iterable[bytes]) -> int:
    """Put rows into a table; how many they were."""
    with _driver(connection).cursor() as cursor:
        with cursor.copy(_copy(table, "FROM STDIN")) as copy:
            for piece in pieces:
                copy.write(piece)
        return cursor.rowcount


def counters(connection: Connection) -> list[Counter]:
    """How far every table has numbered its rows. Never behind the rows themselves: numbering knows no transaction."""
    driver = _driver(connection)
    found = list(driver.execute(_COUNTERS))
    return [
        Counter(table, column, *_one(driver, SQL("SELECT last_value, is_called FROM {}").format(SQL(sequence))))
        for table, column, sequence in found
    ]


def set_counter(connection: Connection, counter: Counter) -> None:
    _driver(connection).execute(
        SQL("SELECT setval(pg_get_serial_sequence(quote_ident({}), {}), {}, {})").format(
            Literal(counter.table), Literal(counter.column), Literal(counter.last), Literal(counter.is_used)
        )
    )


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Rows may come in any order; each reference is checked at the end, all of a table's at once."""
    driver = _driver(connection)
    found = [
        (SQL(table), Identifier(name), SQL(definition)) for table, name, definition in driver.execute(_FOREIGN_KEYS)
    ]
    for table, name, _ in found:
        driver.execute(SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(table, name))
    yield
    for table, name, definition in found:
        driver.execute(SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(table, name, definition))


@contextmanager
def refusals_told() -> Iterator[None]:
    """What the database refuses, in one line."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        words = str(error.orig if isinstance(error, DBAPIError) else error).partition("\n")[0]
        raise Conflict(f"Nothing was done, the database refused: {words}.") from error


def agree_on_manners(connection: Connection) -> None:
    """To the end of the transaction, values are written the same way everywhere, and nothing is left out."""
    for name, value in _MANNERS.items():
        _driver(connection).execute("SELECT set_config($1, $2, true)", (name, value))


def _copy(table: Table, direction: str) -> Composed:
    columns = SQL(", ").join(map(Identifier, table.columns))
    if direction == "TO STDOUT":  # a query, because a partitioned table has no rows of its own
        return SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(columns, Identifier(table.name))
    return SQL("COPY {} ({}) FROM STDIN").format(Identifier(table.name), columns)


def _one(driver: psycopg.Connection[Any], question: Composed) -> tuple[Any, ...]:
    row = driver.execute(question).fetchone()
    assert row is not None
    return cast("tuple[Any, ...]", row)


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    """Psycopg's own connection, in the same transaction: only it speaks COPY."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)
