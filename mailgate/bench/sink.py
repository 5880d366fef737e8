"""A relay that takes every letter, counts it and notes when: `python -m mailgate.bench.sink`, asked over stdin.

Raw asyncio, so that it costs little of the two cores that are being measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

_HEAD = 4096
_HELLO = b"250-sink.example\r\n250-8BITMIME\r\n250-PIPELINING\r\n250-SMTPUTF8\r\n250 SIZE 52428800\r\n"


@dataclass
class Book:
    """What came in, and who waits for how much of it."""

    heads: list[tuple[str, bytes]] = field(default_factory=list)  # recipient, the letter's first bytes
    first: float = 0.0
    last: float = 0.0
    awaited: int | None = None

    def note(self, recipient: str, letter: bytes) -> None:
        self.heads.append((recipient, letter[:_HEAD]))
        self.last = monotonic()
        self.first = self.first or self.last
        self.tell()

    def tell(self) -> None:
        """Answer whoever waits for so many letters, once."""
        if self.awaited is not None and len(self.heads) >= self.awaited:
            self.awaited = None
            _say({"taken": len(self.heads), "first": self.first, "last": self.last})


class Taking(asyncio.Protocol):
    """One connection of the sender."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._recipient = ""
        self._buffer = b""
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._step():
            pass

    def _step(self) -> bool:
        if self._in_data:
            end = self._buffer.find(b"\r\n.\r\n")
            if end < 0:
                return False
            self._book.note(self._recipient, self._buffer[: end + 2])
            self._buffer, self._in_data = self._buffer[end + 5 :], False
            self._transport.write(b"250 2.0.0 Taken\r\n")
            return True
        line, found, rest = self._buffer.partition(b"\r\n")
        if not found:
            return False
        self._buffer = rest
        self._obey(line)
        return True

    def _obey(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"EHLO":
            self._transport.write(_HELLO)
        elif verb == b"RCPT":
            self._recipient = line[8:].partition(b">")[0].strip(b"<> ").decode()
            self._transport.write(b"250 2.1.5 OK\r\n")
        elif verb == b"DATA":
            self._in_data = True
            self._transport.write(b"354 Go on\r\n")
        elif verb == b"QUIT":
            self._transport.write(b"221 2.0.0 Bye\r\n")
            self._transport.close()
        else:
            self._transport.write(b"250 2.0.0 OK\r\n")


async def _serve() -> None:
    book = Book()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Taking(book), "127.0.0.1", 0)
    _say({"port": server.sockets[0].getsockname()[1]})
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        what, _, number = line.decode().strip().partition(" ")
        if what == "await":
            book.awaited = int(number)
            book.tell()
        elif what == "report":
            _say({"letters": [_summary(*head) for head in book.heads]})
        elif what == "forget":
            book.heads.clear()
            _say({})
    server.close()


def _summary(recipient: str, head: bytes) -> dict[str, str]:
    """The headers an answer to this letter would refer to."""
    found = {"recipient": recipient}
    for line in head.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").split(b"\r\n"):
        name, _, value = line.decode("utf-8", "replace").partition(": ")
        if name.lower() in {"message-id", "reply-to", "subject", "auto-submitted"}:
            found[name.lower()] = value
    return found


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve())
