"""An answer that was to leave later leaves: from now on the customer is answered, and their clocks know it."""

from __future__ import annotations

from datetime import datetime

from mailgate.store.db import Session
from mailgate.store.events import events_of_message
from mailgate.store.messages import Message
from mailgate.store.tickets import by_id
from mailgate.tickets.history import MAILGATE, record


def leaves(session: Session, message: Message, at: datetime) -> None:
    """Say that it leaves, once; nothing where it counted as said when it was written."""
    ticket = by_id(session, message.ticket_id, lock=True)
    said = events_of_message(session, message.ticket_id, message.id)
    is_later = any(event.kind == "answered" and event.data.get("later") for event in said)
    if ticket is None or not is_later or any(event.kind == "answer_left" for event in said):
        return
    ticket.first_response_at = ticket.first_response_at or at
    record(session, ticket, "answer_left", MAILGATE, at, message=message)
