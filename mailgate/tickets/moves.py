"""Which moves of a ticket's status are allowed. Written once, here."""

from __future__ import annotations

from mailgate.errors import Conflict
from mailgate.store.tickets import STATUSES, Ticket

_WORKING = {"open", "pending", "on_hold"}
_ALLOWED: dict[str, set[str]] = {
    "new": set(STATUSES) - {"new"},
    "open": (_WORKING - {"open"}) | {"resolved"},
    "pending": (_WORKING - {"pending"}) | {"resolved"},
    "on_hold": (_WORKING - {"on_hold"}) | {"resolved"},
    "resolved": {"closed", "open"},
    "closed": {"open"},
}


def require_move(ticket: Ticket, status: str) -> None:
    """Refuse a move that is not allowed, and name those that are."""
    if status != ticket.status and status not in _ALLOWED[ticket.status]:
        allowed = ", ".join(name for name in STATUSES if name in _ALLOWED[ticket.status])
        raise Conflict(f"A ticket that is {ticket.status} cannot become {status}; it can become {allowed}.")


def require_unmerged(ticket: Ticket) -> None:
    """Refuse to go on in a ticket that goes on elsewhere."""
    if ticket.merged_into_id is not None:
        raise Conflict(f"{ticket.number} was merged into another ticket and goes on there.")


def allowed_from(status: str) -> list[str]:
    """Where a ticket in this status can go, in the usual order."""
    return [name for name in STATUSES if name in _ALLOWED[status]]


def wakes(status: str) -> bool:
    """Whether a customer's letter moves a ticket in this status back to open."""
    return status in {"pending", "on_hold", "resolved", "closed"}


def after_answer(status: str) -> str:
    """Where an agent's answer leaves a ticket unless they say otherwise: waiting for the customer."""
    return "pending" if status in {"new", "open"} else status
