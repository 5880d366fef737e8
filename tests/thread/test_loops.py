"""Two ticket systems answering each other show it in their subjects; people who write often do not."""

import time

import pytest

from mailgate.mail import Letter
from mailgate.thread.loops import Earlier, answers_itself
from mailgate.thread.subject import bare

FORMAT = "TKT-{YYYY}-{N:6}"


def _loops(subject: str, earlier: list[str], number_format: str, text: str = "") -> str | None:
    today = [Earlier(f"TKT-2026-00000{place % 10}", each) for place, each in enumerate(earlier)]
    return answers_itself(Letter(sender=None, subject=subject, text=text), today, number_format)


@pytest.mark.parametrize(
    "subject",
    [
        "[Ticket#2026001] Re: [Ticket#2026002] Re: [Ticket#2026003] Hello",
        "Re: [ACME-17] AW: (ACME-18) [ACME-19] We received your request",
        "【CASE 100】【CASE 101】【CASE 102】 回复",
    ],
)
def test_numbers_of_one_foreign_system_pile_up(subject: str) -> None:
    assert "piles up numbers" in str(_loops(subject, [], FORMAT))


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
    assert _loops(subject, [], FORMAT) is None


def test_subjects_that_hold_each_other_grow() -> None:
    subjects = ["Hello"]
    for _ in range(3):
        subjects.insert(0, f"We received: {subjects[0]}")
    assert _loops(subjects[0], subjects[1:], FORMAT)
    assert _loops(subjects[1], subjects[2:], FORMAT) is None
    assert _loops("Hello", ["Hello"] * 9, FORMAT) is None
    assert _loops("Re: Re: Re: Re: Hello", ["Re: Re: Hello", "Re: Hello", "Hello"], FORMAT) is None


def test_a_bare_subject_is_the_same_in_every_reply() -> None:
    for subject in ("Re: AW: Hello  there", "FWD: hello there", "Re[2]: [#TKT-2026-000123] Hello there", "HELLO THERE"):
        assert bare(subject, FORMAT) == "hello there"


@pytest.mark.parametrize("subject", ["[1" * 500_000, "Re:" * 300_000, "[" * 1_000_000, "[A-1] " * 150_000])
def test_a_hostile_subject_costs_no_time(subject: str) -> None:
    start = time.process_time()
    _loops(subject, [subject] * 10, FORMAT)
    assert time.process_time() - start < 1


def test_mails_alike_that_quote_our_answer_are_an_echo() -> None:
    earlier = [f"Case {number}: thank you" for number in (3, 2, 1)]
    assert "quotes our letter" in str(_loops("Case 4: thank you", earlier, FORMAT, "You wrote: tkt-2026-000001"))
    assert _loops("Case 4: thank you", earlier, FORMAT, "A new order.") is None, "a shop writes often, too"
    assert _loops("Another matter", earlier, FORMAT, "As I said in TKT-2026-000001") is None
    assert _loops("Case 3: thank you", earlier[1:], FORMAT, "TKT-2026-000001") is None
