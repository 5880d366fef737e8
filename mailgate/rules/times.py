"""When a rule that waits for time is to be asked: after something on a ticket, or at a time of day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from mailgate.rules.decide import Rule
from mailgate.rules.schema import Schedule
from mailgate.sla.calendar import Calendar, moment_after

_ALWAYS = Calendar()
_WEEK = 8  # days, today's past time of day among them


class Moment(NamedTuple):
    """The last time something happened on a ticket that a rule can wait from; `id` names it for good."""

    id: int
    at: datetime


class Due(NamedTuple):
    """A rule is to be asked about a ticket; `key` tells this time from the next."""

    at: datetime
    rule: Rule
    key: str


def dues(
    rules: Iterable[Rule],
    moments: Mapping[str, Moment],
    calendars: Mapping[str, Calendar],
    done: Collection[tuple[int, str]],
) -> list[Due]:
    """Every time a rule is still to be asked, in order. What was due before a rule was as it is, is let be."""
    found = []
    for rule in rules:
        wait = rule.given.wait
        moment = moments.get(wait.since) if wait is not None else None
        if wait is None or moment is None or (rule.id, key := f"{wait.since}:{moment.id}") in done:
            continue
        calendar = calendars.get(wait.calendar) if wait.calendar else _ALWAYS
        at = moment_after(calendar, moment.at, timedelta(minutes=wait.minutes)) if calendar is not None else None
        if at is not None and (rule.since is None or at >= rule.since):
            found.append(Due(at, rule, key))
    return sorted(found, key=lambda due: due.at)


def next_time(schedule: Schedule, zone: str, after: datetime) -> datetime:
    """The next time of day a schedule names, after a moment."""
    there = after.astimezone(ZoneInfo(zone))
    hour, minute = map(int, schedule.at.split(":"))
    for days in range(_WEEK):
        day = there.date() + timedelta(days=days)
        moment = datetime.combine(day, time(hour, minute), ZoneInfo(zone))
        if day.weekday() in schedule.days and moment > after:
            return moment
    raise AssertionError("a schedule names at least one day")
