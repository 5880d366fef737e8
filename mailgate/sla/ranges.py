"""Stretches of time: cut, joined and laid over each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple


class Range(NamedTuple):
    """From one moment to another, which is no longer part of it."""

    start: datetime
    end: datetime


def joined(ranges: Iterable[Range]) -> Iterator[Range]:
    """The same time without overlaps; they come in the order they begin."""
    last: Range | None = None
    for each in sorted(ranges):
        if last is not None and each.start <= last.end:
            last = Range(last.start, max(last.end, each.end))
        else:
            if last is not None:
                yield last
            last = each
    if last is not None:
        yield last


def clipped(ranges: Iterable[Range], within: Range) -> Iterator[Range]:
    """What of them lies within another one."""
    for each in ranges:
        start, end = max(each.start, within.start), min(each.end, within.end)
        if start < end:
            yield Range(start, end)
