"""Commands in processes of their own, forked from one that has done their imports: most of a short command is that."""

from __future__ import annotations

import os
import sys
from multiprocessing import get_context
from pathlib import Path

_forking = get_context("forkserver")
_forking.set_forkserver_preload(
    ["alembic.command", "mailgate.cli", "mailgate.jobs", "mailgate.office.setup", "mailgate.queue.worker"]
)


def run(words: tuple[str, ...], settings: dict[str, str], folder: Path, files: Path, stdin: bytes) -> int:
    """Run `mailgate …` in this folder with just these settings; its exit code. What it says lies in `files`."""
    (files / "0").write_bytes(stdin)
    process = _forking.Process(target=_become, args=(words, settings, str(folder), str(files)))
    process.start()
    process.join(60)
    if process.exitcode is None:
        process.kill()
        process.join()
        message = f"mailgate {' '.join(words)} did not end in 60 seconds"
        raise TimeoutError(message)
    return process.exitcode


def _become(words: tuple[str, ...], settings: dict[str, str], folder: str, files: str) -> None:
    """What `python -m mailgate …` is from its start."""
    os.environ.clear()
    os.environ.update(settings)
    os.chdir(folder)
    for number, flags in enumerate((os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT)):
        handle = os.open(f"{files}/{number}", flags, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
    sys.argv = ["mailgate", *words]
    from mailgate import failpoints
    from mailgate.__main__ import main

    failpoints.arm(settings.get("MAILGATE_FAILPOINTS", ""))
    main()
