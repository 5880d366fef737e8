"""The listing question: tickets by filter, in an order, a page at a time; and how a ticket is shown with its names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, UnaryExpression, case, func, select, tuple_, union_all
from sqlalchemy.orm import Session

from mailgate.store.agents import Agent
from mailgate.store.office import Category, Mailbox, Team
from mailgate.store.people import Person
from mailgate.store.tickets import PRIORITIES, STATUSES, Ticket, TicketTag

FOUND_BY_WORDS = 1000  # a search looks at so many of the newest messages that hold its words

_KEYS: Mapping[str, ColumnElement[Any]] = {
    "created": Ticket.created_at.expression,
    "updated": Ticket.updated_at.expression,
    "priority": case({name: rank for rank, name in enumerate(PRIORITIES)}, value=Ticket.priority),
}
SORTS = (*_KEYS, *(f"-{key}" for key in _KEYS))


@dataclass(frozen=True, slots=True)
class Filters:
    """What tickets are asked for; what is not named does not matter. `created_to` is exclusive."""

    statuses: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    category_id: int | None = None
    team_id: int | None = None
    assignee_id: int | None = None
    is_unassigned: bool = False
    mailbox_id: int | None = None
    requester_id: int | None = None
    tag: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    words: str | None = None


class Listed(NamedTuple):
    """A ticket with the names of what it points to."""

    ticket: Ticket
    requester: str
    mailbox: str
    assignee: str | None  # their address
    assignee_name: str | None
    team: str | None
    category: str | None


class Place(NamedTuple):
    """Where a page ended: the sort key and the id of its last ticket."""

    key: datetime | int
    id: int


def list_tickets(
    session: Session, filters: Filters, *, sort: str = "-created", after: Place | None = None, limit: int
) -> list[Listed]:
    """The next tickets in this order. Walking from place to place sees each ticket once, however many are added."""
    key, is_falling = _KEYS[sort.removeprefix("-")], sort.startswith("-")
    order = (key.desc(), Ticket.id.desc()) if is_falling else (key.asc(), Ticket.id.asc())
    conditions = _conditions(session, filters)
    if after is not None:
        here, there = tuple_(key, Ticket.id), tuple_(after.key, after.id)
        conditions.append(here < there if is_falling else here > there)
    if key is _KEYS["updated"] and not filters.words:
        conditions = [Ticket.id.in_(_first_of_each_status(filters.statuses or STATUSES, conditions, order, limit))]
    question = _shown().where(*conditions).order_by(*order).limit(limit)
    return [Listed(*row) for row in session.execute(question)]


def count_tickets(session: Session, asked: Sequence[Filters], cap: int) -> list[int]:
    """How many tickets each of these filters leaves, counted no further than `cap`; all of them in one question."""
    found = (select(Ticket.id).where(*_conditions(session, filters)).limit(cap).subquery() for filters in asked)
    counts = [select(func.count()).select_from(one).scalar_subquery() for one in found]
    return list(session.execute(select(*counts)).one())


def place_of(ticket: Ticket, sort: str) -> Place:
    """Where a walk in this order goes on after a ticket."""
    match sort.removeprefix("-"):
        case "created":
            return Place(ticket.created_at, ticket.id)
        case "updated":
            return Place(ticket.updated_at, ticket.id)
        case _:
            return Place(PRIORITIES.index(ticket.priority), ticket.id)


def listed(session: Session, ticket_id: int) -> Listed:
    """One ticket with its names, as this transaction has left it."""
    session.flush()
    return Listed(*session.execute(_shown().where(Ticket.id == ticket_id)).one())


def listed_by_number(session: Session, number: str) -> Listed | None:
    row = session.execute(_shown().where(Ticket.number == number.upper())).one_or_none()
    return Listed(*row) if row else None


def _shown() -> Select[Ticket, str, str, str, str, str, str]:
    return (
        select(Ticket, Person.name, Mailbox.address, Agent.email, Agent.name, Team.name, Category.name)
        .join(Person, Person.id == Ticket.requester_id)
        .join(Mailbox, Mailbox.id == Ticket.mailbox_id)
        .outerjoin(Agent, Agent.id == Ticket.assignee_id)
        .outerjoin(Team, Team.id == Ticket.team_id)
        .outerjoin(Category, Category.id == Ticket.category_id)
    )


def _first_of_each_status(
    statuses: Sequence[str],
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[UnaryExpression[Any]],
    limit: int,
) -> Select[int]:
    """The ids of the first tickets in each status, among which are the first of all.

    The index on the time of the last change begins with the status: one short walk along it for each status costs the
    same however many tickets there are, one question for all statuses reads them all.
    """
    walks = [
        select(Ticket.id).where(Ticket.status == status, *conditions).order_by(*order).limit(limit).subquery()
        for status in statuses
    ]
    together = union_all(*(select(walk.c.id) for walk in walks)).subquery()
    return select(together.c.id)


def _conditions(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (Ticket.category_id, filters.category_id),
            (Ticket.team_id, filters.team_id),
            (Ticket.assignee_id, filters.assignee_id),
            (Ticket.mailbox_id, filters.mailbox_id),
            (Ticket.requester_id, filters.requester_id),
        )
        if value is not None
    ]
    if filters.statuses:
        conditions.append(Ticket.status.in_(filters.statuses))
    if filters.priorities:
        conditions.append(Ticket.priority.in_(filters.priorities))
    if filters.is_unassigned:
        conditions.append(Ticket.assignee_id.is_(None))
    if filters.tag is not None:
        conditions.append(Ticket.id.in_(select(TicketTag.ticket_id).where(TicketTag.tag == filters.tag)))
    if filters.created_from is not None:
        conditions.append(Ticket.created_at >= filters.created_from)
    if filters.created_to is not None:
        conditions.append(Ticket.created_at < filters.created_to)
    if filters.words:
        conditions.append(Ticket.id.in_(_found(session, filters.words)))
    return conditions


def _found(session: Session, words: str) -> list[int]:
    """The tickets a search finds, looked for once in a transaction: a page lists and counts them."""
    found: dict[str, list[int]] = session.info.setdefault("found", {})
    if words not in found:
        found[words] = list(session.scalars(select(func.search_tickets(words, words, FOUND_BY_WORDS))))
    return found[words]
