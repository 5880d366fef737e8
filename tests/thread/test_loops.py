"""Two ticket systems answering each other show it in their subjects; people who write often do not."""

import time

import pytest

from mailgate.thread.loops import answers_itself
from mailgate.thread.subject import bare

FORMAT = "TKT-{YYYY}-{N:6}"


@pytest.mark.parametrize(
    "subject",
    [
        "[Ticket#2026001] Re: [Ticket#2026002] Re: [Ticket#2026003] Hello",
        "Re: [ACME-17] AW: (ACME-18) [ACME-19] We received your request",
        "【CASE 100】【CASE 101】【CASE 102】 回复",
    ],
)
def test_numbers_of_one_foreign_system_pile_up(subject: str) -> None:
    assert "piles up numbers" in str(answers_itself(subject, [], FORMAT))


@pytest.mark.parametrize(
    "subject",
    [
        "[INV-17] and [INV-18] are wrong",
        "[EXTERNAL] [ACME-17] [spam?] [2026] hello",
        "Re: [#TKT-2026-000001] [#TKT-2026-000002] [#TKT-2026-000003]",
        "Orders 1001, 1002, 1003 and 1004",
        "Re: Re: Re: Re: Re: Re: Re: hello",
        "[ACME-17] Re: [ACME-17] Re: [ACME-17] Re: [ACME-17]",
    ],
)
def test_people_write_numbers_too(subject: str) -> None:
    assert answers_itself(subject, [], FORMAT) is None


def test_subjects_that_hold_each_other_grow() -> None:
    subjects = ["Hello"]
    for _ in range(3):
        subjects.insert(0, f"We received: {subjects[0]}")
    assert answers_itself(subjects[0], subjects[1:], FORMAT)
    assert answers_itself(subjects[1], subjects[2:], FORMAT) is None
    assert answers_itself("Hello", ["Hello"] * 9, FORMAT) is None
    assert answers_itself("Re: Re: Re: Re: Hello", ["Re: Re: Hello", "Re: Hello", "Hello"], FORMAT) is None


def test_a_bare_subject_is_the_same_in_every_reply() -> None:
    for subject in ("Re: AW: Hello  there", "FWD: hello there", "Re[2]: [#TKT-2026-000123] Hello there", "HELLO THERE"):
        assert bare(subject, FORMAT) == "hello there"


@pytest.mark.parametrize("subject", ["[1" * 500_000, "Re:" * 300_000, "[" * 1_000_000, "[A-1] " * 150_000])
def test_a_hostile_subject_costs_no_time(subject: str) -> None:
    start = time.process_time()
    answers_itself(subject, [subject] * 10, FORMAT)
    assert time.process_time() - start < 1
