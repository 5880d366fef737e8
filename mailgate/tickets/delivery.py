"""What became of a letter on its way out, told on its ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mailgate.store.db import Session
from mailgate.store.outbox import OutboxCopy
from mailgate.store.tickets import Ticket, by_id
from mailgate.tickets.change import set_status
from mailgate.tickets.history import MAILGATE, record
from mailgate.tickets.merge import goes_on_in
from mailgate.tickets.moves import wakes


def not_delivered(session: Session, copy: OutboxCopy, kind: str, at: datetime, *, note: str | None = None) -> None:
    """A copy failed (`not_sent`) or came back (`bounced`): an answer nobody got waits for an agent again."""
    if (ticket := _ticket_of(session, copy)) is None:
        return
    data = _data(copy.recipient, copy.answer or "", note)
    if copy.letter != "received":
        ticket.is_unread = True
        if wakes(ticket.status):
            data["status"] = [ticket.status, "open"]
            set_status(ticket, "open", at)
    ticket.updated_at = at
    record(session, ticket, kind, MAILGATE, at, data=data)


def told_of(session: Session, copy: OutboxCopy, kind: str, words: str, at: datetime) -> None:
    """Something to know about a copy that changes nothing: it is late (`delayed`), or somebody `complained`."""
    if (ticket := _ticket_of(session, copy)) is not None:
        record(session, ticket, kind, MAILGATE, at, data=_data(copy.recipient, words, None))


def _ticket_of(session: Session, copy: OutboxCopy) -> Ticket | None:
    ticket = by_id(session, copy.ticket_id, lock=True) if copy.ticket_id is not None else None
    return goes_on_in(session, ticket) if ticket is not None else None


def _data(recipient: str, words: str, note: str | None) -> dict[str, Any]:
    return {"recipient": recipient, "answer": words} | ({"note": note} if note else {})
