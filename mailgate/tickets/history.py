"""Record what happened to a ticket, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailgate.store.base import write, write_plain
from mailgate.store.db import Session
from mailgate.store.events import Event, Unfollowed
from mailgate.store.messages import Message
from mailgate.store.tickets import Ticket

# Events that something has to be worked out for; those that move clocks, only on tickets that have some.
FOLLOWED = frozenset({"opened", "answered", "forwarded", "link_asked", "escalated", "letter_asked"})
TIMED = frozenset(
    {
        "customer_wrote",
        "answered_directly",
        "answer_withdrawn",
        "changed",
        "merged",
        "took_in",
        "bounced",
        "not_sent",
    }
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a customer, an agent, a token (an application), or Mailgate itself."""

    kind: str
    name: str
    agent_id: int | None = None
    address: str | None = None


MAILGATE = Actor("mailgate", "Mailgate")


def record(
    session: Session,
    ticket: Ticket,
    kind: str,
    by: Actor,
    at: datetime,
    *,
    message: Message | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Write one event, and put it on the list if something follows from it."""
    event_id = record_on(session, ticket.id, kind, by, at, message=message, data=data)
    is_timed = ticket.is_timed and (kind in TIMED or "status" in (data or {}))
    if kind not in FOLLOWED and (is_timed or _concerns_somebody(ticket, kind, by, data or {})):
        write_plain(session, Unfollowed, event_id=event_id)


def record_on(
    session: Session,
    ticket_id: int,
    kind: str,
    by: Actor,
    at: datetime,
    *,
    message: Message | None = None,
    data: dict[str, Any] | None = None,
) -> int:
    """The same for a ticket of which no more than its id is at hand; the event's id."""
    event_id = write(
        session,
        Event,
        ticket_id=ticket_id,
        message_id=message.id if message else None,
        kind=kind,
        at=at,
        actor=by.kind,
        actor_name=by.name,
        agent_id=by.agent_id,
        data=data or {},
    )
    if kind in FOLLOWED:
        write_plain(session, Unfollowed, event_id=event_id)
    return event_id


def _concerns_somebody(ticket: Ticket, kind: str, by: Actor, data: dict[str, Any]) -> bool:
    """Whether a letter may follow: to the customer, or to the agents it concerns."""
    match kind:
        case "customer_wrote":
            return ticket.assignee_id is not None and not data.keys() & {"machine", "imported"}
        case "changed":
            is_given = "assignee" in data and data["assignee"][1] is not None
            return is_given or ("status" in data and by.kind != "customer")
        case "noted":
            return "mentioned" in data
        case "woke":
            return by.kind == MAILGATE.kind
        case _:
            return False
