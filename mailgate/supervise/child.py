"""One process of `mailgate up`: started, listened to, started again when it falls."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO

from mailgate.embedded.account import end_with_parent

FIRST_PAUSE, LONGEST_PAUSE, HEALTHY = 1.0, 30.0, 60.0
LONGEST_LINE = 64 * 1024


@dataclass(frozen=True)
class Role:
    """What a process is called in the log, how it is started, and from when on it is wanted."""

    name: str
    command: tuple[str, ...]
    is_wanted: Callable[[], bool] = lambda: True


def mailgate_role(name: str, *arguments: str) -> Role:
    """`mailgate NAME ARGUMENTS…` with this Python; -P because the folder we stand in is nobody's to import from."""
    return Role(name, (sys.executable, "-P", "-m", "mailgate", name, *arguments))


class Child:
    """A role and, most of the time, its process."""

    def __init__(self, role: Role, environment: Mapping[str, str]) -> None:
        self.role = role
        self.falls = 0
        self.is_mute = False
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = FIRST_PAUSE
        self._next_start = 0.0
        self._half_line = b""

    def start(self) -> IO[bytes]:
        """Start it and return what it says."""
        self._process = subprocess.Popen(
            self.role.command,
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment,
            # Its own group, so that Ctrl-C reaches only us, and so that we reach whatever it has started itself.
            process_group=0,
            preexec_fn=end_with_parent(signal.SIGKILL),  # noqa: PLW1509 - there is one thread
        )
        self._started = time.monotonic()
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        return self._process.stdout

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def is_due(self) -> bool:
        return self._process is None and time.monotonic() >= self._next_start and self.role.is_wanted()

    @property
    def speech(self) -> IO[bytes] | None:
        return self._process.stdout if self._process else None

    def listen(self) -> list[bytes]:
        """The whole lines among what it has said since we last listened; not more at once than fits into its pipe."""
        *lines, self._half_line = (self._half_line + self._hear()).split(b"\n")
        if len(self._half_line) > LONGEST_LINE:
            lines.append(self._take_half_line())
        return lines

    def bury(self) -> tuple[str, list[bytes]]:
        """It has ended: how, and its last words. What it had started itself ends with it."""
        assert self._process is not None
        self.signal_group(signal.SIGKILL)
        words = self.listen()
        if self._half_line:
            words.append(self._take_half_line())
        if self.speech:
            self.speech.close()
        manner = _manner(self._process.returncode)
        self._process = None
        return manner, words

    def come_back_later(self) -> float:
        """Plan the next start, further away each time unless it had been well for a while; in how many seconds?"""
        if time.monotonic() - self._started > HEALTHY:
            self._pause, self.falls = FIRST_PAUSE, 0
        pause = self._pause
        self.falls += 1
        self._next_start = time.monotonic() + pause
        self._pause = min(pause * 2, LONGEST_PAUSE)
        return pause

    def ask_to_stop(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def signal_group(self, what: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, what)

    def _hear(self) -> bytes:
        if self.speech is None:
            return b""
        heard = self.speech.read(LONGEST_LINE)  # None while there is nothing, b"" when nobody is left to say anything
        self.is_mute = heard == b""
        return heard or b""

    def _take_half_line(self) -> bytes:
        half, self._half_line = self._half_line, b""
        return half


def _manner(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit status {code}"
