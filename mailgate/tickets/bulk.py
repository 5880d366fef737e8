"""One change to many tickets: each of them tells what became of it, and none is held up by another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailgate.errors import BadInput, Conflict
from mailgate.store.agents import names_of
from mailgate.store.db import Session
from mailgate.store.tickets import Ticket, by_ids, ids_of, tags_of
from mailgate.tickets.change import Named, change
from mailgate.tickets.history import Actor
from mailgate.tickets.snooze import snooze

MOST = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """One action on each ticket. What is not named stays; `assignee` is (None,) to take it from whoever has it."""

    status: str | None = None
    priority: str | None = None
    assignee: tuple[Named | None] | None = None
    add_tag: str | None = None
    remove_tag: str | None = None
    snooze_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one ticket: changed, as it was already (neither), or refused and why."""

    number: str
    is_changed: bool
    refused: str | None = None


def change_many(session: Session, numbers: Sequence[str], wanted: Wanted, by: Actor, at: datetime) -> list[Result]:
    """Change tickets, in the order they were named. A verb refuses before it changes: nothing is half done."""
    if len(numbers) > MOST:
        raise BadInput(f"At most {MOST} tickets at once.", numbers="are too many")
    asked = list(dict.fromkeys(number.upper() for number in numbers))
    known = ids_of(session, asked)
    tickets = by_ids(session, known.values(), lock=True)
    tags, names = _tags(session, tickets, wanted), _names(session, tickets, wanted)
    results = []
    for number in asked:
        ticket = tickets.get(known.get(number, 0))
        if ticket is None:
            results.append(Result(number, is_changed=False, refused=f"There is no ticket {number}."))
            continue
        try:
            results.append(Result(number, _change(session, ticket, wanted, by, at, tags.get(ticket.id), names)))
        except (BadInput, Conflict) as error:
            results.append(Result(number, is_changed=False, refused=str(error)))
    return results


def _change(
    session: Session,
    ticket: Ticket,
    wanted: Wanted,
    by: Actor,
    at: datetime,
    tags: list[str] | None,
    names: dict[int, str],
) -> bool:
    if wanted.snooze_until is not None:
        snooze(session, ticket, wanted.snooze_until, by, at)
        return True
    had = Named(ticket.assignee_id, names.get(ticket.assignee_id, "")) if ticket.assignee_id is not None else None
    given = {"assignee": (had, wanted.assignee[0])} if wanted.assignee is not None else None
    return change(session, ticket, by, at, status=wanted.status, priority=wanted.priority, tags=tags, given=given)


def _tags(session: Session, tickets: dict[int, Ticket], wanted: Wanted) -> dict[int, list[str]]:
    """What each ticket's tags will be, if they are to change."""
    if wanted.add_tag is None and wanted.remove_tag is None:
        return {}
    gone, new = {wanted.remove_tag}, {wanted.add_tag} - {None}
    return {
        one: sorted({*tags} - gone | {tag for tag in new if tag}) for one, tags in tags_of(session, tickets).items()
    }


def _names(session: Session, tickets: dict[int, Ticket], wanted: Wanted) -> dict[int, str]:
    """Who had the tickets, for the history, if somebody else shall have them."""
    if wanted.assignee is None:
        return {}
    return names_of(session, {ticket.assignee_id for ticket in tickets.values() if ticket.assignee_id is not None})
