"""Open a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.office import Mailbox
from mailgate.store.people import Person
from mailgate.store.tickets import Ticket, TicketLink
from mailgate.tickets.history import Actor, record
from mailgate.tickets.said import Said, say

SUBJECT_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new ticket starts with."""

    number: str
    mailbox: Mailbox
    requester: Person
    address: str
    subject: str
    channel: str
    priority: str = "normal"
    language: str | None = None
    category_id: int | None = None


def open_ticket(
    session: Session,
    opening: Opening,
    said: Said,
    by: Actor,
    at: datetime,
    *,
    claims: Ticket | None = None,
    data: dict[str, Any] | None = None,
) -> Ticket:
    """Write a new ticket with its first message. `claims`: the ticket its sender says it belongs to."""
    ticket = add(
        session,
        Ticket(
            number=opening.number,
            subject=opening.subject[:SUBJECT_LENGTH],
            status="new",
            priority=opening.priority,
            mailbox_id=opening.mailbox.id,
            requester_id=opening.requester.id,
            requester_address=opening.address,
            team_id=opening.mailbox.team_id,
            category_id=opening.category_id,
            channel=opening.channel,
            language=opening.language,
            thread_root=said.message_id,
            is_unread=True,
            message_count=1,
            reopen_count=0,
            escalation=0,
            created_at=at,
            updated_at=at,
            last_customer_at=at,
        ),
    )
    message = say(session, ticket, said, at)
    if claims is not None:
        add(session, TicketLink(ticket_id=ticket.id, other_id=claims.id, kind="claims", created_at=at))
    linked = {"claims": claims.number} if claims is not None else {}
    record(session, ticket, "opened", by, at, message=message, data={**(data or {}), **linked})
    return ticket
