"""Files are checked by clamd's own protocol, over TCP and over a unix socket, and never for long."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest

from mailgate.errors import BadInput, Temporary
from mailgate.mail import Check, File
from mailgate.viruses import scanner
from mailgate.viruses.clamd import ask, read_clamav_url
from mailgate.viruses.scanner import PATIENTLY, Scanner
from tests.support.clamd import LIMIT, MARK, NAME, clamd

CLEAN, BAD = File("a.pdf", "application/pdf", b"clean" * 50_000), File("b.exe", "x/y", b"0" * 70_000 + MARK)


@pytest.mark.parametrize("is_unix", [True, False])
def test_files_are_told_apart(tmp_path: Path, *, is_unix: bool) -> None:
    with clamd(tmp_path / "clamd.ctl" if is_unix else None) as daemon:
        where = read_clamav_url(daemon.url)
        assert ask(where, "PING", 5) == "PONG"
        files = Scanner(where).check(
            [CLEAN, BAD, CLEAN, File("empty", "x/y", b""), File("huge", "x/y", b"1" * 2 * LIMIT)]
        )
        assert [file.check for file in files] == [
            Check.CLEAN, Check.INFECTED, Check.CLEAN, Check.CLEAN, Check.REFUSED,
        ]  # fmt: skip
        assert files[1].finding == NAME
        assert "size limit exceeded" in files[4].finding
        assert daemon.scanned == [CLEAN.size, BAD.size, 0], "equal files are asked for once"
    assert Scanner(None).check([CLEAN]) == (CLEAN,)


def test_a_daemon_that_cannot_be_asked_is_left_alone(tmp_path: Path) -> None:
    with clamd() as daemon:
        daemon.mood = "rude"
        asking = Scanner(read_clamav_url(daemon.url))
        assert [file.check for file in asking.check([CLEAN, BAD])] == [Check.UNCHECKED] * 2
        daemon.mood = "well"
        assert asking.check([CLEAN])[0].check == Check.UNCHECKED, "it is not asked again so soon"
        assert daemon.scanned == []
    with pytest.raises(Temporary, match="cannot be asked"):
        ask(read_clamav_url(f"unix://{tmp_path}/nobody.ctl"), "PING", 1)


def test_a_daemon_that_hangs_holds_a_batch_for_its_time_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    at = [1000.0]
    monkeypatch.setattr(scanner, "monotonic", lambda: at[0])
    many = [File(f"{number}.pdf", "application/pdf", b"%d" % number) for number in range(50)]
    with clamd() as daemon:
        daemon.mood = "silent"
        hanging = Scanner(read_clamav_url(daemon.url))
        begun = monotonic()
        assert {file.check for file in hanging.check(many, within=0.1)} == {Check.UNCHECKED}
        assert monotonic() - begun < 10
        assert daemon.commands == [b"INSTREAM", b"PING"], "asked once, and whether it is there at all"
        daemon.commands.clear()
        for _ in range(3):
            at[0] += 29
            hanging.check(many, within=0.1)
            assert daemon.commands == [], "it is left alone for half a minute"
            at[0] += 1
            daemon.mood = "rude"
            hanging.check(many, within=0.1)
            assert daemon.commands == [b"PING"], "and then it has to answer a greeting first"
            daemon.commands.clear()
        at[0] += 30
        daemon.mood = "well"
        assert {file.check for file in hanging.check(many)} == {Check.CLEAN}


def test_one_file_that_takes_too_long_keeps_no_other_waiting() -> None:
    with clamd() as daemon:
        daemon.mood = "busy"
        where = read_clamav_url(daemon.url)
        assert Scanner(where).check([CLEAN], within=0.1)[0].check == Check.UNCHECKED, "there is more time later"
        (slow,) = Scanner(where, 0.1).check([BAD], within=PATIENTLY)
        assert (slow.check, slow.finding) == (
            Check.REFUSED, "ClamAV did not look into it: it took longer than 0.1 seconds",
        )  # fmt: skip


def test_an_address_is_a_path_or_a_host() -> None:
    assert str(read_clamav_url("tcp://clamav.example")) == "clamav.example:3310"
    assert str(read_clamav_url("unix:///run/clamd.ctl")) == "/run/clamd.ctl"
    for wrong in ("", "clamav.example", "tcp://", "unix://run/clamd.ctl", "http://x", "tcp://x:port", "tcp://x/y"):
        with pytest.raises(BadInput):
            read_clamav_url(wrong)
