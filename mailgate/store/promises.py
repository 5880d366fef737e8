"""What is promised: calendars and policies, as admins set them up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, exists, func, select, update
from sqlalchemy.orm import Mapped, Session

from mailgate.store.base import TenantRow, points_to, tenant
from mailgate.store.organisations import Organisation
from mailgate.store.tickets import Ticket

_AT_WORK = ("new", "open", "pending", "on_hold")


class CalendarRow(TenantRow):
    """When a desk works. `week`: seven lists of [from, to] in minutes; `days`: what differs, by hand or by country."""

    __tablename__ = "calendars"
    __table_args__ = (UniqueConstraint("org_id", "name"),)

    name: Mapped[str]
    zone: Mapped[str]
    week: Mapped[list[Any]]
    days: Mapped[list[Any]]  # {"date", "name", "hours", "by_country"}
    country: Mapped[str | None]
    region: Mapped[str | None]
    holidays_until: Mapped[int | None]  # the last year whose holidays are known
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class PolicyRow(TenantRow):
    """What is promised to whom. Without a calendar its clocks run day and night."""

    __tablename__ = "sla_policies"
    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        Index("sla_policies_place_idx", "org_id", "place"),
        points_to("calendars", "calendar_id"),
    )

    name: Mapped[str]
    place: Mapped[int]  # the first that fits is taken
    active: Mapped[bool]
    calendar_id: Mapped[int | None]
    conditions: Mapped[dict[str, Any]]
    targets: Mapped[dict[str, Any]]  # by priority and goal, in minutes
    pauses: Mapped[list[Any]]
    steps: Mapped[list[Any]]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]  # what was due before is let be


def calendar_rows(session: Session) -> list[CalendarRow]:
    return list(session.scalars(select(CalendarRow).order_by(CalendarRow.name)))


def calendar_row(session: Session, calendar_id: int) -> CalendarRow | None:
    return session.scalar(select(CalendarRow).where(CalendarRow.id == calendar_id))


def remove_calendar(session: Session, row: CalendarRow) -> None:
    session.delete(row)


def policy_rows(session: Session) -> list[PolicyRow]:
    """In the order they are tried."""
    return list(session.scalars(select(PolicyRow).order_by(PolicyRow.place, PolicyRow.id)))


def promised_rows(session: Session) -> list[tuple[PolicyRow, CalendarRow | None]]:
    """The policies that are on, in the order they are tried, each with its calendar."""
    question = select(PolicyRow, CalendarRow).outerjoin(CalendarRow, CalendarRow.id == PolicyRow.calendar_id)
    rows = session.execute(question.where(PolicyRow.active).order_by(PolicyRow.place, PolicyRow.id))
    return [(row[0], row[1]) for row in rows]


def policy_row(session: Session, policy_id: int) -> PolicyRow | None:
    return session.scalar(select(PolicyRow).where(PolicyRow.id == policy_id))


def next_place(session: Session) -> int:
    return (session.scalar(select(func.max(PolicyRow.place))) or 0) + 1


def time_anew(session: Session) -> None:
    """What is promised has changed: whether anything is, and from which ticket on all open ones are timed anew."""
    session.flush()
    is_timed = select(exists().where(PolicyRow.active)).scalar_subquery()
    session.execute(
        update(Organisation).where(Organisation.id == tenant(session)).values(is_timed=is_timed, retime_after=0)
    )


def next_to_time(session: Session, limit: int) -> list[int]:
    """The next open tickets that are to be timed anew; none when that is done."""
    mine = select(Organisation).where(Organisation.id == tenant(session)).with_for_update()
    organisation = session.scalars(mine.execution_options(populate_existing=True)).one()
    if organisation.retime_after is None:
        return []
    question = select(Ticket.id).where(Ticket.id > organisation.retime_after, Ticket.status.in_(_AT_WORK))
    found = list(session.scalars(question.order_by(Ticket.id).limit(limit)))
    organisation.retime_after = found[-1] if len(found) == limit else None
    return found
