"""Row 26. What mails say stays inside its line of the log, and a name in a spreadsheet stays a name."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from mailgate import log
from web.pages.figures import cell

FORGED = "x\r\n13:05:09 smtp    kept 1 for you\u2028\x1b[31mred\x00\x85end"


@pytest.fixture(params=["text", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[tuple[str, io.StringIO]]:
    root = logging.getLogger()
    handlers, level, out = root.handlers[:], root.level, io.StringIO()
    log.start("test", request.param, stream=out)
    yield request.param, out
    root.handlers[:], root.level = handlers, level


def test_a_forged_line_stays_inside_its_own(written: tuple[str, io.StringIO]) -> None:
    form, out = written
    log.get("smtp").info("refused %s from %s", FORGED, FORGED)
    (line,) = out.getvalue().splitlines()
    assert line.isprintable()
    if form == "json":
        assert json.loads(line)["message"] == f"refused {FORGED} from {FORGED}"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "  =", "＝", "－"])
def test_a_formula_is_a_name_that_begins_with_a_quote(sign: str) -> None:
    formula = f"{sign}HYPERLINK(A1)"
    assert cell(formula) == f"'{formula}"
    assert cell("Billing = ours") == "Billing = ours"
