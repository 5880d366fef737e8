"""Merge a ticket into another one: what is said from now on is said there."""

from __future__ import annotations

from datetime import datetime

from mailgate.errors import Conflict
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.events import last_event
from mailgate.store.tickets import (
    Participant,
    Ticket,
    by_id,
    by_numbers,
    merged_into,
    participants_of,
    remove_participants,
)
from mailgate.tickets.change import set_status
from mailgate.tickets.history import Actor, record

_UNANSWERED = frozenset({"new", "open"})


def merge(session: Session, ticket: Ticket, into: Ticket, by: Actor, at: datetime) -> None:
    """Close a ticket for good and let it go on in another one. Its messages and its history stay where they are.

    Whoever could write in it may write in the other from now on; they are shown nothing of what was said there before.
    """
    _require_two(ticket, into)
    joined = _let_in(session, ticket, into, at)
    before = ticket.status
    along = merged_into(session, ticket.id)
    for earlier in along:
        earlier.merged_into_id = into.id
    ticket.merged_into_id = into.id
    set_status(ticket, "closed", at)
    data = {"into": into.number} | ({"status": [before, "closed"]} if before != "closed" else {})
    data |= {"along": [earlier.number for earlier in along]} if along else {}
    record(session, ticket, "merged", by, at, data=data)
    changes = {"ticket": ticket.number, "joined": joined}
    if before in _UNANSWERED and into.status in {"resolved", "closed"}:
        changes["status"] = [into.status, "open"]
        set_status(into, "open", at)
    into.is_unread = into.is_unread or ticket.is_unread
    ticket.is_unread = False
    ticket.updated_at = into.updated_at = at
    record(session, into, "took_in", by, at, data=changes)


def unmerge(session: Session, ticket: Ticket, into: Ticket, by: Actor, at: datetime) -> None:
    """Take a merge back: the ticket is again what it was, and whoever came along takes part in the other no longer.

    What was said there since then stays there.
    """
    merged = last_event(session, ticket.id, "merged")
    took_in = last_event(session, into.id, "took_in", ticket=ticket.number)
    if ticket.merged_into_id != into.id:
        raise Conflict(f"{ticket.number} is not merged into {into.number}.")
    if merged is None or took_in is None:
        raise Conflict(f"{ticket.number} came into {into.number} along with another ticket: take that one out first.")
    ticket.merged_into_id = None
    for earlier in by_numbers(session, merged.data.get("along", ())).values():
        earlier.merged_into_id = ticket.id
    before = merged.data.get("status", ["closed"])[0]
    set_status(ticket, before, at)
    if before != "closed":
        ticket.reopen_count -= before not in {"resolved", "closed"}  # it was never done with
    remove_participants(session, into.id, took_in.data.get("joined", ()), took_in.at)
    ticket.updated_at = into.updated_at = at
    changes = {"status": ["closed", before]} if before != "closed" else {}
    record(session, ticket, "unmerged", by, at, data={"into": into.number, **changes})
    record(session, into, "let_go", by, at, data={"ticket": ticket.number})


def goes_on_in(session: Session, ticket: Ticket) -> Ticket:
    """The ticket itself or, locked, the one it was merged into."""
    return (by_id(session, ticket.merged_into_id, lock=True) if ticket.merged_into_id is not None else None) or ticket


def _require_two(ticket: Ticket, into: Ticket) -> None:
    if ticket.id == into.id:
        raise Conflict(f"{ticket.number} cannot be merged into itself.")
    for one in (ticket, into):
        if one.merged_into_id is not None:
            raise Conflict(f"{one.number} was merged already and goes on in another ticket.")


def _let_in(session: Session, ticket: Ticket, into: Ticket, at: datetime) -> list[str]:
    """Let whoever takes part in the one take part in the other; those who are new there."""
    taking_part = participants_of(session, [ticket.id, into.id])
    mine, theirs = taking_part[ticket.id], taking_part[into.id]
    joining = sorted(({ticket.requester_address} | mine) - theirs - {into.requester_address})
    for address in joining:
        add(session, Participant(ticket_id=into.id, address=address, added_at=at))
    return joining
