"""What became of a letter on its way out, told on its ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mailgate.store.db import Session
from mailgate.store.events import events_of_message
from mailgate.store.outbox import OutboxCopy, message_of_copy
from mailgate.store.tickets import Ticket, by_id
from mailgate.tickets.change import set_status
from mailgate.tickets.history import MAILGATE, record
from mailgate.tickets.merge import goes_on_in
from mailgate.tickets.moves import wakes

FAILING = "Automatic answers to this address stop until a mail of its owner comes, or somebody says that it works."


_AWAITED = frozenset({"answered", "forwarded", "status_link"})  # somebody waits for these, and for no other letter


def not_delivered(session: Session, copy: OutboxCopy, kind: str, at: datetime, *, note: str | None = None) -> None:
    """A copy failed (`not_sent`) or came back (`bounced`): an answer nobody got waits for an agent again."""
    if (ticket := _ticket_of(session, copy)) is None:
        return
    data = _data(copy.recipient, copy.answer or "", note)
    if copy.letter in _AWAITED:
        if ticket.is_timed and (message := message_of_copy(session, copy.id)) is not None:
            data["of_message"] = message.id  # an answer that did not arrive stops no clock
        ticket.is_unread = True
        if wakes(ticket.status):
            data["status"] = [ticket.status, "open"]
            set_status(ticket, "open", at)
        if (counted := _first_response(session, ticket, copy)) is not None:
            ticket.first_response_at = None  # nobody got it: the customer still waits for a first word
            data["first_response"] = [counted.isoformat(timespec="seconds"), None]
    ticket.updated_at = at
    record(session, ticket, kind, MAILGATE, at, data=data)


def told_of(session: Session, copy: OutboxCopy, kind: str, words: str, at: datetime) -> None:
    """Something to know about a copy that changes nothing: it is late (`delayed`), or somebody `complained`."""
    if (ticket := _ticket_of(session, copy)) is not None:
        record(session, ticket, kind, MAILGATE, at, data=_data(copy.recipient, words, None))


def late(session: Session, copy: OutboxCopy, until: datetime, at: datetime) -> None:
    """A copy has not left for hours. It is tried on, but who wrote it should know, and may call."""
    if (ticket := _ticket_of(session, copy)) is None:
        return
    if copy.letter in _AWAITED:
        ticket.is_unread = True
    note = f"It is tried again until {until:%Y-%m-%d %H:%M} UTC."
    record(session, ticket, "not_sent_yet", MAILGATE, at, data=_data(copy.recipient, copy.answer or "", note))


def held_back(session: Session, copy: OutboxCopy, at: datetime) -> None:
    """An answer that was to leave later stays, because the customer wrote meanwhile."""
    if (ticket := _ticket_of(session, copy)) is not None:
        ticket.is_unread = True
        record(session, ticket, "answer_held", MAILGATE, at, message=message_of_copy(session, copy.id))


def _first_response(session: Session, ticket: Ticket, copy: OutboxCopy) -> datetime | None:
    """When the customer was first answered, if it was by this very letter."""
    if ticket.first_response_at is None or copy.recipient != ticket.requester_address:
        return None
    message = message_of_copy(session, copy.id)
    if message is None:
        return None
    said = events_of_message(session, message.ticket_id, message.id)
    left = {message.at, *(event.at for event in said if event.kind == "answer_left")}
    return ticket.first_response_at if ticket.first_response_at in left else None


def _ticket_of(session: Session, copy: OutboxCopy) -> Ticket | None:
    ticket = by_id(session, copy.ticket_id, lock=True) if copy.ticket_id is not None else None
    return goes_on_in(session, ticket) if ticket is not None else None


def _data(recipient: str, words: str, note: str | None) -> dict[str, Any]:
    return {"recipient": recipient, "answer": words} | ({"note": note} if note else {})
