"""Count what happened: for everything, and by team, agent, category, priority, mailbox and channel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailgate.figures.histogram import bucket, quantile

DIMENSIONS = ("team", "agent", "category", "priority", "mailbox", "channel")
ALL = "all"
COUNTS = ("opened", "resolved", "answered", "kept", "missed", "happy", "unhappy", "sent", "failed")
MEDIAN, MOST = 0.5, 0.9


@dataclass
class Tally:
    """Some sums. `first`, `resolution`: how long first responses and resolutions took."""

    counts: Counter[str] = field(default_factory=Counter)
    first: Counter[int] = field(default_factory=Counter)
    resolution: Counter[int] = field(default_factory=Counter)

    def __getitem__(self, name: str) -> int:
        return self.counts[name]

    def add(self, other: Tally) -> None:
        self.counts.update(other.counts)
        self.first.update(other.first)
        self.resolution.update(other.resolution)

    @property
    def first_median(self) -> float | None:
        return quantile(self.first, MEDIAN)

    @property
    def first_most(self) -> float | None:
        return quantile(self.first, MOST)

    @property
    def resolution_median(self) -> float | None:
        return quantile(self.resolution, MEDIAN)

    @property
    def resolution_most(self) -> float | None:
        return quantile(self.resolution, MOST)

    @property
    def kept_share(self) -> float | None:
        return _share(self["kept"], self["missed"])

    @property
    def happy_share(self) -> float | None:
        return _share(self["happy"], self["unhappy"])

    @property
    def sent_share(self) -> float | None:
        return _share(self["sent"], self["failed"])

    def as_numbers(self) -> dict[str, Any]:
        """As it is kept."""
        times = {"first": self.first, "resolution": self.resolution}
        return {name: count for name, count in self.counts.items() if count} | {
            name: {str(place): count for place, count in counts.items()} for name, counts in times.items() if counts
        }


def from_numbers(numbers: Mapping[str, Any]) -> Tally:
    """What was kept."""
    counts = Counter({name: int(numbers[name]) for name in COUNTS if name in numbers})
    first, resolution = (
        Counter({int(place): int(count) for place, count in numbers.get(name, {}).items()})
        for name in ("first", "resolution")
    )
    return Tally(counts, first, resolution)


class Day:
    """The tallies of one day, by dimension and key."""

    def __init__(self) -> None:
        self.tallies: dict[tuple[str, str], Tally] = {(ALL, ""): Tally()}

    def count(self, place: Mapping[str, object], names: Iterable[str], **took: float | None) -> None:
        """Count one thing that happened at this place; `took`: first or resolution, in minutes."""
        for key in ((ALL, ""), *((name, "" if value is None else str(value)) for name, value in place.items())):
            tally = self.tallies.setdefault(key, Tally())
            tally.counts.update(names)
            for name, minutes in took.items():
                if minutes is not None:
                    getattr(tally, name)[bucket(minutes)] += 1


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    whole = Tally()
    for one in tallies:
        whole.add(one)
    return whole


def _share(good: int, bad: int) -> float | None:
    return good / (good + bad) if good + bad else None
