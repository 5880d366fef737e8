"""What an agent does with a letter that is written: take the answer back, stop one copy, or have it sent now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mailgate.errors import BadInput, Conflict, NotFound
from mailgate.store.db import Session
from mailgate.store.events import Event, history_of, take_followed
from mailgate.store.messages import Message, message_by_id
from mailgate.store.outbox import (
    CUSTOMER_WROTE,
    OutboxCopy,
    cancel_copy,
    copies_of_messages,
    copy_by_id,
    lock_copies,
    message_of_copy,
    try_again,
)
from mailgate.store.people import clear_failing
from mailgate.store.tickets import Ticket, by_id, remove_participants
from mailgate.tickets.change import set_status
from mailgate.tickets.departure import leaves
from mailgate.tickets.history import Actor, record, record_on

_DAYS_AHEAD = 366
_UNTOUCHED = frozenset({"waiting", "held", "cancelled"})


def has_left(message: Message, copies: Sequence[OutboxCopy]) -> bool:
    """Whether an answer that was to leave later may have reached somebody."""
    return message.leaves_at is None or any(copy.state not in _UNTOUCHED or copy.tries for copy in copies)


def for_customers(session: Session, messages: Sequence[Message], now: datetime) -> list[Message]:
    """Without answers that are still to leave: until then they may be taken back."""
    copies = copies_of_messages(session, [message.id for message in messages if message.leaves_at is not None])
    return [
        message
        for message in messages
        if message.leaves_at is None
        or has_left(message, copies[message.id])
        # What only waits for a relay is meant for them, and this page may be their only way to it.
        or (message.leaves_at <= now and any(_waits_for_relay(copy) for copy in copies[message.id]))
    ]


def take_back(session: Session, ticket_id: int, message_id: int, by: Actor, at: datetime) -> Message:
    """Take back an answer that has not left: nobody gets it, and the ticket is as it was before."""
    message = message_by_id(session, message_id)
    if message is None or message.ticket_id != ticket_id or message.direction not in ("out", "withdrawn"):
        raise NotFound("There is no such answer on this ticket.")
    said = [event for event in history_of(session, ticket_id) if event.message_id == message_id]
    answered = [event for event in said if event.kind == "answered"]  # what followed from it is not struck off
    # First the list of what is to be followed, as whoever follows does: then the letter is written, or never will be.
    take_followed(session, [event.id for event in answered])
    ticket = by_id(session, ticket_id, lock=True)
    assert ticket is not None
    session.refresh(message)
    copies = lock_copies(session, [copy.id for copy in copies_of_messages(session, [message_id])[message_id]])
    if message.direction == "withdrawn":
        raise Conflict("This answer was taken back already.")
    if has_left(message, copies):
        raise Conflict("This answer has left already: it cannot be taken back.")
    for copy in copies:
        cancel_copy(copy)
    message.direction, message.message_id = "withdrawn", None
    record(session, ticket, "answer_withdrawn", by, at, message=message, data=_undo(session, ticket, answered, message))
    ticket.updated_at = at
    return message


def send_now(session: Session, copy_id: int, by: Actor, at: datetime) -> OutboxCopy:
    """Send a copy at once: again, earlier than it was to leave, or although it was held."""
    copy = _copy(session, copy_id)
    if not try_again(session, copy_id, at):
        raise Conflict("Only what waits, is held, failed or came back can be sent again.")
    _tell(session, copy, "sent_again", by, at)
    if (message := message_of_copy(session, copy_id)) is not None and message.leaves_at is not None:
        leaves(session, message, at)
    session.refresh(copy)
    return copy


def cancel(session: Session, copy_id: int, by: Actor, at: datetime) -> OutboxCopy:
    """Stop one copy for good, before it leaves. The others go their way."""
    _copy(session, copy_id)
    (copy,) = lock_copies(session, [copy_id])
    if copy.state not in ("waiting", "held"):
        raise Conflict("Only what waits or is held can be cancelled.")
    cancel_copy(copy)
    _tell(session, copy, "cancelled", by, at)
    return copy


def works_again(session: Session, address: str) -> None:
    """Letters to this address arrive again, somebody says."""
    if not clear_failing(session, address):
        raise NotFound(f"No letter to {address} came back for good.")


def require_later(leaves_at: datetime, at: datetime) -> datetime:
    """When an answer is to leave: not in the past, and not in another year altogether."""
    if leaves_at <= at:
        raise BadInput("That is over already: choose a time to come.", send_at="lies in the past")
    if (leaves_at - at).days > _DAYS_AHEAD:
        raise BadInput("That is too far ahead: choose a day within a year.", send_at="is more than a year away")
    return leaves_at


def _waits_for_relay(copy: OutboxCopy) -> bool:
    return copy.state == "held" and copy.held_for != CUSTOMER_WROTE


def _undo(session: Session, ticket: Ticket, answered: Sequence[Event], message: Message) -> dict[str, Any]:
    """Put the ticket back to where the answer found it, as far as nothing else has happened to it since."""
    ticket.message_count -= 1
    if ticket.first_response_at == message.at:
        ticket.first_response_at = None
    remove_participants(session, ticket.id, [address.lower() for address, _ in message.cc], message.at)
    before, after = next((event.data["status"] for event in answered if "status" in event.data), (None, None))
    if before is None or ticket.status != after:
        return {}
    reopened = ticket.reopen_count
    set_status(ticket, before, message.at)
    ticket.reopen_count = min(reopened, ticket.reopen_count)  # it never really was resolved
    return {"status": [after, before]}


def _copy(session: Session, copy_id: int) -> OutboxCopy:
    copy = copy_by_id(session, copy_id)
    if copy is None:
        raise NotFound(f"There is no letter {copy_id} in the outbox.")
    return copy


def _tell(session: Session, copy: OutboxCopy, kind: str, by: Actor, at: datetime) -> None:
    if copy.ticket_id is not None:
        record_on(session, copy.ticket_id, kind, by, at, data={"recipient": copy.recipient})
