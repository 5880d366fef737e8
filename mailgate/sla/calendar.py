"""A calendar: when a desk works, counted in real time over breaks, nights, holidays and changed clocks.

A moment is working time when the wall clock of the calendar's zone shows an hour that is open. So an hour that daylight
saving skips is not worked, and one that comes twice is worked twice. Hours that run over midnight belong to the day
they begin on: a holiday takes away what begins on it, and not the end of the night before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from mailgate.sla.ranges import Range, clipped, joined

MINUTES_A_DAY = 24 * 60
_DAY, _MINUTE, _NOTHING = timedelta(days=1), timedelta(minutes=1), timedelta(0)
_INSTANT = timedelta(microseconds=1)
_STEP = timedelta(days=28)  # so much is looked at at once
_FURTHEST = timedelta(days=10 * 366)  # a calendar that never opens ends the search


@dataclass(frozen=True, slots=True)
class Hours:
    """Open from one minute of the day to another; beyond 24:00 it is the night to the next day."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < MINUTES_A_DAY or not self.start < self.end <= self.start + MINUTES_A_DAY:
            raise ValueError(f"no hours: {self.start}-{self.end}")


Week = tuple[tuple[Hours, ...], ...]
ALWAYS: Week = ((Hours(0, MINUTES_A_DAY),),) * 7


@dataclass(frozen=True, slots=True)
class Calendar:
    """Seven days from Monday, and the dates that differ: a holiday has no hours, an exception has others."""

    zone: str = "UTC"
    week: Week = ALWAYS
    days: Mapping[date, tuple[Hours, ...]] = field(default_factory=dict)

    def of(self, day: date) -> tuple[Hours, ...]:
        """The hours that begin on a day."""
        return self.days.get(day, self.week[day.weekday()])


def open_ranges(calendar: Calendar, since: datetime, until: datetime) -> Iterator[Range]:
    """When the desk works between two moments, in order and without overlap, in UTC."""
    for piece, offset in _pieces(calendar.zone, since.astimezone(UTC), until.astimezone(UTC)):
        local = Range(*((moment + offset).replace(tzinfo=None) for moment in piece))
        for found in joined(_by_wall_clock(calendar, local)):
            for part in clipped([found], local):
                yield Range(*(moment.replace(tzinfo=UTC) - offset for moment in part))


def time_between(calendar: Calendar, since: datetime, until: datetime) -> timedelta:
    """How much working time lies between two moments."""
    return sum((part.end - part.start for part in open_ranges(calendar, since, until)), _NOTHING)


def moment_after(calendar: Calendar, since: datetime, amount: timedelta) -> datetime | None:
    """The first moment at which so much working time has passed; None where that never comes."""
    start, left = since.astimezone(UTC), amount
    if left <= _NOTHING:
        return start
    while start - since < _FURTHEST:
        for part in open_ranges(calendar, start, start + _STEP):
            if part.end - part.start >= left:
                return part.start + left
            left -= part.end - part.start
        start += _STEP
    return None


def opens_next(calendar: Calendar, at: datetime) -> datetime | None:
    """When the desk works again, in its own zone; None where it works now, or never will."""
    reached = moment_after(calendar, at, _INSTANT)
    if reached is None or reached - _INSTANT == at:
        return None
    return (reached - _INSTANT).astimezone(ZoneInfo(calendar.zone))


def _by_wall_clock(calendar: Calendar, local: Range) -> Iterator[Range]:
    """The hours of every day that can reach into a stretch of the wall clock."""
    day = local.start.date() - _DAY
    while (midnight := datetime.combine(day, datetime.min.time())) < local.end:
        for hours in sorted(calendar.of(day), key=lambda one: one.start):
            yield Range(midnight + hours.start * _MINUTE, midnight + hours.end * _MINUTE)
        day += _DAY


def _pieces(zone: str, since: datetime, until: datetime) -> Iterator[tuple[Range, timedelta]]:
    """Stretches of time in which the zone's clocks are not changed, and how far they are from UTC."""
    for year in range(since.year, until.year + 1):
        for piece, offset in _of_year(zone, year):
            yield from ((part, offset) for part in clipped([piece], Range(since, until)))


@lru_cache(maxsize=512)
def _of_year(zone: str, year: int) -> tuple[tuple[Range, timedelta], ...]:
    place = ZoneInfo(zone)
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    changes, moment = [begin], begin
    while moment < end:
        following = min(moment + _DAY, end)
        if _offset(place, moment) != _offset(place, following):
            changes.append(_change(place, moment, following))
        moment = following
    bounds = pairwise([*dict.fromkeys(changes), end])
    return tuple((Range(start, stop), _offset(place, start)) for start, stop in bounds if start < stop)


def _change(place: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second from which on another offset holds."""
    old = _offset(place, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _offset(place, middle) == old else (before, middle)
    return after


def _offset(place: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(place).utcoffset() or _NOTHING
