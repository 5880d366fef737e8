"""Put a ticket out of sight for a while, and bring it back when its time has come or its customer writes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from mailgate.errors import BadInput, Conflict
from mailgate.store.db import Session
from mailgate.store.tickets import Ticket
from mailgate.tickets.history import Actor, record
from mailgate.tickets.moves import require_unmerged

LONGEST = timedelta(days=366)


def snooze(session: Session, ticket: Ticket, until: datetime, by: Actor, at: datetime) -> None:
    """Keep a ticket out of the working views until then."""
    require_unmerged(ticket)
    if ticket.status in {"resolved", "closed"}:
        raise Conflict(f"{ticket.number} is {ticket.status}: there is nothing to be reminded of.")
    if not at < until <= at + LONGEST:
        raise BadInput("Choose a moment within the next year.", until="must lie ahead, within a year")
    ticket.snoozed_until = until
    record(session, ticket, "snoozed", by, at, data={"until": until.isoformat()})


def wake(session: Session, ticket: Ticket, by: Actor, at: datetime) -> bool:
    """Bring a ticket back to the top of its lists; False when it was not away."""
    if ticket.snoozed_until is None:
        return False
    ticket.snoozed_until = None
    ticket.updated_at = at
    record(session, ticket, "woke", by, at)
    return True


def end_snooze(ticket: Ticket) -> dict[str, Any]:
    """What else a change brings back with it, as the event of that change tells it."""
    if ticket.snoozed_until is None:
        return {}
    ticket.snoozed_until = None
    return {"woke": True}
