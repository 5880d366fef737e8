"""A ticket as a line of the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailgate.store.db import Session
from mailgate.store.listing import Listed, is_endangered
from mailgate.store.messages import tickets_with_files
from mailgate.store.tickets import Ticket


@dataclass(frozen=True, slots=True)
class Due:
    """When the nearest of what was promised is due. `risk`: late, at_risk or none; `turns_at`: when that gets worse."""

    at: datetime
    risk: str
    turns_at: datetime | None


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
    due: Due | None
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
            due=_due(ticket),
            is_current=False,
        )
        for listed in tickets
        for ticket in (listed.ticket,)
    ]


def _due(ticket: Ticket) -> Due | None:
    """The clock of a line; none where nothing runs."""
    if ticket.due_at is None:
        return None
    if is_endangered(ticket, "late"):
        return Due(ticket.due_at, "late", None)
    return (
        Due(ticket.due_at, "at_risk", ticket.due_at)
        if is_endangered(ticket, "at_risk")
        else Due(ticket.due_at, "", ticket.risk_at)
    )
