"""How long things took, in buckets that grow by a tenth: sums of days still know their median, to within 5 %."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

_GROWTH = 1.1


def bucket(minutes: float) -> int:
    """Where so many minutes belong; 0 is less than one."""
    return 0 if minutes < 1 else 1 + int(log(minutes) / log(_GROWTH))


def middle(place: int) -> float:
    """The minutes a bucket stands for."""
    return 0.5 if place == 0 else float(_GROWTH ** (place - 0.5))


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """The minutes within which this share of all was done; None of nothing."""
    left = share * sum(counts.values())
    for place in sorted(counts):
        left -= counts[place]
        if left <= 0 and counts[place]:
            return middle(place)
    return None
