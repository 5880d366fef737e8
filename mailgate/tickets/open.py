"""Open a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailgate.store.base import add, write
from mailgate.store.db import Session
from mailgate.store.office import Mailbox
from mailgate.store.people import Person
from mailgate.store.tickets import Ticket, TicketLink
from mailgate.tickets.history import MAILGATE, Actor, record, record_on
from mailgate.tickets.said import Said, say

SUBJECT_LENGTH = 1000
_TOLD = frozenset({"follows", "same-mail"})


@dataclass(frozen=True, slots=True)
class Related:
    """An older ticket, and what a new one has to do with it (`TicketLink.kind`)."""

    kind: str
    id: int
    number: str


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
    related: Sequence[Related] = (),
    data: dict[str, Any] | None = None,
) -> Ticket:
    """Write a new ticket with its first message. `related`: the older ones it has to do with."""
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
            thread_index=said.thread_index,
            is_unread=True,
            message_count=1,
            reopen_count=0,
            escalation=0,
            is_timed=False,
            created_at=at,
            updated_at=at,
            last_customer_at=at,
        ),
    )
    message = say(session, ticket, said, at)
    linked = {other.kind: other.number for other in related}
    record(session, ticket, "opened", by, at, message=message, data={**(data or {}), **linked})
    for other in related:
        _link(session, ticket, other, at)
    return ticket


def _link(session: Session, ticket: Ticket, other: Related, at: datetime) -> None:
    """The older ticket tells of the newer one, too, where that is more than a stranger's word or a guess."""
    write(session, TicketLink, ticket_id=ticket.id, other_id=other.id, kind=other.kind, created_at=at)
    if other.kind in _TOLD:
        record_on(session, other.id, "linked", MAILGATE, at, data={f"{other.kind}_by": ticket.number})
