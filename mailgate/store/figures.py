"""Figures: what happened on a day, read from the tickets by its indexes once, and kept as a few sums."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any, NamedTuple

from sqlalchemy import Connection, Index, Select, delete, func, select, text
from sqlalchemy.orm import Mapped, Session

from mailgate.store.base import TenantRow, tenant, write
from mailgate.store.outbox import OutboxCopy
from mailgate.store.surveys import Survey
from mailgate.store.tickets import Ticket


class Figure(TenantRow):
    """The sums of a day for one key of a dimension (`all`, team, agent, …), as `mailgate.figures` writes them."""

    __tablename__ = "figures"
    __table_args__ = (Index("figures_day_key", "org_id", "dimension", "day", "key", unique=True),)

    day: Mapped[date]
    dimension: Mapped[str]
    key: Mapped[str]
    numbers: Mapped[dict[str, Any]]
    counted_at: Mapped[datetime]


class Counted(NamedTuple):
    """What counting wants to know of a ticket."""

    team: int | None
    agent: int | None
    category: int | None
    priority: str
    mailbox: int
    channel: str
    policy_id: int | None
    created_at: datetime
    first_response_at: datetime | None
    first_response_due: datetime | None
    resolved_at: datetime | None
    resolution_due: datetime | None

    @property
    def place(self) -> dict[str, object]:
        """Where it counts."""
        return {name: getattr(self, name) for name in self._fields[:6]}


class Kept(NamedTuple):
    """The sums of a day or month."""

    day: date
    key: str
    numbers: dict[str, Any]
    counted_at: datetime


class Standing(NamedTuple):
    """How the desk stands: tickets that are not done; of them without assignee, late, and at risk."""

    open: int
    unassigned: int
    late: int
    at_risk: int


Sums = Mapping[tuple[str, str], dict[str, Any]]  # by dimension and key
_NOW, _MONTHLY = "now", " by month"
_DIMENSIONS = ("all", "team", "agent", "category", "priority", "mailbox", "channel")
_COUNTED: tuple[Any, ...] = (
    Ticket.team_id, Ticket.assignee_id, Ticket.category_id, Ticket.priority, Ticket.mailbox_id, Ticket.channel,
    Ticket.policy_id, Ticket.created_at, Ticket.first_response_at, Ticket.first_response_due, Ticket.resolved_at,
    Ticket.resolution_due,
)  # fmt: skip


def opened_between(session: Session, since: datetime, until: datetime) -> list[Counted]:
    question = select(*_COUNTED).where(Ticket.created_at >= since, Ticket.created_at < until)
    return [Counted(*row) for row in session.execute(question)]


def resolved_in(session: Session, since: datetime, until: datetime) -> list[Counted]:
    question = select(*_COUNTED).where(Ticket.resolved_at >= since, Ticket.resolved_at < until)
    return [Counted(*row) for row in session.execute(question)]


def rated_between(session: Session, since: datetime, until: datetime) -> list[tuple[str | None, Counted]]:
    question = select(Survey.rating, *_COUNTED).join(Ticket, Ticket.id == Survey.ticket_id)
    rows = session.execute(question.where(Survey.rated_at >= since, Survey.rated_at < until))
    return [(row[0], Counted(*row[1:])) for row in rows]


def letters_between(session: Session, since: datetime, until: datetime) -> list[tuple[int | None, str, int]]:
    """Copies of letters by mailbox and state."""
    question = select(OutboxCopy.mailbox_id, OutboxCopy.state, func.count())
    where = (OutboxCopy.created_at >= since, OutboxCopy.created_at < until)
    rows = session.execute(question.where(*where).group_by(OutboxCopy.mailbox_id, OutboxCopy.state))
    return [(row[0], row[1], row[2]) for row in rows]


# A day is counted anew for as long as its tickets may still be answered and resolved, less and less often.
_STALE = text(
    "SELECT d.day::date FROM generate_series(CAST(:first AS date), CAST(:today AS date), interval '1 day') d (day)"
    " LEFT JOIN figures f ON f.org_id = :org AND f.dimension = 'all' AND f.key = '' AND f.day = d.day::date"
    " WHERE f.counted_at IS NULL OR f.counted_at < CAST(:now AS timestamptz) - CASE"
    " WHEN d.day::date >= CAST(:today AS date) - 1 THEN interval '4 minutes'"
    " WHEN d.day::date >= CAST(:today AS date) - 14 THEN interval '1 hour'"
    " WHEN d.day::date >= CAST(:today AS date) - 90 THEN interval '1 day' ELSE interval '100 years' END"
    " ORDER BY 1 DESC LIMIT :limit"
)


def days_to_count(session: Session, zone: tzinfo, now: datetime, limit: int) -> list[date]:
    """The newest days whose figures are missing or too old."""
    first = session.scalar(select(func.min(Ticket.created_at)))
    if first is None:
        return []
    first, today = first.astimezone(zone).date(), now.astimezone(zone).date()
    values = {"org": tenant(session), "first": first, "today": today, "now": now, "limit": limit}
    return [row[0] for row in session.execute(_STALE, values)]


def write_sums(session: Session, day: date, sums: Sums, now: datetime, *, is_month: bool = False) -> None:
    """Keep the sums of a day, or of the month that begins with it, in place of what was kept of it."""
    mark = _MONTHLY if is_month else ""
    dimensions = [f"{name}{mark}" for name in _DIMENSIONS]
    session.execute(delete(Figure).where(Figure.day == day, Figure.dimension.in_(dimensions)))  # as its index has it
    for (name, key), numbers in sums.items():
        write(session, Figure, day=day, dimension=f"{name}{mark}", key=key, numbers=numbers, counted_at=now)


def write_standing(session: Session, day: date, now: datetime) -> None:
    """Keep how the desk and its parts stand now; at the end of the day it stays as it was last."""
    found = session.execute(_STANDING, {"org": tenant(session), "now": now}).all()
    dimensions = [_standing(name) for name in _DIMENSIONS]
    session.execute(delete(Figure).where(Figure.day == day, Figure.dimension.in_(dimensions)))
    for place, key, *numbers in found:
        standing = Standing(*numbers)._asdict()
        write(session, Figure, day=day, dimension=_standing(_PLACES[place]), key=key, numbers=standing, counted_at=now)


def standings_of(session: Session, dimension: str, key: str, since: date, until: date) -> dict[date, Standing]:
    """How the desk or one of its parts stood when each of these days was counted last."""
    rows = _read(session, _kept(_standing(dimension), since, until).where(Figure.key == key))
    return {row.day: Standing(**row.numbers) for row in rows}


def standings_on(session: Session, dimension: str, day: date) -> dict[str, Standing]:
    """How each part of the desk stood when this day was counted last, by its key."""
    return {row.key: Standing(**row.numbers) for row in _read(session, _kept(_standing(dimension), day, day))}


def _standing(dimension: str) -> str:
    return _NOW if dimension == "all" else f"{_NOW} {dimension}"


def sums_of(session: Session, dimension: str, since: date, until: date, *, key: str | None = None) -> list[Kept]:
    """The sums of these days, both included, of one key alone if one is named."""
    question = _kept(dimension, since, until)
    return _read(session, question if key is None else question.where(Figure.key == key))


def months_of(session: Session, dimension: str, since: date, until: date) -> list[Kept]:
    """The sums of the months that begin on these days, both included."""
    return _read(session, _kept(f"{dimension}{_MONTHLY}", since, until))


def _kept(dimension: str, since: date, until: date) -> Select[date, str, dict[str, Any], datetime]:
    columns = (Figure.day, Figure.key, Figure.numbers, Figure.counted_at)
    return select(*columns).where(Figure.dimension == dimension, Figure.day >= since, Figure.day <= until)


def _read(session: Session, question: Select[date, str, dict[str, Any], datetime]) -> list[Kept]:
    return [Kept(*row) for row in session.execute(question.order_by(Figure.day))]


# One pass over what is not done, for the whole and for each dimension; what is not grouped by is NULL in a row.
_STANDING = text(
    "SELECT grouping(team_id, assignee_id, category_id, priority, mailbox_id, channel),"
    " coalesce(CAST(team_id AS text), CAST(assignee_id AS text), CAST(category_id AS text), priority,"
    " CAST(mailbox_id AS text), channel, ''), count(*), count(*) FILTER (WHERE assignee_id IS NULL),"
    " count(*) FILTER (WHERE due_at <= :now), count(*) FILTER (WHERE due_at > :now AND risk_at <= :now)"
    " FROM tickets WHERE org_id = :org AND status IN ('new', 'open', 'pending', 'on_hold')"
    " GROUP BY GROUPING SETS ((), (team_id), (assignee_id), (category_id), (priority), (mailbox_id), (channel))"
)
# As `grouping` numbers them: a bit for each column that is not grouped by, the first the highest.
_PLACES = {63: "all", 31: "team", 47: "agent", 55: "category", 59: "priority", 61: "mailbox", 62: "channel"}


def organisations_to_count(connection: Connection, before: datetime) -> list[int]:
    """Whose figures were last looked after before then."""
    return [row[0] for row in connection.execute(text("SELECT organisations_to_count(:before)"), {"before": before})]
