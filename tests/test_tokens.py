"""Marks prove what they say, survive lower-casing, and fit where they have to stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.tokens import Marks

MARKS = Marks("one key, long enough to be a key")
OTHERS = Marks("another key, long enough to be a key")
IDS = st.integers(min_value=1, max_value=2**63 - 1)


@given(org=IDS, number=IDS)
def test_a_mark_leads_back_to_its_ticket_only_for_its_own_key_and_tenant(org: int, number: int) -> None:
    mark = MARKS.ticket(org, number)
    assert MARKS.read_ticket(org, mark) == number
    assert MARKS.read_ticket(org, mark.upper()) == number
    assert MARKS.read_ticket(org + 1, mark) is None
    assert OTHERS.read_ticket(org, mark) is None
    assert MARKS.read_bounce(org, "b" + mark[1:]) is None


@given(org=IDS, number=IDS)
def test_a_message_id_of_ours_proves_its_ticket(org: int, number: int) -> None:
    message_id = MARKS.message_id(org, number, "nordlicht.example")
    assert MARKS.read_message_id(org, message_id) == number
    assert MARKS.read_message_id(org, message_id.partition("@")[0] + "@rewritten.example") == number
    assert OTHERS.read_message_id(org, message_id) is None


def test_marks_fit_into_a_local_part_beside_the_longest_mailbox_we_take() -> None:
    longest = "a" * 30 + "+" + MARKS.ticket(2**63 - 1, 2**63 - 1)
    assert len(longest) <= 64


@pytest.mark.parametrize("odd", ["", "t", "t.", "tabc.def", "t1.aaaaaaaaaaaaaaaa", "t" * 5000, "tabc.aaaaaaaaaaaaaaaa"])
def test_what_is_no_mark_of_ours_is_nothing(odd: str) -> None:
    assert MARKS.read_ticket(1, odd) is None
    assert MARKS.read_message_id(1, odd + "@x") is None


def test_a_mark_altered_in_any_place_is_nothing() -> None:
    mark = MARKS.ticket(1, 12345)
    for place in range(len(mark)):
        altered = mark[:place] + ("a" if mark[place] != "a" else "b") + mark[place + 1 :]
        assert MARKS.read_ticket(1, altered) is None


def test_a_mark_that_stops_letters_stops_these_for_this_reader_alone() -> None:
    marks, others = Marks("a key"), Marks("another key")
    mark = marks.stop(7, "digest", "a", 12)
    assert marks.read_stop(mark) == (7, "digest", "a", 12)
    assert marks.read_stop(mark.upper()) == (7, "digest", "a", 12), "some programs change the case of links"
    assert others.read_stop(mark) is None
    for other in (
        marks.stop(8, "digest", "a", 12),
        marks.stop(7, "reminder", "a", 12),
        marks.stop(7, "digest", "t", 12),
    ):
        assert marks.read_stop(f"{other.rpartition('.')[0]}.{mark.rpartition('.')[2]}") is None
    for odd in ("", "x", f"{mark}a", mark.replace(".", "")):
        assert marks.read_stop(odd) is None


def test_the_id_of_a_letter_without_a_ticket_leads_to_none() -> None:
    marks = Marks("a key")
    loose = marks.loose_id("nordlicht.example")
    assert marks.read_message_id(7, loose) is None
    assert not marks.is_check_id(loose)
