"""`mailgate up` keeps its processes running, tells what they say, and leaves nothing behind."""

import json
import os
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest

SLEEP = "import time; print('up and well', flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(61)'])"


def test_ready_is_said_once_all_checks_agree(run: Any, tmp_path: Path) -> None:
    up = run({"one": SLEEP}, ready_when=["a", "b"])
    (tmp_path / "a").touch()
    up.wait_for("one +up and well")
    assert "ready" not in "".join(up.lines)
    (tmp_path / "b").touch()
    up.ready()
    assert up.stop()[0] == 0
    assert up.process.stdout.read() == ""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_everything_with_status_0(run: Any, how: signal.Signals) -> None:
    up = run({"one": SLEEP, "two": SLEEP, "parent": PARENT}).ready()
    up.wait_for("up and well", times=2)
    status, seconds = up.stop(how)
    assert (status, up.left) == (0, {})
    assert seconds < 3


def test_child_that_ignores_the_signal_is_killed_in_time(run: Any) -> None:
    up = run({"deaf": STUBBORN, "one": SLEEP}).ready()
    up.wait_for("deaf +deaf")
    status, seconds = up.stop()
    assert (status, up.left) == (0, {})
    assert 5 < seconds < 8
    assert any("deaf does not stop: killed" in line for line in up.lines)


def test_second_signal_does_not_wait(run: Any) -> None:
    up = run({"deaf": STUBBORN}).ready()
    up.wait_for("deaf +deaf")
    up.process.send_signal(signal.SIGINT)
    up.wait_for("up +stopping")
    status, seconds = up.stop(signal.SIGINT)
    assert status == 0
    assert seconds < 2


def test_what_falls_is_started_again_ever_more_slowly(run: Any) -> None:
    up = run({"weak": "import sys; print('born', flush=True); sys.exit(3)", "one": SLEEP}).ready()
    born = up.wait_for("weak +born", times=3)
    assert 0.9 < born[1] - born[0] < 1.9
    assert 1.9 < born[2] - born[1] < 2.9
    up.wait_for(r"up +warning: weak ended \(exit status 3\), starting it again in 4 s")
    assert up.lines.count(next(line for line in up.lines if "one" in line)) == 1  # its neighbour did not notice


def test_killed_child_is_started_again_and_its_own_children_end_with_it(run: Any) -> None:
    up = run({"parent": PARENT}).ready()
    deadline = time.monotonic() + 5
    while len(up.left) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    parent, grandchild = sorted(set(up.left) - {up.process.pid})
    os.kill(parent, signal.SIGKILL)
    up.wait_for(r"parent ended \(SIGKILL\)")
    assert not {parent, grandchild} & set(up.left)


def test_role_that_is_not_wanted_yet_is_started_as_soon_as_it_is(run: Any, tmp_path: Path) -> None:
    flag = tmp_path / "wanted"
    up = run({"one": SLEEP, "later": SLEEP}, wanted={"later": str(flag)}).ready()
    up.wait_for("one +up and well")
    assert not any("later" in line for line in up.lines)
    flag.touch()
    up.wait_for("later +up and well")


def test_killed_supervisor_leaves_no_child(run: Any) -> None:
    up = run({"one": SLEEP, "deaf": STUBBORN}).ready()
    up.wait_for("up and well|deaf +deaf", times=2)
    up.process.kill()
    up.process.wait()
    assert up.gone()


def test_role_that_cannot_start_at_all_ends_the_start(run: Any) -> None:
    up = run({"wrong": "raise SystemExit('MAILGATE_X is wrong')", "one": SLEEP}, ready_when=["never"])
    assert up.process.wait(15) == 1
    assert any(re.search("wrong +MAILGATE_X is wrong", line) for line in up.lines)
    assert any("up      error: wrong does not start" in line for line in up.lines)
    assert up.left == {}


def test_lines_of_all_children_stay_whole_and_carry_their_role(run: Any) -> None:
    slow = """
import os, time
for n in range(40):
    for part in (b'slow-', b'%d-' % n, b'x' * 500, b'-end\\n'):
        os.write(2, part); time.sleep(0.001)
print('done', flush=True); time.sleep(60)
"""
    fast = "import time\nfor n in range(3000): print(f'fast-{n}-end')\nprint('done', flush=True); time.sleep(60)"
    up = run({"slow": slow, "fast": fast}).ready()
    up.wait_for("done$", times=2)
    text = [line for line in up.lines if "-end" in line]
    assert len(text) == 3040
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d (slow    slow-\d+-x{500}|fast    fast-\d+)-end", line) for line in text)


def test_marked_lines_pass_unchanged_and_last_words_are_heard(run: Any) -> None:
    up = run({"own": "import sys; print('12:00:00 smtp    kept 17'); sys.stdout.write('half'); sys.stdout.flush()"})
    up.wait_for("own +half$")
    assert "12:00:00 smtp    kept 17" in up.lines


def test_json_log_stays_json(run: Any) -> None:
    up = run({"one": "raise ValueError('no json')"}, form="json", ready_when=["never"])
    assert up.process.wait(15) == 1
    entries = [json.loads(line) for line in up.lines]
    assert {entry["role"] for entry in entries} == {"one", "up"}
    assert any(entry["message"] == "ValueError: no json" for entry in entries)


def test_endless_line_is_cut_and_memory_stays_small(run: Any) -> None:
    up = run({"wide": "import os\nfor _ in range(600): os.write(1, b'x' * 65536)\nprint('END', flush=True)\n" + SLEEP})
    up.wait_for("up and well")
    status = Path(f"/proc/{up.process.pid}/status").read_text()
    assert int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) < 40_000
    assert up.log.stat().st_size > 600 * 65536


def test_child_that_closes_its_output_costs_nothing(run: Any) -> None:
    up = run({"mute": "import os, time; os.close(1); os.close(2); time.sleep(60)"}).ready()
    time.sleep(1)

    def used() -> int:
        fields = Path(f"/proc/{up.process.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    before = used()
    time.sleep(1)
    assert used() - before < 10  # hundredths of a second


def test_children_know_what_they_were_told(run: Any) -> None:
    up = run({"one": "import os; print(os.environ['TOLD'], flush=True)\n" + SLEEP})
    up.wait_for("one +by the supervisor")


def test_servers_are_healed_under_running_children(run: Any, tmp_path: Path) -> None:
    child = """
import os, time, psycopg
while True:
    try:
        with psycopg.connect(os.environ["DATABASE"], connect_timeout=2) as connection:
            print("asked", connection.execute("SELECT 6 * 7").fetchone()[0], flush=True)
    except psycopg.OperationalError:
        print("down", flush=True)
    time.sleep(0.1)
"""
    up = run({"asker": child}, data=str(tmp_path / "data")).ready()
    up.wait_for("asker +asked 42")
    (keeper,) = (pid for pid, words in up.left.items() if "mailgate.embedded.keeper" in words)
    os.kill(keeper, signal.SIGKILL)
    up.wait_for("up +warning: the keeper of the embedded servers was gone, starting it again")
    up.wait_for("asker +down")
    asked = sum("asked 42" in line for line in up.lines)
    up.wait_for("asker +asked 42", times=asked + 3)
    status, seconds = up.stop(signal.SIGINT)
    assert (status, up.left) == (0, {})
    assert seconds < 10
