"""Side conversations: what is said on a ticket with somebody else than its customer, who never sees it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, select
from sqlalchemy.orm import Mapped, Session

from mailgate.store.base import TenantRow, points_to
from mailgate.store.messages import Message


class SideConversation(TenantRow):
    """With one address; whoever has it sees what was sent to them, and nothing else of the ticket."""

    __tablename__ = "side_conversations"
    __table_args__ = (
        Index("side_conversations_address_key", "org_id", "ticket_id", "address", unique=True),
        CheckConstraint("address = lower(address)", name="address"),
        points_to("tickets", "ticket_id", gone_with=True),
    )

    ticket_id: Mapped[int]
    address: Mapped[str]
    subject: Mapped[str]
    thread_root: Mapped[str]  # borne by no letter, so that all of ours refer to one and the same
    begun_by: Mapped[str]
    begun_at: Mapped[datetime]


def side_with(session: Session, ticket_id: int, address: str) -> SideConversation | None:
    where = (SideConversation.ticket_id == ticket_id, SideConversation.address == address)
    return session.scalar(select(SideConversation).where(*where))


def sides_by_ids(session: Session, ids: Iterable[int]) -> dict[int, SideConversation]:
    wanted = set(ids)
    rows = session.scalars(select(SideConversation).where(SideConversation.id.in_(wanted))) if wanted else ()
    return {side.id: side for side in rows}


def sides_of(session: Session, ticket_ids: Iterable[int]) -> list[SideConversation]:
    """The side conversations of some tickets."""
    wanted = set(ticket_ids)
    if not wanted:
        return []
    question = select(SideConversation).where(SideConversation.ticket_id.in_(wanted)).order_by(SideConversation.id)
    return list(session.scalars(question))


def said_aside(session: Session, side_id: int) -> list[Message]:
    """What was said in one, oldest first."""
    return list(session.scalars(select(Message).where(Message.side_id == side_id).order_by(Message.at, Message.id)))
