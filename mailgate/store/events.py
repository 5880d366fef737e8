"""Events: what happened to a ticket, never changed afterwards, and the list of those not yet followed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, delete, select, text, tuple_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.store.base import Base, TenantRow, points_to, tenant
from mailgate.store.claims import Claimed, claimed


class Event(TenantRow):
    __tablename__ = "events"
    __table_args__ = (
        Index("events_ticket_id_idx", "org_id", "ticket_id", "at", "id"),
        points_to("tickets", "ticket_id"),
        points_to("messages", "message_id"),
    )

    ticket_id: Mapped[int]
    message_id: Mapped[int | None]
    kind: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]  # customer, agent, token, mailgate, rule
    actor_name: Mapped[str]
    agent_id: Mapped[int | None]
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class Unfollowed(Base):
    """An event whose consequences are still to be worked out. Gone once they are written."""

    __tablename__ = "unfollowed_events"
    __table_args__ = (
        Index("unfollowed_events_event_id_idx", "event_id"),
        points_to("events", "event_id"),
    )

    org_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    claimed_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    last_error: Mapped[str | None]


def history_of(session: Session, ticket_id: int) -> list[Event]:
    return list(session.scalars(select(Event).where(Event.ticket_id == ticket_id).order_by(Event.at, Event.id)))


def history_page(session: Session, ticket_id: int, *, after: tuple[datetime, int] | None, limit: int) -> list[Event]:
    """What happened next to a ticket, oldest first."""
    question = select(Event).where(Event.ticket_id == ticket_id).order_by(Event.at, Event.id).limit(limit)
    if after is not None:
        question = question.where(tuple_(Event.at, Event.id) > tuple_(*after))
    return list(session.scalars(question))


def last_event(session: Session, ticket_id: int, kind: str, **holding: str) -> Event | None:
    """The last time this happened to a ticket; `holding`: values its data must hold."""
    question = select(Event).where(Event.ticket_id == ticket_id, Event.kind == kind)
    question = question.where(*(Event.data[name].astext == value for name, value in holding.items()))
    return session.scalar(question.order_by(Event.at.desc(), Event.id.desc()).limit(1))


def events_of_message(session: Session, ticket_id: int, message_id: int) -> list[Event]:
    """What happened to a ticket with one of its messages."""
    question = select(Event).where(Event.ticket_id == ticket_id, Event.message_id == message_id)
    return list(session.scalars(question.order_by(Event.at, Event.id)))


def told_unrouted(session: Session, ticket_ids: Iterable[int]) -> set[tuple[int, str]]:
    """Of which tickets it was told that nobody could be found, in which team."""
    question = select(Event.ticket_id, Event.data["team_name"].astext).where(
        Event.ticket_id.in_(list(ticket_ids)), Event.kind == "not_routed"
    )
    return {(row[0], row[1]) for row in session.execute(question)}


def events_by_ids(session: Session, ids: Iterable[int]) -> list[Event]:
    """Some events, in the order they happened."""
    return list(session.scalars(select(Event).where(Event.id.in_(list(ids))).order_by(Event.id)))


def newest_events(session: Session, limit: int) -> list[Event]:
    """What happened last, on whatever ticket, newest first."""
    return list(session.scalars(select(Event).order_by(Event.id.desc()).limit(limit)))


def claim_events(connection: Connection, worker: str, limit: int, now: datetime, until: datetime) -> list[Claimed]:
    """Take events to follow, across tenants; nobody else gets them before `until`."""
    return claimed(connection, "claim_events", worker, limit, now, until)


def postpone(session: Session, event_id: int, until: datetime, error: str) -> None:
    """A try failed: keep its words, and the event for later."""
    where = (Unfollowed.org_id == tenant(session), Unfollowed.event_id == event_id)
    session.execute(update(Unfollowed).where(*where).values(claimed_until=until, claimed_by=None, last_error=error))


def take_followed(session: Session, ids: Iterable[int]) -> set[int]:
    """Strike events off the list; only those returned are still this worker's to follow."""
    wanted = list(ids)
    struck = (
        delete(Unfollowed)
        .where(Unfollowed.org_id == tenant(session), Unfollowed.event_id.in_(wanted))
        .returning(Unfollowed.event_id)
    )
    return set(session.scalars(struck))
