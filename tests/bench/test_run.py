"""The bench as `make bench` runs it, small; and its generator and sink, who must not lose or bend a byte."""

import json
import os
import smtplib
import subprocess
import sys
from pathlib import Path

import pytest

from mailgate.bench.client import spool
from mailgate.bench.invented.mails import Mail
from mailgate.bench.rows import ROWS
from mailgate.bench.site import Helper
from tests.support.doors import smtp_door
from tests.support.mails import mail
from tests.support.processes import eventually
from tests.support.world import DESK, World


def _bench(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mailgate.bench", *words]
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAILGATE_")}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=240, env=own)


def _helper(module: str, *arguments: str) -> Helper:
    command = [sys.executable, "-m", f"mailgate.bench.{module}", *arguments]
    return Helper(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))


def _end(helper: Helper) -> None:
    helper.process.kill()
    helper.process.communicate()


def test_generator_hands_over_every_byte(world: World, tmp_path: Path) -> None:
    raws = [mail(body=f".{number}\r\n..\r\n.\r\nend") for number in range(20)]
    spool(tmp_path / "spool", [Mail("ana@lusitel.example", DESK, raw) for raw in raws])
    with smtp_door(world) as port:
        generator = _helper("client", str(port), "3", str(tmp_path / "spool"))
        try:
            assert generator.read_line() == "ready\n"
            report = generator.ask("go")
        finally:
            _end(generator)
    assert (report["taken"], report["refused"]) == (20, [])
    assert report["first"] < report["last"]
    with world.owner.engine.begin() as connection:
        kept = connection.exec_driver_sql("SELECT raw FROM kept_mail").scalars().all()
    assert sorted(kept) == sorted(raws)


def test_generator_tells_what_the_door_refused(world: World, tmp_path: Path) -> None:
    spool(tmp_path / "spool", [Mail("ana@lusitel.example", to, mail()) for to in ("nobody@nordlicht.example", DESK)])
    with smtp_door(world) as port:
        generator = _helper("client", str(port), "1", str(tmp_path / "spool"))
        try:
            generator.read_line()
            report = generator.ask("go")
        finally:
            _end(generator)
    assert report["taken"] == 1
    assert report["refused"][0].startswith("550 5.1.1")


def test_sink_says_what_it_took_and_when() -> None:
    sink = _helper("sink")
    try:
        port = sink.hear()["port"]
        sink.tell("await 2")
        with smtplib.SMTP("127.0.0.1", port) as client:
            for number in (1, 2):
                raw = mail(subject=f"Answer {number}", message_id=f"a{number}@nordlicht.example")
                client.sendmail("", [f"p{number}@lusitel.example"], raw)
        told = sink.hear(patience=10)
        letters = sink.ask("report")["letters"]
    finally:
        _end(sink)
    assert told["taken"] == 2
    assert told["first"] <= told["last"]
    assert [letter["recipient"] for letter in letters] == ["p1@lusitel.example", "p2@lusitel.example"]
    assert letters[1]["message-id"] == "<a2@nordlicht.example>"


def test_a_row_is_measured_from_mail_to_answer() -> None:
    done = _bench("--row", "end-to-end", "--mails", "100", "--json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)["rows"]
    assert row["count"] == 100
    assert row["ratio"] > 0
    assert row["cpu_seconds"]["worker"] > 0
    assert row["peak_bytes_by_role"]["postgres"] > 0
    assert 0 < row["limits"][0]["reached"] < 1


def test_whoever_ends_it_early_finds_nothing_left_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mailgate.bench", "--row", "accept", "--place", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        eventually(lambda: any(tmp_path.glob("*/data/embedded/keeper.json")), within=60)
        process.terminate()
        assert process.wait(60) == 143
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [(["--row", "nothing"], "'nothing' is not one of"), (["--mails", "3"], "3 is not in the range x>=100")],
)
def test_what_cannot_be_measured_is_refused(words: list[str], complaint: str) -> None:
    done = _bench(*words)
    assert done.returncode == 2
    assert complaint in done.stderr


def test_every_row_the_documentation_names_is_there() -> None:
    text = (Path(__file__).parents[2] / "docs" / "performance.md").read_text()
    assert [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")] == list(ROWS)
