"""Runs of the driver, each with the proof that nothing of it is left."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

DRIVER = Path(__file__).with_name("driver.py")
CHECKOUT = Path(__file__).parents[2]


class Run:
    """One supervisor with its children; every process of it carries a mark in its environment."""

    def __init__(self, folder: Path, roles: dict[str, str], **plan: Any) -> None:
        self.folder = folder
        self.mark = f"MAILGATE_TEST_RUN={folder}"
        self.log = folder / "log"
        name, value = self.mark.split("=", 1)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(DRIVER), json.dumps({"roles": roles, **plan})],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(CHECKOUT), name: value},
            )

    def ready(self) -> "Run":
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n", self.lines
        return self

    @property
    def lines(self) -> list[str]:
        return self.log.read_text(errors="replace").splitlines()

    def wait_for(self, pattern: str, times: int = 1, seconds: float = 15) -> list[float]:
        """Wait until so many lines match; when each was seen."""
        seen: list[float] = []
        deadline = time.monotonic() + seconds
        while len(seen) < times and time.monotonic() < deadline:
            if self.process.poll() is not None:
                deadline = 0.0  # no more lines will come: look once again
            found = sum(bool(re.search(pattern, line)) for line in self.lines)
            seen += [time.monotonic()] * (found - len(seen))
            time.sleep(0.02)
        assert len(seen) >= times, (pattern, self.lines)
        return seen

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """The exit status, and how long it took."""
        before = time.monotonic()
        self.process.send_signal(how)
        return self.process.wait(20), time.monotonic() - before

    @property
    def left(self) -> dict[int, str]:
        """All processes of this run that live, as the process table has them."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "environ").read_bytes().decode(errors="replace").split("\0")
                if self.mark in words and "\nState:\tZ" not in (entry / "status").read_text():
                    found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
        return found

    def gone(self, seconds: float = 5) -> bool:
        deadline = time.monotonic() + seconds
        while self.left and time.monotonic() < deadline:
            time.sleep(0.02)
        return not self.left


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    if not Path("/proc/self/environ").exists():
        pytest.skip("needs /proc to see what is left running")
    runs: list[Run] = []

    def start(roles: dict[str, str], **plan: Any) -> Run:
        runs.append(Run(tmp_path, roles, **plan))
        return runs[-1]

    yield start
    for each in runs:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()
        if each.process.stdout is not None:
            each.process.stdout.close()
        left = each.left if not each.gone() else {}
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert left == {}
