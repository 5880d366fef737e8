"""Split a ticket: what was said from one message on becomes a ticket of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailgate.errors import Conflict
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.messages import Message, thread_of
from mailgate.store.moving import move_messages
from mailgate.store.people import people_by_address
from mailgate.store.tickets import Participant, Ticket, TicketLink, TicketTag, participants_of, tags_of
from mailgate.tickets.change import set_status
from mailgate.tickets.history import Actor, record
from mailgate.tickets.link import BY_HAND

_LETTERS = frozenset({"in", "out"})


def split(session: Session, ticket: Ticket, message_id: int, number: str, by: Actor, at: datetime) -> Ticket:
    """A new ticket with a customer's message and all that was said after it; the two are linked.

    Side conversations and the history stay where they are. Replies to what moved come to the new ticket by their
    references, those that bear an older letter's mark to the old one.
    """
    thread = thread_of(session, ticket.id)
    first = _first(ticket, thread, message_id)
    moved = [message for message in thread[thread.index(first) :] if message.side_id is None]
    made = _made(session, ticket, first, moved, number, at)
    move_messages(session, moved, made.id)
    for one, messages in ((ticket, [message for message in thread if message not in moved]), (made, moved)):
        one.message_count = sum(message.direction in _LETTERS for message in messages)
        one.last_customer_at = max((message.at for message in messages if message.direction == "in"), default=None)
    ticket.updated_at = at
    add(session, TicketLink(ticket_id=ticket.id, other_id=made.id, kind=BY_HAND, created_at=at))
    record(session, ticket, "split", by, at, data={"new": made.number})
    record(session, made, "split_off", by, at, data={"from": ticket.number})
    return made


def _first(ticket: Ticket, thread: Sequence[Message], message_id: int) -> Message:
    """The message the new ticket begins with."""
    if ticket.merged_into_id is not None:
        raise Conflict(f"{ticket.number} was merged and goes on in another ticket: split that one.")
    first = next((message for message in thread if message.id == message_id), None)
    if first is None or first.direction != "in" or first.side_id is not None or first.author_address is None:
        raise Conflict("A ticket is split at a message of a customer.")
    if all(message.direction not in _LETTERS for message in thread[: thread.index(first)]):
        raise Conflict(f"{ticket.number} begins with this message: there is nothing before it to split it from.")
    return first


def _made(
    session: Session, ticket: Ticket, first: Message, moved: Sequence[Message], number: str, at: datetime
) -> Ticket:
    """The new ticket: as the old one is filed, for whoever wrote its first message."""
    address = first.author_address or ticket.requester_address
    known = people_by_address(session, [address])
    made = add(
        session,
        Ticket(
            number=number,
            subject=first.subject or ticket.subject,
            status="new",
            priority=ticket.priority,
            mailbox_id=ticket.mailbox_id,
            requester_id=known[address].id if address in known else ticket.requester_id,
            requester_address=address if address in known else ticket.requester_address,
            assignee_id=ticket.assignee_id,
            team_id=ticket.team_id,
            category_id=ticket.category_id,
            channel=ticket.channel,
            language=ticket.language,
            thread_root=first.message_id,
            thread_index=None,
            is_unread=False,
            message_count=0,
            reopen_count=0,
            escalation=0,
            is_timed=False,
            created_at=at,
            updated_at=at,
            last_customer_at=first.at,
        ),
    )
    set_status(made, "open", at)
    made.first_response_at = next((message.at for message in moved if message.direction == "out"), None)
    others = participants_of(session, [ticket.id])[ticket.id] | {ticket.requester_address}
    for joining in sorted(others - {made.requester_address}):
        add(session, Participant(ticket_id=made.id, address=joining, added_at=at))
    for tag in tags_of(session, [ticket.id])[ticket.id]:
        add(session, TicketTag(ticket_id=made.id, tag=tag))
    return made
