"""One server's process: started when no older one is left, started again when it falls, stopped without harm."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol

from mailgate.embedded import locks
from mailgate.embedded.account import Account, end_with_parent
from mailgate.embedded.binaries import ENVIRONMENT
from mailgate.embedded.folder import Folder, disk_full, is_full
from mailgate.errors import MailgateError, Temporary

# What was left by a dead keeper ends by itself (its kernel promise); after this long it is asked, then forced.
PATIENCE_WITH_REMAINS = (2.0, 6.0, 12.0)
SILENCE = 30.0
STOP_STEPS = 4.0
FALLS_OF_A_KIND = 4
FIRST_PAUSE, LONGEST_PAUSE, HEALTHY = 0.2, 10.0, 60.0
NO_ROOM = 8 * 2**20


class Server(Protocol):
    """What the keeper has to know about PostgreSQL or Valkey."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def stop_signals(self) -> tuple[signal.Signals, ...]: ...
    @property
    def folder(self) -> Folder: ...
    @property
    def account(self) -> Account: ...
    @property
    def place(self) -> Path: ...
    def prepare(self) -> None: ...
    def clear(self) -> None: ...
    def begin_anew(self) -> bool: ...
    def command(self) -> list[str]: ...
    def answers(self) -> bool | None: ...


class ServerProcess:
    """Its lock is inherited by the server and all its children, so it is held exactly as long as one of them lives."""

    def __init__(self, server: Server, say: Callable[[str], None]) -> None:
        self.server = server
        self._say = say
        self._lock = server.folder.home / f"{server.name}.lock"
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = FIRST_PAUSE
        self._next_start = 0.0
        self._falls = 0
        self._began_anew = False

    def start(self) -> None:
        lock = self._take_lock()
        try:
            self.server.clear()
            with self.server.folder.log.open("ab") as log:
                self._process = self._spawn(lock, log)
            os.pwrite(lock, f"{self._process.pid:<10}".encode(), 0)
        finally:
            os.close(lock)
        self._started = time.monotonic()

    def wait_until_ready(self, still_wanted: Callable[[], bool]) -> None:
        """Reading a journal after a crash may take its time; a server that says nothing at all may not."""
        deadline = time.monotonic() + SILENCE
        while (answer := self.server.answers()) is not True:
            if answer is False:
                deadline = time.monotonic() + SILENCE
            if not self.is_alive and self._has_new_beginning():
                self.start()
            if not self.is_alive or time.monotonic() > deadline or not still_wanted():
                raise self._failure()
            time.sleep(0.02)

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def tend(self) -> None:
        """Start it again when it has fallen, more slowly each time."""
        if self.is_alive:
            if time.monotonic() - self._started > HEALTHY:
                self._pause, self._falls = FIRST_PAUSE, 0
        elif self._process is not None:
            self._say(f"{self.server.title} ended ({_manner(self._process)}), starting it again in {self._pause:g} s")
            self._process = None
            self._falls += 1
            self._come_back_later()
        elif time.monotonic() >= self._next_start:
            try:
                if self._falls >= FALLS_OF_A_KIND and self._has_new_beginning():
                    self._falls = 0
                self.start()
            except (OSError, MailgateError) as error:
                self._say(f"{self.server.title} cannot be started: {error}")
                self._come_back_later()

    def _come_back_later(self) -> None:
        self._next_start = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _has_new_beginning(self) -> bool:
        """Once in a keeper's life, a server whose state may be lost begins without it."""
        if self._began_anew or is_full(self.server.folder, NO_ROOM) or not self.server.begin_anew():
            return False
        self._began_anew = True
        self._say(f"{self.server.title} could not read what it had kept: it was put aside, and it begins anew")
        return True

    def ask_to_stop(self) -> None:
        if self.is_alive and self._process is not None:
            self._process.send_signal(self.server.stop_signals[0])

    def wait_until_stopped(self) -> None:
        """It has been asked to; ask louder when it takes too long."""
        if self._process is None:
            return
        for louder in self.server.stop_signals[1:]:
            try:
                self._process.wait(STOP_STEPS)
            except subprocess.TimeoutExpired:
                self._process.send_signal(louder)
            else:
                return
        self._process.wait()

    def _failure(self) -> Temporary:
        folder = self.server.folder
        if is_full(folder, NO_ROOM):
            return disk_full(folder)
        return Temporary(f"The embedded {self.server.title} did not start; {folder.log} says why.")

    def _spawn(self, lock: int, log: IO[bytes]) -> "subprocess.Popen[bytes]":
        account = self.server.account
        return subprocess.Popen(
            self.server.command(),
            cwd=self.server.place,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=ENVIRONMENT,
            user=account.uid,
            group=account.uid,
            extra_groups=account.groups,
            process_group=0,
            pass_fds=(lock,),
            preexec_fn=end_with_parent(self.server.stop_signals[0]),  # noqa: PLW1509 - the keeper has one thread
        )

    def _take_lock(self) -> int:
        """Wait until nothing is left of a server whose keeper was killed, and help it end."""
        gently, firmly, at_last = PATIENCE_WITH_REMAINS
        for patience, end in ((gently, self._ask_remains), (firmly - gently, self._kill_remains)):
            lock = locks.take(self._lock, patience=patience)
            if lock is not None:
                return lock
            end()
        lock = locks.take(self._lock, patience=at_last - firmly)
        if lock is None:
            raise Temporary(
                f"A {self.server.title} that Mailgate did not stop is still at work in {self.server.place}."
            )
        return lock

    def _ask_remains(self) -> None:
        # The lock is held, so the process that was noted in it, or a child of it, is alive.
        with contextlib.suppress(OSError, ValueError):
            os.kill(int(self._lock.read_text(encoding="ascii")), self.server.stop_signals[0])

    def _kill_remains(self) -> None:
        # Whoever has the lock open is one of them, and nobody else is.
        if sys.platform == "linux":
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    if any(opened.samefile(self._lock) for opened in (process / "fd").iterdir() if opened.exists()):
                        os.kill(int(process.name), signal.SIGKILL)


def _manner(process: "subprocess.Popen[bytes]") -> str:
    code = process.returncode
    return signal.Signals(-code).name if code < 0 else f"exit status {code}"
