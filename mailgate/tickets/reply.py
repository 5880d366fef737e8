"""A customer writes again: the letter lands in the ticket and, if a person wrote it, wakes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mailgate.mail import Kind
from mailgate.store.db import Session
from mailgate.store.tickets import Ticket
from mailgate.tickets.history import Actor, record
from mailgate.tickets.moves import wakes
from mailgate.tickets.said import Said, say
from mailgate.tickets.snooze import end_snooze


def customer_wrote(
    session: Session, ticket: Ticket, said: Said, by: Actor, at: datetime, *, data: dict[str, Any] | None = None
) -> None:
    """Append what a customer said. A machine's mail is appended too, but never reopens and never marks unread."""
    message = say(session, ticket, said, at)
    ticket.message_count += 1
    ticket.updated_at = max(ticket.updated_at, at)  # an imported mail may be older than what is here
    changes: dict[str, Any] = dict(data or {})
    if said.kind == Kind.PERSON:
        ticket.is_unread = True
        ticket.last_customer_at = max(ticket.last_customer_at or at, at)
        changes |= end_snooze(ticket)
        if wakes(ticket.status):
            changes["status"] = [ticket.status, "open"]
            _reopen(ticket)
    else:
        changes["machine"] = said.kind
    record(session, ticket, "customer_wrote", by, at, message=message, data=changes)


def _reopen(ticket: Ticket) -> None:
    if ticket.status in {"resolved", "closed"}:
        ticket.reopen_count += 1
        ticket.resolved_at = ticket.closed_at = None
    ticket.status = "open"
