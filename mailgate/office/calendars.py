"""Calendars set up and changed: weekly hours, holidays by country, days of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mailgate.errors import BadInput, Conflict, NotFound
from mailgate.sla.calendar import Calendar, Hours
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.promises import (
    CalendarRow,
    calendar_row,
    calendar_rows,
    policy_rows,
    remove_calendar,
    time_anew,
)

DAYS = 1000  # of one's own, at most
_AHEAD = 3  # so many years of holidays are known beyond this one

Span = tuple[int, int]  # minutes from midnight; beyond 24:00 in the night that follows


@dataclass(frozen=True, slots=True)
class Day:
    """A date that differs: without hours nobody works."""

    date: date
    name: str = ""
    hours: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarGiven:
    """A calendar as somebody writes it: seven days from Monday, a country's or region's holidays, days of one's own."""

    name: str
    zone: str
    week: Sequence[Sequence[Span]]
    country: str | None = None
    region: str | None = None
    days: Sequence[Day] = ()


def as_calendar(row: CalendarRow) -> Calendar:
    """A row as what clocks go by. A day of one's own counts more than a country's holiday."""
    ordered = sorted(row.days, key=lambda day: not day["by_country"])
    days = {date.fromisoformat(day["date"]): _hours(day["hours"]) for day in ordered}
    return Calendar(row.zone, tuple(_hours(spans) for spans in row.week), days)


def add_calendar(session: Session, given: CalendarGiven, at: datetime) -> CalendarRow:
    """A calendar policies can go by."""
    _check(session, given)
    row = CalendarRow(created_at=at)
    _set(row, given, at)
    add(session, row)
    session.flush()
    return row


def change_calendar(session: Session, calendar_id: int, given: CalendarGiven, at: datetime) -> CalendarRow:
    """Work at other times. Open tickets are timed anew; steps that would have been due before now are let be."""
    row = calendar_row(session, calendar_id)
    if row is None:
        raise NotFound(f"There is no calendar {calendar_id}.")
    _check(session, given, mine=row.id)
    _set(row, given, at)
    used = [policy for policy in policy_rows(session) if policy.calendar_id == row.id]
    for policy in used:
        policy.changed_at = at
    if used:
        time_anew(session)
    return row


def drop_calendar(session: Session, calendar_id: int) -> CalendarRow:
    """Remove a calendar nobody goes by."""
    row = calendar_row(session, calendar_id)
    if row is None:
        raise NotFound(f"There is no calendar {calendar_id}.")
    used = [policy.name for policy in policy_rows(session) if policy.calendar_id == row.id]
    if used:
        raise Conflict(f"{', '.join(used)} goes by this calendar: give it another one first.")
    remove_calendar(session, row)
    return row


def given_by(row: CalendarRow) -> CalendarGiven:
    """A calendar as it can be written again."""
    return CalendarGiven(
        row.name,
        row.zone,
        tuple(tuple((start, end) for start, end in spans) for spans in row.week),
        row.country,
        row.region,
        tuple(day for day in days_of(row, by_country=False)),
    )


def days_of(row: CalendarRow, *, by_country: bool) -> list[Day]:
    """The days that differ, by hand or by country, in order."""
    found = [
        Day(date.fromisoformat(day["date"]), day["name"], tuple((start, end) for start, end in day["hours"]))
        for day in row.days
        if day["by_country"] is by_country
    ]
    return sorted(found, key=lambda day: day.date)


def know_holidays(rows: Sequence[CalendarRow], at: datetime) -> None:
    """Look up the holidays of the years to come, once a year."""
    for row in rows:
        if row.country is not None and (row.holidays_until or 0) <= at.year:
            row.days = [*(day for day in row.days if not day["by_country"]), *_holidays(row.country, row.region, at)]
            row.holidays_until = at.year + _AHEAD


def countries() -> dict[str, list[str]]:
    """The countries whose holidays are known, and their regions."""
    import holidays  # noqa: PLC0415 - only who sets up a calendar needs its weight

    return dict(holidays.list_supported_countries(include_aliases=False))


def _holidays(country: str, region: str | None, at: datetime) -> list[dict[str, Any]]:
    import holidays  # noqa: PLC0415 - only who sets up a calendar needs its weight

    years = range(at.year - 1, at.year + _AHEAD + 1)
    found: Mapping[date, str] = holidays.country_holidays(country, subdiv=region, years=years)
    return [
        {"date": day.isoformat(), "name": name, "hours": [], "by_country": True} for day, name in sorted(found.items())
    ]


def _set(row: CalendarRow, given: CalendarGiven, at: datetime) -> None:
    row.name, row.zone, row.changed_at = given.name.strip(), given.zone, at
    row.country, row.region, row.holidays_until = given.country or None, given.region or None, None
    row.week = [[list(span) for span in spans] for spans in given.week]
    row.days = [
        {
            "date": day.date.isoformat(),
            "name": day.name,
            "hours": [list(span) for span in day.hours],
            "by_country": False,
        }
        for day in given.days
    ]
    know_holidays([row], at)


def _check(session: Session, given: CalendarGiven, mine: int | None = None) -> None:
    if not given.name.strip():
        raise BadInput("A calendar needs a name.", name="is empty")
    if any(other.name == given.name.strip() and other.id != mine for other in calendar_rows(session)):
        raise BadInput(f"There is a calendar {given.name} already.", name="is taken")
    if not _is_zone(given.zone):
        raise BadInput(f"There is no time zone {given.zone!r}, such as Europe/Berlin.", zone="is not known")
    if len(given.week) != 7 or not any(given.week):  # noqa: PLR2004 - days of a week
        raise BadInput("A calendar has seven days, and hours on one of them at least.", week="has no hours")
    for spans in (*given.week, *(day.hours for day in given.days)):
        _check_hours(spans)
    if len(given.days) > DAYS or len({day.date for day in given.days}) < len(given.days):
        raise BadInput(f"A day stands in the list once, and {DAYS} at most.", days="are too many, or one comes twice")
    if given.country:
        regions = countries().get(given.country)
        if regions is None:
            raise BadInput(f"The holidays of {given.country!r} are not known.", country="is not known")
        if given.region and given.region not in regions:
            raise BadInput(f"{given.country} has no region {given.region!r}.", region="is not known")


def _check_hours(spans: Sequence[Span]) -> None:
    try:
        _hours(spans)
    except ValueError:
        raise BadInput(
            "Hours begin before 24:00, and end after they begin, within a day.", week="has odd hours"
        ) from None


def _hours(spans: Sequence[Sequence[int]]) -> tuple[Hours, ...]:
    return tuple(Hours(start, end) for start, end in spans)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return bool(name)
