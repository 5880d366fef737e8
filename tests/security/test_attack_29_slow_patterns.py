"""Attack 29: the worst lines for subject, quotes and headers cost in proportion to their length, and little."""

from collections.abc import Callable
from contextlib import suppress
from time import process_time

import pytest

from mailgate.errors import Refused
from mailgate.parse import read
from mailgate.parse.quotes.divide import divide
from mailgate.parse.quotes.lines import MAX_LINES

LINES = (
    "On x x x x x x x",
    "On Monday 2 Jan 2026 at 10:00 wrote wrote wrote a@b.example wrote:",
    "From:12:<a@b.c>From:12:<a@b.c>From:12:<a:",
    "-- 5 januar5 januar5 januar5 januar5 januar5 januar5 januar wrote:",
    "-- skrev följandeskrev följandeskrev följan:",
    "----- wrote )----- wrote )----- wrote )-----",
    "<a@b.c <a@b.c <a@b.c <a@b.c <a@b.c <a@b.c <a@b.c >",
    "1- above this 1- above this 1- above this 1- above this",
    "((((((((((((((((((((((((((((((((((((((((((((((()",
    "----------------------------------------------------------------",
    "________________________________________________________________",
    "> a@b.example> a@b.example> a@b.example> a@b.example",
    "Sent from my Sent from my Sent from my Sent from my",
    "Best regards, Best regards, Best regards, Best regards",
    "From: x To: y Subject: z From: x To: y Subject: z",
)
HEADERS = ("(", "<", '"\\', "=?a?q?", "=?utf-8?q?a?= ", "a@b:", "\n ", "Re: ", "<a@b> ", "; a=b", "\xe4\xb8", "[#TKT-")
QUARTER = 250_000
MOST = 0.5  # seconds for a megabyte on a busy machine; it takes 0.1 on an idle one


def _seconds(work: Callable[[], object]) -> float:
    def once() -> float:
        start = process_time()
        work()
        return process_time() - start

    return min(once() for _ in range(2))


@pytest.mark.parametrize("line", LINES)
def test_lines_of_a_text_cost_in_proportion(line: str) -> None:
    """A megabyte in as many lines as are divided at all: no other megabyte costs more."""
    width = 4 * QUARTER // MAX_LINES
    line = f"{line * width}"[: width - 1]

    def seconds(size: int) -> float:
        text = f"{line}\n" * (size // width)
        assert text.count("\n") <= MAX_LINES
        return _seconds(lambda: divide(text, (), "Ann Lee", "Fwd: x"))

    whole = seconds(4 * QUARTER)
    assert whole < MOST or whole < 8 * seconds(QUARTER)
    assert whole < 4 * MOST


@pytest.mark.parametrize("word", ["IHRoaXMgaXMgY29udGVudCBvZiB0ZXN0", "ABCDEFGH", "Aa.", "A'-", "A, ", "1-2 "])
def test_a_long_line_alone_costs_little(word: str) -> None:
    """668 bytes of base64 below a closing once took three seconds: a name's words could end anywhere."""
    text = f"Hello\n\nBest regards\n{word * (2_000 // len(word))}!?\n+49 30 1234567 a@b.example\n"
    assert _seconds(lambda: divide(text, (), "Ann Lee", "x")) < MOST
    block = f"Hello\n\n{word * (2_000 // len(word))}!?\n+49 30 1234567 a@b.example\n"
    assert _seconds(lambda: divide(block, (), "Ann Lee", "x")) < MOST


@pytest.mark.parametrize("name", ["From", "Subject", "Date", "References", "Content-Type"])
@pytest.mark.parametrize("unit", HEADERS)
def test_a_header_costs_little(name: str, unit: str) -> None:
    size = 15_000 if name == "Content-Type" else 90_000  # what is longer is refused

    def seconds(length: int) -> float:
        raw = f"{name}: ".encode() + unit.encode("latin-1") * (length // len(unit)) + b"\nX-End: x\n\nHello"
        return _seconds(lambda: _read(raw))

    whole = seconds(size)
    assert whole < MOST or whole < 8 * seconds(size // 4)
    assert whole < 4 * MOST


def _read(raw: bytes) -> None:
    with suppress(Refused):
        read(raw)


def test_what_is_too_long_to_divide_is_shown_whole() -> None:
    text = "Yes!\n\n" + "> never mind\n" * MAX_LINES
    division = divide(text)
    assert division.reply == text.strip()
    assert [span.rule for span in division.spans] == ["too long to divide"]
