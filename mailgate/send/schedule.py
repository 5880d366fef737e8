"""When to try a letter again: after 5 minutes, then ever later up to 67 minutes, for 5 days; one try is at 4 hours."""

import random
from datetime import timedelta
from functools import lru_cache

_FIRST = timedelta(minutes=5)
_LONGEST = timedelta(seconds=4000)
PATIENCE = timedelta(days=5)
_JITTER = 0.1
LATE = timedelta(hours=4)  # when a letter has not left by then, an agent is told
LATE_TRY = 8  # the try that is made after so long: what is refused then is late


def next_try(tries: int, seed: int) -> timedelta | None:
    """How long to wait after so many tries; None: it is time to give up. `seed` spreads what failed together."""
    if tries > _most_tries():
        return None
    if tries == LATE_TRY - 1:
        # However the earlier waits were spread: this one ends when an agent has to know.
        before = sum((_spread(number, seed) for number in range(1, tries)), timedelta(0))
        return LATE - before + _FIRST * _chance(tries, seed)
    return _spread(tries, seed)


@lru_cache(maxsize=1)
def _most_tries() -> int:
    """After so many tries, one more wait would end beyond our patience."""
    passed, number = timedelta(0), 0
    while passed <= PATIENCE:
        number += 1
        passed += _wait(number) if number != LATE_TRY - 1 else LATE - passed
    return number - 1


def _spread(number: int, seed: int) -> timedelta:
    return _wait(number) * (1 - _JITTER + 2 * _JITTER * _chance(number, seed))


def _wait(number: int) -> timedelta:
    return min(_FIRST * (1 << min(number - 1, 10)), _LONGEST)


def _chance(number: int, seed: int) -> float:
    return random.Random(f"{seed} {number}").random()  # noqa: S311 - no secret
