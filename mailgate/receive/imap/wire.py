"""aioimaplib's protocol with its traps removed: what a server sends costs bounded time and memory, and never hangs us.

aioimaplib 2.0.3 takes a burst of lines by recursion (dead at a thousand), counts parentheses to find where an answer
ends, takes "* " out of the middle of lines, writes all it hears into a debug string, and waits for ever where a server
closes or asks back. Here lines are taken one by one; an answer goes on only where a literal says so (RFC 3501 4.3).
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from aioimaplib.aioimaplib import AUTH, CONNECTED, NONAUTH, Command, IMAP4ClientProtocol

_LITERAL = re.compile(rb"\{(\d{1,12})\}\Z")
_TAGGED = re.compile(rb"[A-P]+\d+ (?:OK|NO|BAD)\b")
_EXISTS = re.compile(rb"\d+ EXISTS\b")
_FAREWELL_SHOWN = 200


class Wire(IMAP4ClientProtocol):  # type: ignore[misc] # aioimaplib ships no types
    """One connection's bytes. `gone` is done, with the reason, as soon as nothing more can come."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop, self._closed)
        self.greeted: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[str] = loop.create_future()
        self.news = asyncio.Event()  # the folder has more mails than before
        self.heard_at = loop.time()
        self.replies: list[str] = []  # what is said when the server asks back while we sign in
        self._allowance = 0
        self._farewell = ""
        self._rest = bytearray()
        self._literal = bytearray()
        self._missing = 0
        self._unfinished: Command | None = None

    def allow(self, most: int) -> None:
        """So many bytes may come from here on; who sends more is cut off."""
        self._allowance = most

    def give_up(self, reason: str) -> None:
        """Cut the connection."""
        self._closed(None, reason)
        if self.transport is not None:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.loop.time()
        self._allowance -= len(data)
        if self._allowance < 0:
            self.give_up("the server sends more than it was asked for")
            return
        try:
            self._take(data)
        except Exception as error:  # noqa: BLE001 - a door: whatever a server can cause. Its text may hold our password
            self.give_up(f"the server's answer cannot be understood ({type(error).__name__})")

    def forget(self) -> None:
        """Drop what came unasked before the line was made safe: somebody between us may have put it there."""
        self._rest.clear()

    def _closed(self, error: Exception | None, reason: str = "") -> None:
        if not self.gone.done():
            told = f": {type(error).__name__}" if error else f", saying {self._farewell!r}" if self._farewell else ""
            self.gone.set_result(reason or f"the server closed the connection{told}")

    def _take(self, data: bytes) -> None:
        self._rest += data
        start = 0
        while True:
            if self._missing:
                piece = self._rest[start : start + self._missing]
                start += len(piece)
                self._take_literal(piece)
                if self._missing:
                    break
            end = self._rest.find(b"\r\n", start)
            if end < 0:
                break
            line, start = bytes(self._rest[start:end]), end + 2
            self._take_line(line)
        del self._rest[:start]

    def _take_literal(self, piece: bytearray) -> None:
        self._literal += piece
        self._missing -= len(piece)
        if not self._missing:
            assert self._unfinished is not None
            self._unfinished.append_to_resp(self._literal)
            self._literal = bytearray()

    def _take_line(self, line: bytes) -> None:
        command, self._unfinished = self._unfinished, None
        if command is not None:
            command.append_to_resp(line)
        else:
            command = self._handle_line(line, None)
        if (literal := _LITERAL.search(line)) is not None:
            self._unfinished = command or Command("NIL", "unused", loop=self.loop)
            self._missing = int(literal[1])
            if not self._missing:
                self._unfinished.append_to_resp(bytearray())

    def _handle_line(self, line: bytes, current_cmd: Command | None) -> Command | None:
        del current_cmd
        if self.state == CONNECTED:
            self._greeted(line)
        elif line.startswith(b"* "):
            return self._untagged_response(line)
        elif line.startswith(b"+"):
            self._continuation(line)
        elif _TAGGED.match(line):
            self._response_done(line)
        return None

    def _greeted(self, line: bytes) -> None:
        words = line.split()
        if line.startswith(b"* ") and words[1] in (b"OK", b"PREAUTH"):
            self.state = NONAUTH if words[1] == b"OK" else AUTH
            self.greeted.set_result(None)
        else:
            self.give_up(f"the server does not let us in: {_shown(line)}")

    def _untagged_response(self, line: bytes) -> Command | None:
        """We ask one question at a time, so whatever comes belongs to it; its reader takes what concerns it."""
        text = line[2:]
        if _EXISTS.match(text):
            self.news.set()
        elif text.startswith(b"BYE"):
            self._farewell = _shown(text)
        command = self.pending_sync_command or next(iter(self.pending_async_commands.values()), None)
        if command is not None and command.name != "IDLE":  # of what it says while we wait, only the news count
            command.append_to_resp(text)
        return command

    def _continuation(self, line: bytes) -> None:
        """A refused token is explained first, and refused only once we say that we have understood (RFC 7628 3.2.3)."""
        command = self.pending_sync_command
        if command is not None and command.name == "AUTHENTICATE":
            reply = self.replies.pop(0) if self.replies else ""
            self.transport.write(reply.encode() + b"\r\n")
        else:
            super()._continuation(line)

    def send(self, line: str, scrub: Any = None) -> None:
        """Without the debug line, which would hold a token in plain base64."""
        del scrub
        self.transport.write(f"{line}\r\n".encode())


def _shown(line: bytes) -> str:
    return line[:_FAREWELL_SHOWN].decode("utf-8", "replace")
