"""Saved views: questions agents put to the inbox again and again, under a name of theirs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, delete, select
from sqlalchemy.orm import Mapped, Session

from mailgate.store.base import TenantRow, points_to


class SavedView(TenantRow):
    """What an address of the inbox asks for, kept by one agent."""

    __tablename__ = "saved_views"
    __table_args__ = (
        Index("saved_views_name_key", "org_id", "agent_id", "name", unique=True),
        points_to("agents", "agent_id", gone_with=True),
    )

    agent_id: Mapped[int]
    name: Mapped[str]
    query: Mapped[str]  # as it stands in the address, without the question mark
    created_at: Mapped[datetime]


def views_of(session: Session, agent_id: int) -> list[SavedView]:
    """An agent's own views, in the order they were saved."""
    return list(session.scalars(select(SavedView).where(SavedView.agent_id == agent_id).order_by(SavedView.id)))


def remove_view(session: Session, agent_id: int, view_id: int) -> bool:
    """Forget one of an agent's own views; False when it is not theirs, or not there."""
    gone = delete(SavedView).where(SavedView.agent_id == agent_id, SavedView.id == view_id).returning(SavedView.id)
    return session.execute(gone).one_or_none() is not None
