"""A ticket as a line of the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailgate.store.db import Session
from mailgate.store.listing import Listed
from mailgate.store.messages import tickets_with_files


@dataclass(frozen=True, slots=True)
class Row:
    """One line."""

    number: str
    url: str
    name: str
    subject: str
    count: int
    last_at: datetime
    status: str
    priority: str
    assignee: str | None
    is_unread: bool
    has_files: bool
    is_current: bool


def rows(session: Session, tickets: Sequence[Listed], sort: str) -> list[Row]:
    """Tickets as lines; the time shown is the one they are sorted by."""
    with_files = tickets_with_files(session, [listed.ticket.id for listed in tickets])
    is_by_opening = sort.removeprefix("-") == "created"
    return [
        Row(
            number=ticket.number,
            url=f"/t/{ticket.number}",
            name=listed.requester or ticket.requester_address,
            subject=ticket.subject,
            count=ticket.message_count,
            last_at=ticket.created_at if is_by_opening else ticket.updated_at,
            status=ticket.status,
            priority=ticket.priority,
            assignee=listed.assignee_name,
            is_unread=ticket.is_unread,
            has_files=ticket.id in with_files,
            is_current=False,
        )
        for listed in tickets
        for ticket in (listed.ticket,)
    ]
