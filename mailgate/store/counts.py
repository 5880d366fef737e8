"""Counts over all tenants, for metrics and health."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from mailgate.shipped import shipped


class Count(NamedTuple):
    """One counted thing: `kept` by outcome ("" waits), `outbox` by state, and the ages of queues in seconds."""

    what: str
    which: str
    number: float


def count_everything(connection: Connection, now: datetime) -> list[Count]:
    rows = connection.execute(text("SELECT what, which, number FROM count_everything(:now)"), {"now": now})
    return [Count(row[0], row[1], float(row[2])) for row in rows]


def schema_version(connection: Connection) -> str | None:
    """The migration the database stands at."""
    return connection.execute(text("SELECT schema_version()")).scalar_one_or_none()


def shipped_version() -> str:
    """The migration this program's tables are made by: the newest file that travels with it, `0001_….py`.

    Asking Alembic gives the same answer, and costs a web process 9 MB.
    """
    return max(path.name.partition("_")[0] for path in shipped("migrations").glob("versions/[0-9]*_*.py"))
