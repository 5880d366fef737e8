"""Commands in processes of their own, forked from one that has done their imports: most of a short command is that."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

_forking = get_context("forkserver")
_forking.set_forkserver_preload(
    ["alembic.command", "mailgate.cli", "mailgate.jobs", "mailgate.office.setup", "mailgate.queue.worker"]
)


class Said(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


def run(words: tuple[str, ...], settings: dict[str, str], folder: Path, stdin: bytes = b"") -> Said:
    """Run `mailgate …` in this folder with just these settings, to its end."""
    with TemporaryDirectory() as place:
        files = [Path(place) / name for name in ("in", "out", "err")]
        files[0].write_bytes(stdin)
        process = _begun(words, settings, folder, *files)
        process.join(60)
        if process.exitcode is None:
            end(process)
            message = f"mailgate {' '.join(words)} did not end in 60 seconds"
            raise TimeoutError(message)
        return Said(process.exitcode, files[1].read_text(), files[2].read_text())


def start(words: tuple[str, ...], settings: dict[str, str], folder: Path, log: Path) -> ForkServerProcess:
    """Start `mailgate …`, which stays; what it says is added to a file."""
    return _begun(words, settings, folder, Path(os.devnull), log, log)


def end(process: ForkServerProcess) -> None:
    """A power cut for this process."""
    process.kill()
    process.join(10)


def _begun(words: tuple[str, ...], settings: dict[str, str], folder: Path, *files: Path) -> ForkServerProcess:
    process = _forking.Process(target=_become, args=(words, settings, folder, files))
    process.start()
    return process


def _become(words: tuple[str, ...], settings: dict[str, str], folder: Path, files: tuple[Path, Path, Path]) -> None:
    """What `python -m mailgate …` is from its start."""
    os.environ.clear()
    os.environ.update(settings)
    os.chdir(folder)
    for number, file in enumerate(files):
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
    sys.argv = ["mailgate", *words]
    from mailgate import failpoints
    from mailgate.__main__ import main

    failpoints.arm(settings.get("MAILGATE_FAILPOINTS", ""))
    if hands := settings.get("TEST_HANDS"):
        _go_by(Path(hands))
    main()


def _go_by(hands: Path) -> None:
    """It is whatever time a test has written into this file; and ticks come faster, as its days do."""
    from mailgate import clock
    from mailgate.steps import ticking

    clock.follow(lambda: datetime.fromisoformat(hands.read_text()))
    ticking.TICK = 0.2
