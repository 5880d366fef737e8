"""How far a request is, as its customer is told: what is done, where it is now, what is still to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailgate.store.events import Event
from mailgate.store.tickets import Ticket

_NOW = {
    "new": "received",
    "open": "work",
    "pending": "waiting",
    "on_hold": "held",
    "resolved": "resolved",
    "closed": "closed",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a request's way; `state` is done, now or later."""

    key: str
    at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A request as its look-up shows it: nothing of what was written in it."""

    number: str
    status: str
    steps: list[Step]


def progress(ticket: Ticket, events: Sequence[Event]) -> Progress:
    """How far this ticket is."""
    now = _NOW[ticket.status]
    steps = [Step("received", ticket.created_at, "done")] if now != "received" else []
    if ticket.first_response_at is not None:
        steps.append(Step("answered", ticket.first_response_at, "done"))
    steps.append(Step(now, _since(ticket, events), "now"))
    if ticket.status not in ("resolved", "closed"):
        steps.append(Step("resolved", None, "later"))
    return Progress(ticket.number, ticket.status, steps)


def _since(ticket: Ticket, events: Sequence[Event]) -> datetime:
    """Since when the ticket has its status: what the team does meanwhile is not told."""
    moves = [event.at for event in events if event.data.get("status", [None])[-1] == ticket.status]
    return moves[-1] if moves else ticket.created_at
