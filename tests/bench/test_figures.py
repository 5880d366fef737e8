"""The table and its doubts: a figure is only worth what it says about itself."""

import pytest

from mailgate.bench.figures import Limit, Report, Row, Timing
from mailgate.bench.machine import Cost
from mailgate.bench.site import WentWrong, require_all_taken


def _row(*, loops: tuple[float, float] = (33.0, 35.0), elsewhere: float = 0.01) -> Row:
    cost = Cost(cpu={"worker": 3.0, "postgres": 1.0}, peak=200 * 2**20, elsewhere=elsewhere, peaks={"worker": 1})
    return Row("accept", cost, 1000, 2.0, [Limit("bare", 1000.0)], [Timing("inbox", 0.01, 0.02)], loops)


def test_ratio_is_the_rate_in_loops_of_the_same_run() -> None:
    row = _row()
    assert (row.rate, row.loop) == (500.0, 34.0)
    assert row.ratio == pytest.approx(500 / 34)
    assert row.cpu_ms == 4.0


def test_table_shows_each_row_beside_its_limit() -> None:
    line = next(line for line in Report("A machine", [_row()]).as_text().splitlines() if line.startswith("accept"))
    assert line.split() == ["accept", "500", "14.7", "4.00", "200", "bare", "1000", "50%"]


def test_json_holds_what_the_table_shows() -> None:
    (row,) = Report("A machine", [_row()]).as_json()["rows"]
    assert row["limits"] == [{"name": "bare", "rate": 1000.0, "reached": 0.5}]
    assert row["timings"] == [{"name": "inbox", "p50_ms": 10.0, "p95_ms": 20.0}]
    assert row["doubts"] == []


def test_a_noisy_machine_is_said() -> None:
    assert _row(loops=(34.0, 25.0)).doubts == ["the loop ran 34.0 times a second before and 25.0 after"]
    assert _row(elsewhere=0.4).doubts == ["others used 40% of the machine"]
    assert "accept: noisy, others used 40% of the machine." in Report("m", [_row(elsewhere=0.4)]).as_text()


def test_mails_that_were_not_taken_are_no_result() -> None:
    with pytest.raises(WentWrong, match=r"Of 10 mails 9 were taken; the door said \['451 later'\]"):
        require_all_taken({"taken": 9, "refused": ["451 later"]}, 10)
