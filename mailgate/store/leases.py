"""Leases: one leader at a time, by a row that has to be renewed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.orm import Mapped, mapped_column

from mailgate.store.base import Base


class Lease(Base):
    """Who leads. Of the whole installation, so without a tenant; reached only through `take_lease`."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]
    fence: Mapped[int]


def take_lease(connection: Connection, name: str, holder: str, now: datetime, until: datetime) -> int | None:
    """Take or renew a lease: its fencing number, or None while somebody else holds it."""
    question = text("SELECT take_lease(:name, :holder, :now, :until)")
    values = {"name": name, "holder": holder, "now": now, "until": until}
    fence: int | None = connection.execute(question, values).scalar_one()
    return fence
