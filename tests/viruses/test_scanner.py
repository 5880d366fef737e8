"""Files are checked by clamd's own protocol, over TCP and over a unix socket, and never for long."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest

from mailgate.errors import BadInput, Temporary
from mailgate.mail import Check, File
from mailgate.viruses.clamd import ask, read_clamav_url
from mailgate.viruses.scanner import Scanner
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
        scanner = Scanner(read_clamav_url(daemon.url))
        assert [file.check for file in scanner.check([CLEAN, BAD])] == [Check.UNCHECKED] * 2
        daemon.mood = "well"
        assert scanner.check([CLEAN])[0].check == Check.UNCHECKED, "it is not asked again so soon"
        assert daemon.scanned == []
        daemon.mood = "silent"
        begun = monotonic()
        files = Scanner(read_clamav_url(daemon.url), 0.2).check([CLEAN, BAD])
        assert [file.check for file in files] == [Check.UNCHECKED] * 2
        assert monotonic() - begun < 10
    with pytest.raises(Temporary, match="cannot be asked"):
        ask(read_clamav_url(f"unix://{tmp_path}/nobody.ctl"), "PING", 1)


def test_an_address_is_a_path_or_a_host() -> None:
    assert str(read_clamav_url("tcp://clamav.example")) == "clamav.example:3310"
    assert str(read_clamav_url("unix:///run/clamd.ctl")) == "/run/clamd.ctl"
    for wrong in ("", "clamav.example", "tcp://", "unix://run/clamd.ctl", "http://x", "tcp://x:port", "tcp://x/y"):
        with pytest.raises(BadInput):
            read_clamav_url(wrong)
