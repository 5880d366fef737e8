"""What a refusal means for the address, and for us."""

import pytest

from mailgate.send.sorting import is_about_us, is_dead


@pytest.mark.parametrize(
    ("status", "dead", "reported"),
    [
        *((status, True, True) for status in ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")),
        *((status, False, False) for status in ("5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.7.1", "5.4.7", "4.1.1", None)),
        ("5.0.0", False, True),
    ],
)
def test_an_address_is_dead_only_where_nothing_else_can_be_meant(
    status: str | None, dead: bool, reported: bool
) -> None:
    assert (is_dead(status), is_dead(status, is_reported=True)) == (dead, reported)


@pytest.mark.parametrize(
    ("code", "status", "ours"),
    [
        (530, "5.7.0", True),
        (535, None, True),
        (550, "5.7.57", True),
        (550, "5.7.9", True),
        (550, "5.7.1", False),
        (450, "4.7.8", False),
        (550, "5.1.1", False),
    ],
)
def test_a_relay_that_wants_us_to_sign_in_is_no_letters_fault(code: int, status: str | None, ours: bool) -> None:
    assert is_about_us(code, status) == ours
