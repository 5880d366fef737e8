"""Hours, lengths of time and days as people write them, and written for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from mailgate.errors import BadInput
from mailgate.office.calendars import Day, Span
from mailgate.sla.calendar import MINUTES_A_DAY

_HOURS = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|to)\s*(\d{1,2})(?:[:.](\d{2}))?")
_LENGTH = re.compile(r"(?:(\d{1,4})\s*d(?:ays?)?)?\s*(?:(\d{1,5})\s*h(?:ours?)?)?\s*(?:(\d{1,6})\s*m(?:in(?:utes)?)?)?")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})\s*(.*)")
_HOUR = 60


def read_hours(text: str) -> tuple[Span, ...]:
    """`9:00-12:30, 13-17`; `22-6` is the night that begins then; nothing, or `closed`, is a day off."""
    if text.strip().lower() in ("", "closed"):
        return ()
    return tuple(_read_span(piece) for piece in text.split(","))


def hours_in_words(spans: Iterable[Sequence[int]]) -> str:
    """`9:00–12:30, 13:00–17:00`, as it can be read again."""
    return ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in spans)


def read_minutes(text: str) -> int | None:
    """`90 min`, `1 h 30 min`, `2 d` (of 24 hours) or a bare number of minutes; None for nothing."""
    plain = text.strip().lower()
    if not plain:
        return None
    if plain.isascii() and plain.isdigit() and len(plain) < 8:  # noqa: PLR2004 - a number a year of minutes fits in
        return int(plain)
    found = _LENGTH.fullmatch(plain)
    if found is None or not any(found.groups()):
        raise BadInput(f"{text.strip()!r} is no length of time such as 30 min, 4 h or 2 d.")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return days * MINUTES_A_DAY + hours * _HOUR + minutes


def minutes_in_words(minutes: int | None) -> str:
    """`1 h 30 min`, as it can be read again; nothing for None."""
    if minutes is None:
        return ""
    hours, rest = divmod(minutes, _HOUR)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours))


def read_days(text: str) -> tuple[Day, ...]:
    """A line a day: date, hours in brackets where it is not a day off, name: `2026-12-24 (9-12) Christmas Eve`."""
    return tuple(_read_day(line.strip()) for line in text.splitlines() if line.strip())


def days_in_words(days: Iterable[Day]) -> str:
    """Days, as they can be read again."""
    return "\n".join(
        " ".join(filter(None, (day.date.isoformat(), f"({hours_in_words(day.hours)})" if day.hours else "", day.name)))
        for day in days
    )


def _read_span(text: str) -> Span:
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        raise BadInput(f"{text.strip()!r} are no hours such as 9:00-17:00.")
    start = int(found[1]) * _HOUR + int(found[2] or 0)
    end = int(found[3]) * _HOUR + int(found[4] or 0)
    if int(found[2] or 0) >= _HOUR or int(found[4] or 0) >= _HOUR or start >= MINUTES_A_DAY or end > MINUTES_A_DAY:
        raise BadInput(f"{text.strip()!r} are no hours of a day.")
    return (start, end if end > start else end + MINUTES_A_DAY)


def _read_day(line: str) -> Day:
    found = _DAY.fullmatch(line)
    try:
        when = date.fromisoformat(found[1]) if found else None
    except ValueError:
        when = None
    if found is None or when is None:
        raise BadInput(f"{line[:60]!r} does not begin with a date such as 2026-12-24.")
    hours, name = "", found[2].strip()
    if name.startswith("("):
        hours, _, name = name[1:].partition(")")
    return Day(when, name.strip()[:100], read_hours(hours))


def _clock(minute: int) -> str:
    minute = minute if minute <= MINUTES_A_DAY else minute - MINUTES_A_DAY
    return f"{minute // _HOUR}:{minute % _HOUR:02}"
