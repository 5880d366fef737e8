"""The sums behind the figures: what is missing or too old is counted, a few days at a time, when nothing else waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailgate import clock
from mailgate.figures.tally import ALL, DIMENSIONS, Day, from_numbers, total
from mailgate.office.promises import policies
from mailgate.sla.calendar import Calendar, time_between
from mailgate.steps.workshop import Workshop
from mailgate.store.db import Database, Session
from mailgate.store.figures import (
    Counted,
    Kept,
    days_to_count,
    letters_between,
    opened_between,
    organisations_to_count,
    rated_between,
    resolved_in,
    sums_of,
    write_standing,
    write_sums,
)
from mailgate.store.locks import lock_names
from mailgate.store.organisations import own

DAYS_AT_ONCE = 10
_EVERY = timedelta(minutes=5)
_MINUTE = timedelta(minutes=1)
_SENT, _FAILED = frozenset({"sent", "delivered"}), frozenset({"failed", "bounced"})


def count_figures(shop: Workshop) -> None:
    """Look after every organisation's figures every few minutes."""
    with shop.database.crossing() as connection:
        wanted = organisations_to_count(connection, clock.now() - _EVERY)
    counted = [count_days(shop.database, org) for org in wanted]
    if DAYS_AT_ONCE in counted:
        shop.bell.ring("sweep")


def count_days(database: Database, org: int) -> int:
    """Count the next days of one organisation; how many."""
    now = clock.now()
    with database.desk(org) as session:
        lock_names(session, ["figures"])
        organisation = own(session)
        zone = ZoneInfo(organisation.time_zone)
        days = days_to_count(session, zone, now, DAYS_AT_ONCE)
        calendars = {policy.id: policy.calendar for policy in policies(session, now)}
        for day in days:
            _count(session, day, zone, calendars, now)
        count_months(session, {day.replace(day=1) for day in days}, now)
        if (today := now.astimezone(zone).date()) in days:
            write_standing(session, today, now)
        if len(days) < DAYS_AT_ONCE:
            organisation.figures_at = now
    return len(days)


def count_months(session: Session, months: Iterable[date], now: datetime) -> None:
    """Add the days of some months up: a year is then read from twelve rows each, not from 365."""
    session.flush()
    for first in months:
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        sums = {
            (name, key): total(from_numbers(row.numbers) for row in rows).as_numbers()
            for name in (ALL, *DIMENSIONS)
            for key, rows in _by_key(sums_of(session, name, first, last)).items()
        }
        write_sums(session, first, sums, now, is_month=True)


def _by_key(rows: Iterable[Kept]) -> dict[str, list[Kept]]:
    found: dict[str, list[Kept]] = {}
    for row in rows:
        found.setdefault(row.key, []).append(row)
    return found


def _count(session: Session, day: date, zone: ZoneInfo, calendars: Mapping[int, Calendar], now: datetime) -> None:
    since, until = (datetime.combine(one, time(), zone) for one in (day, day + timedelta(days=1)))
    found = Day()
    for ticket in opened_between(session, since, until):
        answered = ticket.first_response_at
        names = ["opened", *(["answered"] if answered else []), *_kept(ticket.first_response_due, answered, now)]
        found.count(ticket.place, names, first=_minutes(ticket, answered, calendars))
    for ticket in resolved_in(session, since, until):
        names = ["resolved", *_kept(ticket.resolution_due, ticket.resolved_at, now)]
        found.count(ticket.place, names, resolution=_minutes(ticket, ticket.resolved_at, calendars))
    for rating, ticket in rated_between(session, since, until):
        found.count(ticket.place, [rating] if rating else [])
    for mailbox, state, count in letters_between(session, since, until):
        name = "sent" if state in _SENT else "failed" if state in _FAILED else ""
        found.count({"mailbox": mailbox}, [name] * count if name else [])
    write_sums(session, day, {key: tally.as_numbers() for key, tally in found.tallies.items()}, now)


def _kept(due: datetime | None, done: datetime | None, now: datetime) -> list[str]:
    """Whether what was promised was kept; nothing while that is open."""
    if due is None or (done is None and now <= due):
        return []
    return ["kept"] if done is not None and done <= due else ["missed"]


def _minutes(ticket: Counted, done: datetime | None, calendars: Mapping[int, Calendar]) -> float | None:
    """How long it took, in the working time of the policy that holds for the ticket; without one, day and night."""
    if done is None:
        return None
    calendar = calendars.get(ticket.policy_id or 0)
    took = time_between(calendar, ticket.created_at, done) if calendar is not None else done - ticket.created_at
    return took / _MINUTE
