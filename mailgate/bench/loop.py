"""The fixed loop all rates are divided by, so that figures of different machines and days can be compared."""

from __future__ import annotations

from time import perf_counter

_SECONDS = 1.5


def loops_per_second(seconds: float = _SECONDS) -> float:
    """How often this machine runs the loop in a second, on one core, just now."""
    count, begun = 0, perf_counter()
    while (taken := perf_counter() - begun) < seconds:
        _loop()
        count += 1
    return count / taken


def _loop() -> None:
    total = 0
    for number in range(400_000):
        total += number * number % 7
    words = {}
    for number in range(60_000):
        words[str(number)] = number
