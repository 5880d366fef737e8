"""When to try a letter again: after 5 minutes, then ever later up to 67 minutes, for 5 days."""

import random
from datetime import timedelta

_FIRST = timedelta(minutes=5)
_LONGEST = timedelta(seconds=4000)
_PATIENCE = timedelta(days=5)
_JITTER = 0.1


def next_try(tries: int, seed: int) -> timedelta | None:
    """How long to wait after so many tries; None: it is time to give up. `seed` spreads what failed together."""
    waits = [_wait(number) for number in range(1, tries + 1)]
    if sum(waits, timedelta(0)) > _PATIENCE:
        return None
    return waits[-1] * random.Random(f"{seed} {tries}").uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - no secret


def _wait(number: int) -> timedelta:
    return min(_FIRST * (1 << min(number - 1, 10)), _LONGEST)
