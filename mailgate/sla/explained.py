"""Which minutes were counted: every stretch of working time of a clock, by day, until it stopped or until now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from mailgate.sla.calendar import Calendar, open_ranges
from mailgate.sla.clocks import Clock


class Counted(NamedTuple):
    """Working time that a clock counted."""

    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        return (self.end - self.start) // timedelta(minutes=1)


def counted(clock: Clock, calendar: Calendar, now: datetime) -> Iterator[Counted]:
    """What was counted so far, in order; neighbours are told as one."""
    last: Counted | None = None
    for run in clock.runs:
        for part in open_ranges(calendar, run.start, run.end or max(now, run.start)):
            if last is not None and last.end == part.start:
                last = Counted(last.start, part.end)
                continue
            if last is not None:
                yield last
            last = Counted(*part)
    if last is not None:
        yield last
