"""Ticket numbers: unique, in the organisation's own form, in blocks, never used twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from mailgate.errors import BadInput
from mailgate.store.db import Database
from mailgate.store.numbers import check_format, take_numbers

AT = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number_format", "first"),
    [("TKT-{YYYY}{MM}-{N:4}", "TKT-202601-0001"), ("SAAS-{YYYY}{MM}{DD}-{N:5}", "SAAS-20260131-00001"),
     ("ST-{YYYY}-{N:3}", "ST-2026-001"), ("SUP-{YYYY}-{N:8}-PROD", "SUP-2026-00000001-PROD"), ("{YY}/{N}", "26/1")],
)  # fmt: skip
def test_numbers_have_the_form_the_organisation_chose(database: Database, number_format: str, first: str) -> None:
    assert take_numbers(database, 1, check_format(number_format), 1, AT) == [first]


def test_numbers_begin_anew_when_the_period_named_in_them_changes(database: Database) -> None:
    assert take_numbers(database, 1, "T-{MM}-{N}", 2, AT) == ["T-01-1", "T-01-2"]
    assert take_numbers(database, 1, "T-{MM}-{N}", 1, AT.replace(month=2, day=1)) == ["T-02-1"]
    assert take_numbers(database, 1, "T-{MM}-{N}", 1, AT) == ["T-01-3"]


def test_blocks_taken_at_once_never_overlap(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        blocks = list(pool.map(lambda _: take_numbers(database, 1, "{N}", 7, AT), range(40)))
    numbers = [int(number) for block in blocks for number in block]
    assert sorted(numbers) == list(range(1, 281))


@pytest.mark.parametrize("bad", ["TKT", "{N}{N}", "tkt-{N}", "{N} {YYYY}", "{N}[x]", "{Q}{N}"])
def test_a_format_that_cannot_work_is_refused(bad: str) -> None:
    with pytest.raises(BadInput):
        check_format(bad)
