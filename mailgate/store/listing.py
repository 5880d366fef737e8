"""The listing question: tickets by filter, in an order, a page at a time; and how a ticket is shown with its names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Select,
    Text,
    bindparam,
    case,
    column,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import TypeEngine

from mailgate import clock
from mailgate.store.agents import Agent, TeamMember
from mailgate.store.fields import tickets_with
from mailgate.store.office import Category, Mailbox, Team
from mailgate.store.people import Person
from mailgate.store.sight import BEYOND
from mailgate.store.tickets import PRIORITIES, STATUSES, Ticket, TicketTag
from mailgate.store.together import at_most

FOUND_BY_WORDS = 500  # a search looks at so many of the newest messages that hold its words

_TOKEN = re.compile(r'-?"[^"]*"?|[^\s"]+')
_BEGUN = re.compile(r"[^\s*-][^\s*]*\*")

_further = aliased(Ticket)
_RANK = case({name: rank for rank, name in enumerate(PRIORITIES)}, value=Ticket.priority)
_ORDERS: Mapping[str, tuple[ColumnElement[Any], ...]] = {
    "created": (Ticket.created_at.expression, Ticket.id.expression),
    "updated": (Ticket.updated_at.expression, Ticket.id.expression),
    "priority": (_RANK, Ticket.updated_at.expression, Ticket.id.expression),
    "due": (Ticket.due_at.expression, Ticket.id.expression),  # and only those for which a clock runs
}
_NOW = bindparam("now", type_=DateTime(timezone=True), callable_=clock.now)  # when it is asked, not written down
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
SORTS = (*_ORDERS, *(f"-{key}" for key in _ORDERS))


@dataclass(frozen=True, slots=True)
class Filters:
    """What tickets are asked for; what is not named does not matter. `created_to` is exclusive."""

    statuses: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    category_id: int | None = None
    team_id: int | None = None
    teams_of: int | None = None  # an agent: their teams' tickets
    assignee_id: int | None = None
    is_unassigned: bool = False
    is_unread: bool | None = None
    is_snoozed: bool | None = None
    mailbox_id: int | None = None
    requester_id: int | None = None
    tags: tuple[str, ...] = ()  # all of them
    fields: tuple[tuple[int, str], ...] = ()  # what stands in fields of one's own, by their ids; all of them
    created_from: datetime | None = None
    created_to: datetime | None = None
    risk: str = ""  # `at_risk`: something promised for it is at risk or late; `late`: is late
    words: str | None = None

    def hold(self, ticket: Ticket, tags: Collection[str], teams: Collection[int]) -> bool | None:
        """Whether a ticket with these tags is among them, without asking the database; None: only a search can tell.

        `teams`: of the agent named by `teams_of`.
        """
        equal = (
            (self.category_id, ticket.category_id),
            (self.team_id, ticket.team_id),
            (self.assignee_id, ticket.assignee_id),
            (self.mailbox_id, ticket.mailbox_id),
            (self.requester_id, ticket.requester_id),
            (self.is_unread, ticket.is_unread),
            (self.is_snoozed, ticket.snoozed_until is not None),
        )
        is_held = (
            all(asked is None or asked == value for asked, value in equal)
            and ticket.status in (self.statuses or STATUSES)
            and ticket.priority in (self.priorities or PRIORITIES)
            and not (self.is_unassigned and ticket.assignee_id is not None)
            and (self.teams_of is None or ticket.team_id in teams)
            and set(self.tags) <= set(tags)
            and (self.created_from is None or ticket.created_at >= self.created_from)
            and (self.created_to is None or ticket.created_at < self.created_to)
            and (not self.risk or is_endangered(ticket, self.risk))
        )
        return None if is_held and (self.words or self.fields) else is_held


def is_endangered(ticket: Ticket, risk: str) -> bool:
    """Whether something promised for it is at risk or late by now; with `late`, whether it is late."""
    at = ticket.due_at if risk == "late" else ticket.risk_at
    return at is not None and at <= clock.now()


class Listed(NamedTuple):
    """A ticket with the names of what it points to."""

    ticket: Ticket
    requester: str
    mailbox: str
    assignee: str | None  # their address
    assignee_name: str | None
    team: str | None
    category: str | None
    merged_into: str | None  # the number of the ticket it goes on in


Place = tuple[Any, ...]  # where a page ended: what its last ticket is sorted by


class Start(NamedTuple):
    """Where to begin in the list of one status and one priority, which is sorted by the last change."""

    status: str
    priority: str
    at: datetime
    id: int


_START: tuple[TypeEngine[Any], ...] = (Text(), Text(), DateTime(timezone=True), BigInteger())  # its columns


def list_tickets(
    session: Session, filters: Filters, *, sort: str = "-created", after: Place | None = None, limit: int
) -> list[Listed]:
    """The next tickets in this order. Walking from place to place sees each ticket once, however many are added."""
    columns, is_falling = _ORDERS[sort.removeprefix("-")], sort.startswith("-")
    order = [one.desc() if is_falling else one.asc() for one in columns]
    teams = None if filters.teams_of is None else _teams_of(session, filters.teams_of)
    conditions = _conditions(filters, _found(session, filters.words) if filters.words else (), teams)
    if columns is _ORDERS["due"]:
        conditions.append(Ticket.due_at.is_not(None))
    if columns in (_ORDERS["updated"], _ORDERS["priority"]) and not filters.words:
        starts = _starts(filters, sort, after)
        if not starts:
            return []
        if filters.created_from is not None:
            conditions.append(Ticket.updated_at >= filters.created_from)  # says nothing new, but to the index
        conditions = [Ticket.id.in_(_first_of_lists(starts, conditions, sort, limit))]
    elif after is not None:
        here, there = tuple_(*columns), tuple_(*after)
        conditions.append(here < there if is_falling else here > there)
    question = _shown().where(*conditions).order_by(*order).limit(at_most(limit))
    return [Listed(*row) for row in session.execute(question)]


def count_tickets(session: Session, asked: Sequence[Filters], cap: int) -> list[int]:
    """How many tickets each of these filters leaves, counted no further than `cap`; all of them in one question."""
    found = tuple(tuple(_found(session, one.words)) if one.words else () for one in asked)
    return list(session.execute(_counting(tuple(asked), found, cap)).one())


def place_of(ticket: Ticket, sort: str) -> Place:
    """Where a walk in this order goes on after a ticket."""
    match sort.removeprefix("-"):
        case "created":
            return (ticket.created_at, ticket.id)
        case "updated":
            return (ticket.updated_at, ticket.id)
        case "due":
            return (ticket.due_at, ticket.id)
        case _:
            return (PRIORITIES.index(ticket.priority), ticket.updated_at, ticket.id)


def listed(session: Session, ticket_id: int) -> Listed:
    """One ticket with its names, as this transaction has left it: perhaps out of sight of whoever changed it."""
    session.flush()
    return Listed(*session.execute(_shown().where(Ticket.id == ticket_id), execution_options=BEYOND).one())


def listed_by_ids(session: Session, ids: Iterable[int]) -> list[Listed]:
    """Some tickets with their names."""
    question = _shown().where(Ticket.id.in_(list(ids))).order_by(Ticket.id)
    return [Listed(*row) for row in session.execute(question)]


def listed_by_number(session: Session, number: str) -> Listed | None:
    row = session.execute(_shown().where(Ticket.number == number.upper())).one_or_none()
    return Listed(*row) if row else None


def _shown() -> Select[Ticket, str, str, str, str, str, str, str]:
    """Tickets with the names of what they point to.

    Each name is looked up for the rows that are shown, after they are cut off. As joins of seven tables PostgreSQL
    thought about them for longer than it takes to find them, and now and then joined all before it looked which.
    """
    return select(
        Ticket,
        *(
            select(name).where(key == pointer).scalar_subquery()
            for name, key, pointer in (
                (Person.name, Person.id, Ticket.requester_id),
                (Mailbox.address, Mailbox.id, Ticket.mailbox_id),
                (Agent.email, Agent.id, Ticket.assignee_id),
                (Agent.name, Agent.id, Ticket.assignee_id),
                (Team.name, Team.id, Ticket.team_id),
                (Category.name, Category.id, Ticket.category_id),
                (_further.number, _further.id, Ticket.merged_into_id),
            )
        ),
    )


def _starts(filters: Filters, sort: str, after: Place | None) -> list[Start]:
    """Where to begin in each list of one status and one priority."""
    top = (_LAST if sort.startswith("-") else _FIRST, 0)
    starts = dict.fromkeys(filters.priorities or PRIORITIES, top if after is None else after[-2:])
    if sort.endswith("priority") and after is not None:
        ranks = {name: rank if sort == "priority" else -rank for rank, name in enumerate(PRIORITIES)}
        ended = ranks[PRIORITIES[after[0]]]
        starts = {
            name: start if ranks[name] == ended else top for name, start in starts.items() if ranks[name] >= ended
        }
    return [Start(status, name, *start) for status in filters.statuses or STATUSES for name, start in starts.items()]


def _first_of_lists(
    starts: Sequence[Start], conditions: Sequence[ColumnElement[bool]], sort: str, limit: int
) -> Select[int]:
    """The ids of the first tickets of all lists, which are among the first of each.

    One short walk along an index for each list costs the same however many tickets there are; asked as one question,
    all of them cost one plan. They are arrays, not VALUES: SQLAlchemy would write the statement anew each time.
    """
    lists = (
        func.unnest(
            *(literal(list(every), ARRAY(kind)) for every, kind in zip(zip(*starts, strict=True), _START, strict=True))
        )
        .table_valued(*(column(name, kind) for name, kind in zip(Start._fields, _START, strict=True)), name="lists")
        .render_derived()
    )
    is_falling = sort.startswith("-")
    here, start = tuple_(Ticket.updated_at, Ticket.id), tuple_(lists.c.at, lists.c.id)
    first = (
        select(Ticket.id, Ticket.updated_at)
        .where(Ticket.status == lists.c.status, Ticket.priority == lists.c.priority, *conditions)
        .where(here < start if is_falling else here > start)
        .order_by(*(one.desc() if is_falling else one.asc() for one in _ORDERS["updated"]))
        .limit(at_most(limit))
        .lateral("first")
    )
    rank = [case({name: rank for rank, name in enumerate(PRIORITIES)}, value=lists.c.priority)]
    order = (*(rank if sort.endswith("priority") else ()), first.c.updated_at, first.c.id)
    found = (
        select(first.c.id)
        .select_from(lists.join(first, true()))
        .order_by(*(one.desc() if is_falling else one.asc() for one in order))
        .limit(at_most(limit))
        .cte("found")
        .prefix_with("MATERIALIZED")
    )
    return select(found.c.id)


def _teams_of(session: Session, agent_id: int) -> list[int]:
    return list(session.scalars(select(TeamMember.team_id).where(TeamMember.agent_id == agent_id)))


@lru_cache(maxsize=64)
def _counting(asked: tuple[Filters, ...], found: tuple[tuple[int, ...], ...], cap: int) -> Select[*tuple[int, ...]]:
    """The question for all the numbers. An agent's pages ask it each time, and writing it down takes a millisecond."""
    some = [
        select(Ticket.id).where(*_conditions(*one)).limit(at_most(cap)).subquery()
        for one in zip(asked, found, strict=True)
    ]
    return select(*(select(func.count()).select_from(one).scalar_subquery() for one in some))


def _conditions(
    filters: Filters, found: Sequence[int] = (), teams: Sequence[int] | None = None
) -> list[ColumnElement[bool]]:
    """What a ticket has to be. `found`: by the words, if there are any.

    `teams`: of the agent the filters name, if they are known: by them a list of nobody's teams costs nothing.
    """
    conditions: list[ColumnElement[bool]] = [
        one == value
        for one, value in (
            (Ticket.category_id, filters.category_id),
            (Ticket.team_id, filters.team_id),
            (Ticket.assignee_id, filters.assignee_id),
            (Ticket.mailbox_id, filters.mailbox_id),
            (Ticket.requester_id, filters.requester_id),
            (Ticket.is_unread, filters.is_unread),
        )
        if value is not None
    ]
    if filters.statuses:
        conditions.append(Ticket.status.in_(filters.statuses))
    if filters.priorities:
        conditions.append(Ticket.priority.in_(filters.priorities))
    if filters.is_unassigned:
        conditions.append(Ticket.assignee_id.is_(None))
    if filters.is_snoozed is not None:
        asleep = Ticket.snoozed_until.is_not(None)
        conditions.append(asleep if filters.is_snoozed else ~asleep)
    if filters.teams_of is not None:
        theirs = select(TeamMember.team_id).where(TeamMember.agent_id == filters.teams_of)
        conditions.append(Ticket.team_id.in_(theirs if teams is None else teams))
    conditions += [Ticket.id.in_(select(TicketTag.ticket_id).where(TicketTag.tag == tag)) for tag in filters.tags]
    conditions += [Ticket.id.in_(tickets_with(field_id, value)) for field_id, value in filters.fields]
    if filters.created_from is not None:
        conditions.append(Ticket.created_at >= filters.created_from)
    if filters.created_to is not None:
        conditions.append(Ticket.created_at < filters.created_to)
    if filters.risk:
        conditions.append((Ticket.due_at if filters.risk == "late" else Ticket.risk_at) <= _NOW)
    if filters.words:
        conditions.append(Ticket.id.in_(found))
    return conditions


def _found(session: Session, words: str) -> list[int]:
    """The tickets a search finds, looked for once in a transaction: a page lists and counts them."""
    found: dict[str, list[int]] = session.info.setdefault("found", {})
    if words not in found:
        whole, begun = parted(words)
        start = " ".join([whole, *begun]) if begun else words
        question = func.search_tickets(whole, literal(begun, ARRAY(Text)), start, FOUND_BY_WORDS)
        found[words] = list(session.scalars(select(question)))
    return found[words]


def parted(words: str) -> tuple[str, list[str]]:
    """What is looked for as it stands, and words that are only begun: `inv*`. Within quotes a star is nothing."""
    tokens = _TOKEN.findall(words)
    begun = [token for token in tokens if _BEGUN.fullmatch(token)]
    return " ".join(token for token in tokens if token not in begun), [token.rstrip("*") for token in begun]
