"""Mails broken at random are read all the same; what longer runs found is kept in tests/mails/found."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.parse import built
from tests.parse.fuzz import MAILS, broken, check, samples

EACH = 4  # mutations of each mail; `make fuzz` goes on from there


@pytest.mark.parametrize("round_", range(EACH))
def test_broken_mails_are_read(round_: int) -> None:
    mails = samples()
    chance = random.Random(round_)
    for mail in mails:
        check(broken(mail, mails, chance))


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(built.MAILS)
def test_built_mails_are_read(raw: bytes) -> None:
    check(raw)


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=2_000))
def test_noise_is_read(raw: bytes) -> None:
    check(raw)


@pytest.mark.parametrize("path", sorted((MAILS / "found").glob("*.eml")), ids=lambda path: path.stem)
def test_what_was_found_once_stays_mended(path: object) -> None:
    check(path.read_bytes())  # type: ignore[attr-defined]
