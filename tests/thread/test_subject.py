"""Our ticket numbers are found in subjects as mail programs and other systems leave them."""

import time

import pytest

from mailgate.thread.subject import numbers_in

FORMAT = "TKT-{YYYY}-{N:6}"
NUMBER = "TKT-2026-000123"


@pytest.mark.parametrize(
    "subject",
    [
        "[#TKT-2026-000123] Cannot sign in",
        "Re: AW: SV: 回复: [#TKT-2026-000123] x",
        "RE: [EXTERNAL] [#TKT-2026-000123] x",
        "Fwd: [[#TKT-2026-000123]] x",
        "[ # tkt-2026-000123 ] x",
        "x (#TKT-2026-000123)",
        "【#TKT-2026-000123】 x",
        "Re: [#TKT-\r\n 2026-000123] x".replace("-\r\n ", "-"),
        "about #TKT-2026-000123, thanks",
        "[Ticket 5] [TKT-2026-000123]",
    ],
)
def test_a_number_in_brackets_or_behind_a_hash_is_found(subject: str) -> None:
    assert numbers_in(subject, FORMAT) == [NUMBER]


@pytest.mark.parametrize(
    "subject",
    ["Order TKT-2026-000123", "[#ABC-2026-000123]", "[#TKT-2026-]", "[#TKT-2026-000123X]", "[#12345]", "", "[#" * 500],
)
def test_what_bears_no_mark_of_ours_is_not_taken_for_a_number(subject: str) -> None:
    assert numbers_in(subject, FORMAT) == []


def test_several_numbers_are_given_in_order_each_once() -> None:
    subject = "[#TKT-2026-000002] [#TKT-2026-000001] [#TKT-2026-000002]"
    assert numbers_in(subject, FORMAT) == ["TKT-2026-000002", "TKT-2026-000001"]


@pytest.mark.parametrize(
    ("number_format", "number"),
    [("TKT-{YYYY}{MM}-{N:4}", "TKT-202501-0001"), ("SAAS-{YYYY}{MM}{DD}-{N:5}", "SAAS-20260131-00042"),
     ("SUP-{YYYY}-{N:8}-PROD", "SUP-2026-00000001-PROD"), ("{N}", "7")],
)  # fmt: skip
def test_every_format_an_organisation_can_have_is_found(number_format: str, number: str) -> None:
    assert numbers_in(f"Re: [#{number}] hello", number_format) == [number]


@pytest.mark.parametrize("attack", ["[#" * 500_000, "[#TKT-" + "2026-" * 200_000, "[" * 1_000_000, " " * 1_000_000])
def test_attack_29_a_megabyte_of_subject_costs_nothing(attack: str) -> None:
    start = time.process_time()
    numbers_in(attack, FORMAT)
    assert time.process_time() - start < 0.5
