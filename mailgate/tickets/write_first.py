"""Write to somebody who has not written: the ticket opens with our words, and their answer comes back into it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailgate.errors import BadInput
from mailgate.mail import Address, File
from mailgate.store.base import tenant
from mailgate.store.db import Session
from mailgate.store.messages import thread_of
from mailgate.store.tickets import Ticket
from mailgate.tickets.answer import html_of, with_pictures, words_of
from mailgate.tickets.change import set_status
from mailgate.tickets.history import Actor, record
from mailgate.tickets.open import SUBJECT_LENGTH, Opening, open_ticket
from mailgate.tickets.said import Said
from mailgate.tokens import Marks


def write_first(
    session: Session,
    opening: Opening,
    body: str,
    by: Actor,
    at: datetime,
    marks: Marks,
    *,
    files: Sequence[File] = (),
    once: str | None = None,
) -> Ticket:
    """Open a ticket for a customer and mail them these words; then it waits for them."""
    if not opening.subject.strip() or len(opening.subject) > SUBJECT_LENGTH:
        raise BadInput("A new conversation needs a subject.", subject="is empty or too long")
    words = words_of(body)
    enclosed = with_pictures(words, files, opening.mailbox.domain)
    said = Said(
        direction="out", kind="answered", channel=opening.channel, author=by.name, agent_id=by.agent_id,
        to=(Address(opening.address, opening.requester.name),), subject=opening.subject, text=words,
        html=html_of(words, enclosed), files=enclosed, once=once,
    )  # fmt: skip
    ticket = open_ticket(session, opening, said, by, at)
    session.flush()
    (message,) = thread_of(session, ticket.id)
    message.message_id = marks.message_id(tenant(session), ticket.id, opening.mailbox.domain)
    # No letter bears it: whatever relays make of our ids, all our letters refer to this one.
    ticket.thread_root = marks.message_id(tenant(session), ticket.id, opening.mailbox.domain)
    ticket.is_unread, ticket.first_response_at = False, at
    set_status(ticket, "pending", at)
    record(session, ticket, "answered", by, at, message=message, data={"status": ["new", "pending"]})
    return ticket
