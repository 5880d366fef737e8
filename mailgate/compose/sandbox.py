"""Have letters that admins wrote made in a process of their own: kept between letters, replaced when hurt."""

from __future__ import annotations

import atexit
import json
import os
import selectors
import subprocess
import sys
from collections.abc import Collection, Mapping
from functools import cache
from threading import Lock
from time import monotonic
from typing import Any

from mailgate.compose.mistakes import LONGEST, Mistake

_START = 20.0  # seconds a new process may take to load its parts on a busy machine
_PATIENCE = 2.5  # its own clock ends it after two
_LONGEST_ANSWER = 16 * 2**20  # 1 MB of words thrice, each character at most six in JSON
_CHUNK = 1 << 16


class BrokenLetter(Exception):  # noqa: N818 - named for what it is
    """An own letter that cannot be made; the words say why."""


class Sandbox:
    """One such process. Whoever asks while it works waits."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Its answer; BrokenLetter where the template is at fault."""
        line = json.dumps(request).encode() + b"\n"
        with self._lock:
            # Twice: a machine that stood still for two seconds says nothing about a letter.
            answer = self._answer(line) or self._answer(line)
            if answer is None:
                raise BrokenLetter("it takes longer than 2 seconds, or more memory than a letter may have")
            if "memory" in answer.get("error", ""):
                self._end()
        if "error" in answer:
            raise BrokenLetter(answer["error"])
        return answer

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _answer(self, line: bytes) -> dict[str, Any] | None:
        try:
            if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
                self._start()
            answer: dict[str, Any] = json.loads(self._exchange(line, _PATIENCE))
        except (OSError, ValueError):
            self._end()
            return None
        return answer

    def _start(self) -> None:
        self._end()
        command = [sys.executable, "-I", "-m", "mailgate.compose.sandboxed"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, bufsize=0
        )
        self._owner = os.getpid()
        self._exchange(b'{"check": {}, "known": []}\n', _START)

    def _exchange(self, line: bytes, patience: float) -> bytes:
        """One line there, one line back, within the time; an answer without an end is none."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        end, sent, answer = monotonic() + patience, 0, bytearray()
        with selectors.DefaultSelector() as ready:
            os.set_blocking(process.stdin.fileno(), False)
            ready.register(process.stdin, selectors.EVENT_WRITE)
            ready.register(process.stdout, selectors.EVENT_READ)
            while not answer.endswith(b"\n"):
                events = ready.select(max(0.0, end - monotonic()))
                if not events:
                    raise TimeoutError
                for key, _ in events:
                    if key.fileobj is process.stdin:
                        sent += process.stdin.write(line[sent : sent + _CHUNK]) or 0
                        if sent == len(line):
                            ready.unregister(process.stdin)
                    else:
                        answer += self._more(len(answer))
        return bytes(answer)

    def _more(self, so_far: int) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        chunk = os.read(self._process.stdout.fileno(), _CHUNK)
        if not chunk or so_far > _LONGEST_ANSWER:
            raise BrokenPipeError
        return chunk

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if self._owner == os.getpid():
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


@cache
def sandbox() -> Sandbox:
    """The one sandbox of our process; it starts with the first own letter."""
    made = Sandbox()
    atexit.register(made.close)
    return made


def check(fields: Mapping[str, str], known: Collection[str]) -> list[Mistake]:
    """What is wrong with the templates of a letter."""
    long = [Mistake(name, 1, "it is too long") for name, source in fields.items() if len(source) > LONGEST]
    if long:
        return long
    try:
        answer = sandbox().ask({"check": dict(fields), "known": sorted(known)})
    except BrokenLetter as error:
        return [Mistake(next(iter(fields)), 1, str(error))]
    return [Mistake(*each) for each in answer["mistakes"]]
