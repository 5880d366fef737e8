"""Make a used test database as new: copying the template costs twenty times as much as taking a test's rows out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import psycopg
from psycopg import sql

# A test may add triggers, drop functions or change rights: whatever is written in these catalogs shows.
_CATALOGS = {
    "pg_attrdef": "oid", "pg_attribute": "attrelid", "pg_class": "oid", "pg_constraint": "oid",
    "pg_index": "indexrelid", "pg_namespace": "oid", "pg_policy": "oid", "pg_proc": "oid", "pg_trigger": "oid",
    "pg_type": "oid",
}  # fmt: skip
_OURS = 16384  # PostgreSQL's own objects have lower numbers
_SETTINGS = (
    "SELECT datconnlimit, datacl::text,"
    " (SELECT string_agg(s::text, ' ') FROM pg_db_role_setting s WHERE setdatabase = d.oid)"
    " FROM pg_database d WHERE datname = current_database()"
)
_SIZE = "SELECT pg_database_size(current_database())"
_MUCH = 4_000_000  # bytes tests may leave behind; beyond that files are cut, and plans are those of a new one again


@dataclass(frozen=True)
class Clean:
    """How a database looks before anybody used it."""

    schema: str
    rows: dict[str, str]  # by table that has some: its rows, as JSON
    sequences: dict[str, int | None]
    size: int


def look_at(admin: psycopg.Connection) -> Clean:
    """Remember a database nobody has used yet."""
    rows = {
        table: _one(admin, sql.SQL("SELECT coalesce(json_agg(t), '[]')::text FROM {} t").format(sql.Identifier(table)))
        for table in _used_tables(admin)
    }
    found = admin.execute("SELECT sequencename, last_value FROM pg_sequences").fetchall()
    return Clean(_schema(admin), rows, dict(found), int(_one(admin, sql.SQL(_SIZE))))


def washed(url: str, clean: Clean) -> Clean | None:
    """Take out what a test left behind, and say how it looks now; None where a new database is needed instead."""
    with psycopg.connect(url) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        if _schema(admin) != clean.schema:
            return None
        # Triggers off: history can't be deleted otherwise, and what belongs together goes together anyway.
        admin.execute("SET LOCAL session_replication_role = replica")
        if int(_one(admin, sql.SQL(_SIZE))) > clean.size + _MUCH:
            used = sql.SQL(", ").join(map(sql.Identifier, _used_tables(admin)))
            admin.execute(sql.SQL("TRUNCATE {} CASCADE").format(used))
            clean = replace(clean, schema=_schema(admin))  # cut files have new names
        else:
            admin.execute(sql.SQL("; ").join(_emptied(table) for table in _used_tables(admin)))
        admin.execute(sql.SQL("; ").join(_filled(table, rows) for table, rows in clean.rows.items()))
        found = admin.execute("SELECT sequencename, last_value FROM pg_sequences").fetchall()
        moved = [(name, clean.sequences[name]) for name, last in found if last != clean.sequences[name]]
        admin.execute(sql.SQL("; ").join(_set_back(name, before) for name, before in moved))
    return clean


def _emptied(table: str) -> sql.Composed:
    return sql.SQL("DELETE FROM {}").format(sql.Identifier(table))


def _filled(table: str, rows: str) -> sql.Composed:
    return sql.SQL(
        "INSERT INTO {0} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::{0}, {1})"
    ).format(sql.Identifier(table), sql.Literal(rows))


def _set_back(sequence: str, before: int | None) -> sql.Composed:
    return sql.SQL("SELECT setval({}, {}, {})").format(
        sql.Literal(sequence), sql.Literal(before or 1), sql.Literal(before is not None)
    )


def _schema(admin: psycopg.Connection) -> str:
    """A word that changes whenever the schema does: who wrote the catalogs' rows, and how many there are."""
    each = " UNION ALL ".join(
        f"SELECT '{name}', count(*), max(xmin::text::bigint) FROM {name} WHERE {number} >= {_OURS}"
        for name, number in _CATALOGS.items()
    )
    return str([*admin.execute(each).fetchall(), *admin.execute(_SETTINGS).fetchall()])


def _used_tables(admin: psycopg.Connection) -> list[str]:
    question = "SELECT relname FROM pg_class WHERE relkind = 'r' AND oid >= %s AND pg_relation_size(oid) > 0"
    return [name for (name,) in admin.execute(question, [_OURS]).fetchall()]


def _one(admin: psycopg.Connection, question: sql.SQL | sql.Composed) -> str:
    row = admin.execute(question).fetchone()
    assert row is not None
    return str(row[0])
