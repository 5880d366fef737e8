"""When a letter is tried again, and when no more."""

from datetime import timedelta

from mailgate.send import LATE, LATE_TRY, next_try


def _waits(seed: int) -> list[timedelta]:
    waits: list[timedelta] = []
    while (wait := next_try(len(waits) + 1, seed)) is not None:
        waits.append(wait)
    return waits


def test_waits_double_from_five_minutes_to_sixty_seven() -> None:
    minutes = [wait / timedelta(minutes=1) for wait in _waits(7)]
    nominal = [5, 10, 20, 40, *[4000 / 60] * 200]
    for number, (wait, usual) in enumerate(zip(minutes, nominal, strict=False), start=1):
        if number != LATE_TRY - 1:
            assert 0.9 * usual <= wait <= 1.1 * usual


def test_one_try_is_when_an_agent_has_to_know() -> None:
    for seed in range(200):
        at = sum(_waits(seed)[: LATE_TRY - 1], timedelta(0))
        assert LATE <= at <= LATE + timedelta(minutes=5)
        assert min(_waits(seed)) > timedelta(minutes=4)


def test_after_five_days_it_ends() -> None:
    for seed in range(20):
        total = sum(_waits(seed), timedelta(0))
        assert timedelta(days=4.8) < total < timedelta(days=5.2)


def test_letters_that_failed_together_come_back_apart_and_the_same_letter_at_the_same_time() -> None:
    assert len({next_try(3, seed) for seed in range(50)}) == 50
    assert next_try(3, 7) == next_try(3, 7)
    assert len(set(_waits(7)[10:])) > 50


def test_far_too_many_tries_are_no_trouble() -> None:
    assert next_try(100_000, 1) is None
