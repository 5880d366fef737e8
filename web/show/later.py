"""Moments to put a ticket off to: a few that people mean, and whatever they type."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from mailgate import clock
from mailgate.errors import BadInput
from web.look import weekday
from web.speech import say

_MORNING = time(8)
_MONDAY = 7


class Later(NamedTuple):
    """A moment by its key, and in words."""

    key: str
    word: str
    at: datetime


def laters(zone: str) -> list[Later]:
    """What is offered. Days begin at eight, where the organisation is."""
    now = clock.now().astimezone(ZoneInfo(zone))
    tomorrow = _morning(now, 1)
    monday = _morning(now, _MONDAY - now.weekday())
    week = _morning(now, 7)
    hours = now.replace(second=0, microsecond=0) + timedelta(hours=3)
    return [
        Later("hours", say("In 3 hours, %(hours)s", hours=f"{hours:%H:%M}"), hours),
        Later("tomorrow", say("Tomorrow, %(tomorrow)s", tomorrow=f"{tomorrow:%H:%M}"), tomorrow),
        Later("monday", say("Next Monday, %(monday)s", monday=f"{monday:%H:%M}"), monday),
        Later("week", say("In a week, %(days)s %(week)s", days=weekday(week), week=f"{week:%H:%M}"), week),
    ]


def read_later(said: str, zone: str) -> datetime:
    """The moment somebody chose or typed (2026-12-24T09:00), in their organisation's zone."""
    offered = {later.key: later.at for later in laters(zone)}
    if said in offered:
        return offered[said]
    try:
        typed = datetime.fromisoformat(said)
    except ValueError:
        raise BadInput("Choose a day and a time.", until="is no moment such as 2026-12-24T09:00") from None
    return typed if typed.tzinfo else typed.replace(tzinfo=ZoneInfo(zone))


def _morning(now: datetime, days: int) -> datetime:
    return datetime.combine(now.date() + timedelta(days=days), _MORNING, now.tzinfo)
