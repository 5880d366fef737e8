"""Say by hand that two tickets have to do with each other, and take that back."""

from __future__ import annotations

from datetime import datetime

from mailgate.errors import Conflict
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.tickets import Ticket, TicketLink, remove_link
from mailgate.tickets.history import Actor, record

BY_HAND = "related"


def link(session: Session, ticket: Ticket, other: Ticket, by: Actor, at: datetime) -> None:
    """Link two tickets; each of them tells it."""
    if ticket.id == other.id:
        raise Conflict(f"{ticket.number} cannot be linked with itself.")
    remove_link(session, ticket.id, other.id, BY_HAND)
    add(session, TicketLink(ticket_id=ticket.id, other_id=other.id, kind=BY_HAND, created_at=at))
    for one, its_other in ((ticket, other), (other, ticket)):
        record(session, one, "linked", by, at, data={"related": its_other.number})


def unlink(session: Session, ticket: Ticket, other: Ticket, by: Actor, at: datetime) -> bool:
    """Take a link away that was made by hand, whichever way it was made; False when there is none."""
    if not remove_link(session, ticket.id, other.id, BY_HAND):
        return False
    for one, its_other in ((ticket, other), (other, ticket)):
        record(session, one, "unlinked", by, at, data={"related": its_other.number})
    return True
