"""Change what is set on a ticket: status, priority, who has it, tags, fields. One event names every change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailgate.errors import BadInput
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.organisations import own
from mailgate.store.tickets import PRIORITIES, STATUSES, Ticket, TicketTag, remove_tags, tags_of
from mailgate.tickets.fields import Given, fill_in
from mailgate.tickets.history import Actor, record
from mailgate.tickets.moves import require_move, require_unmerged

TAG_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Named:
    """Something a ticket can be given to or filed under: its id, and its name for the history."""

    id: int
    name: str


def change(
    session: Session,
    ticket: Ticket,
    by: Actor,
    at: datetime,
    *,
    status: str | None = None,
    priority: str | None = None,
    tags: Sequence[str] | None = None,
    had: Sequence[str] | None = None,
    given: Mapping[str, tuple[Named | None, Named | None]] | None = None,
    fields: Mapping[str, Given] | None = None,
    reasons: Sequence[str] = (),
) -> bool:
    """Apply changes; False when nothing was different. `given`: assignee, team or category as (before, after).

    `had`: its tags, where somebody has them at hand. `fields`: of one's own, by their keys.
    `reasons`: why, where it is not plain from who does it.
    """
    _require_possible(ticket, status, priority)
    changes: dict[str, Any] = {}
    if status is not None and status != ticket.status:
        changes["status"] = [ticket.status, status]
        set_status(ticket, status, at)
    if priority is not None and priority != ticket.priority:
        changes["priority"] = [ticket.priority, priority]
        ticket.priority = priority
    for field, (before, after) in (given or {}).items():
        if (before and before.id) != (after and after.id):
            changes[field] = [before and before.name, after and after.name]
            setattr(ticket, f"{field}_id", after and after.id)
    if tags is not None:
        changes.update(_set_tags(session, ticket, tags, had))
    if fields and (filled := fill_in(session, ticket, fields)):
        changes["fields"] = filled
    if not changes:
        return False
    if ticket.assignee_id is not None:
        ticket.wants_agent_since = None
    elif "team" in changes and own(session).is_routed:
        ticket.wants_agent_since = at
    ticket.updated_at = at
    record(session, ticket, "changed", by, at, data=changes | ({"reasons": list(reasons)} if reasons else {}))
    return True


def set_status(ticket: Ticket, status: str, at: datetime) -> None:
    """Move a ticket and the times that hang on its status."""
    if status == ticket.status:
        return
    if status in {"resolved", "closed"}:
        ticket.resolved_at = ticket.resolved_at or at
        ticket.closed_at = at if status == "closed" else None
        ticket.snoozed_until = None
    elif ticket.status in {"resolved", "closed"}:
        ticket.reopen_count += 1
        ticket.resolved_at = ticket.closed_at = None
    ticket.status = status


def mark_read(ticket: Ticket) -> None:
    """Somebody has seen the customer's last words."""
    ticket.is_unread = False


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Tags as they are kept: lower case, one space, each once."""
    cleaned = sorted({" ".join(tag.lower().split()) for tag in tags} - {""})
    if any(len(tag) > TAG_LENGTH for tag in cleaned):
        raise BadInput(f"A tag has {TAG_LENGTH} characters at most.", tags="one is too long")
    return cleaned


def _require_possible(ticket: Ticket, status: str | None, priority: str | None) -> None:
    """Refuse what cannot be done before anything is done."""
    if status is not None and status not in STATUSES:
        raise BadInput(f"There is no status {status!r}.", status=f"must be one of {', '.join(STATUSES)}")
    if priority is not None and priority not in PRIORITIES:
        raise BadInput(f"There is no priority {priority!r}.", priority=f"must be one of {', '.join(PRIORITIES)}")
    if status is not None and status != ticket.status:
        require_unmerged(ticket)
        require_move(ticket, status)


def _set_tags(session: Session, ticket: Ticket, tags: Sequence[str], had: Sequence[str] | None) -> dict[str, Any]:
    before, after = list(tags_of(session, [ticket.id])[ticket.id] if had is None else had), clean_tags(tags)
    if before == after:
        return {}
    remove_tags(session, ticket.id, set(before) - set(after))
    for tag in set(after) - set(before):
        add(session, TicketTag(ticket_id=ticket.id, tag=tag))
    return {"tags": [before, after]}
