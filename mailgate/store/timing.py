"""What the clocks of tickets ask: what happened, when somebody has to look again, and whose time has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from mailgate.store.base import tenant
from mailgate.store.events import Event


class Happened(NamedTuple):
    """What a clock needs to know of an event."""

    id: int
    ticket_id: int
    message_id: int | None
    kind: str
    at: datetime
    actor: str
    data: dict[str, Any]


class Times(NamedTuple):
    """When what was promised for a ticket is due, and when somebody has to look at it again."""

    ticket_id: int
    is_timed: bool
    policy_id: int | None
    first_response_due: datetime | None
    next_response_due: datetime | None
    resolution_due: datetime | None
    assignment_due: datetime | None
    wake_at: datetime | None
    due_at: datetime | None  # the nearest due time of what runs
    risk_at: datetime | None  # from when on something that runs is at risk


class Woken(NamedTuple):
    """A ticket whose time has come."""

    org_id: int
    id: int


def happened_on(session: Session, ticket_ids: Iterable[int]) -> dict[int, list[Happened]]:
    """Everything that happened to some tickets, in order."""
    found: dict[int, list[Happened]] = {ticket_id: [] for ticket_id in ticket_ids}
    columns = (Event.id, Event.ticket_id, Event.message_id, Event.kind, Event.at, Event.actor, Event.data)
    question = select(*columns).where(Event.ticket_id.in_(list(found))).order_by(Event.at, Event.id)
    for row in session.execute(question):
        found[row.ticket_id].append(Happened(*row))
    return found


# One statement for a whole batch; the cache of plans needs no more than one shape of it.
_SET = text(
    "UPDATE tickets t SET is_timed = w.is_timed, policy_id = w.policy_id, first_response_due = w.first,"
    " next_response_due = w.next, resolution_due = w.resolution, assignment_due = w.assignment, wake_at = w.wake,"
    " due_at = w.due, risk_at = w.risk"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:timed AS boolean[]), CAST(:policies AS bigint[]),"
    " CAST(:first AS timestamptz[]), CAST(:next AS timestamptz[]), CAST(:resolution AS timestamptz[]),"
    " CAST(:assignment AS timestamptz[]), CAST(:wake AS timestamptz[]),"
    " CAST(:due AS timestamptz[]), CAST(:risk AS timestamptz[]))"
    " w (id, is_timed, policy_id, first, next, resolution, assignment, wake, due, risk)"
    " WHERE t.org_id = :org AND t.id = w.id"
)
_NAMES = ("ids", "timed", "policies", "first", "next", "resolution", "assignment", "wake", "due", "risk")


def set_times(session: Session, times: Sequence[Times]) -> None:
    """Write down the due times of some tickets."""
    if times:
        columns = {name: list(values) for name, values in zip(_NAMES, zip(*times, strict=True), strict=True)}
        session.execute(_SET, {"org": tenant(session), **columns})


def claim_woken(connection: Connection, limit: int, now: datetime, until: datetime) -> list[Woken]:
    """Take tickets whose time has come, across tenants; nobody else gets them before `until`."""
    question = text("SELECT org_id, id FROM claim_woken(:limit, :now, :until)")
    return [Woken(*row) for row in connection.execute(question, {"limit": limit, "now": now, "until": until})]


def organisations_to_time(connection: Connection) -> list[int]:
    """Whose open tickets are to be timed anew."""
    return [row[0] for row in connection.execute(text("SELECT organisations_to_time()"))]
