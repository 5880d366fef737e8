"""A load generator: sends mails over kept connections, `python -m mailgate.bench.client PORT CONNECTIONS SPOOL`.

A process of its own, and raw asyncio, so that it costs little of the two cores that are being measured.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import BinaryIO

from mailgate.bench.invented.mails import Mail


@dataclass
class Run:
    """One run of the generator: what is left to send, and what came of the rest."""

    left: Iterator[Mail]
    taken: int = 0
    refused: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    first: float = 0.0
    last: float = 0.0


class Sending(asyncio.Protocol):
    """One kept connection: MAIL, RCPT, DATA, the mail, over and over."""

    def __init__(self, run: Run, done: asyncio.Future[None]) -> None:
        self._run = run
        self._done = done
        self._answer = b""
        self._mail: Mail | None = None
        self._begun = 0.0
        self._next = self._greet

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not self._answer.endswith(b"\r\n"):
            return
        last = self._answer[:-2].rpartition(b"\n")[2]
        if last[3:4] == b"-":
            return
        self._answer = b""
        self._next(last)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("the door closed the connection"))

    def _greet(self, answer: bytes) -> None:
        del answer
        self._transport.write(b"EHLO client.example\r\n")
        self._next = self._begin

    def _begin(self, answer: bytes) -> None:
        del answer
        self._mail = next(self._run.left, None)
        if self._mail is None:
            self._done.set_result(None)
            self._transport.close()
            return
        self._begun = monotonic()
        self._run.first = self._run.first or self._begun
        self._transport.write(b"MAIL FROM:<%s> SIZE=%d\r\n" % (self._mail.sender.encode(), len(self._mail.raw)))
        self._next = self._name_recipient

    def _name_recipient(self, answer: bytes) -> None:
        assert self._mail is not None
        if not self._went_well(answer):
            return
        self._transport.write(b"RCPT TO:<%s>\r\n" % self._mail.recipient.encode())
        self._next = self._announce

    def _announce(self, answer: bytes) -> None:
        if self._went_well(answer):
            self._transport.write(b"DATA\r\n")
            self._next = self._send

    def _send(self, answer: bytes) -> None:
        assert self._mail is not None
        if self._went_well(answer):
            self._transport.write(self._mail.raw + b"\r\n.\r\n")
            self._next = self._finish

    def _finish(self, answer: bytes) -> None:
        if self._went_well(answer):
            self._run.taken += 1
            self._run.last = monotonic()
            self._run.waits.append(self._run.last - self._begun)
            self._begin(b"")

    def _went_well(self, answer: bytes) -> bool:
        if answer[:1] in b"23":
            return True
        self._run.refused.append(answer.decode("utf-8", "replace"))
        self._transport.write(b"RSET\r\n")
        self._next = self._begin
        return False


def spool(path: Path, mails: Sequence[Mail]) -> None:
    """Write mails to a file, as the generator reads them."""
    with path.open("wb") as file:
        for mail in mails:
            head = {"sender": mail.sender, "recipient": mail.recipient, "size": len(mail.raw)}
            file.write(json.dumps(head).encode() + b"\n" + mail.raw)


def unspool(file: BinaryIO) -> Iterator[Mail]:
    """Read them back. Dots are doubled here, before any clock runs, and the last line end is taken off."""
    while line := file.readline():
        head = json.loads(line)
        raw = file.read(head["size"])
        yield Mail(head["sender"], head["recipient"], raw.removesuffix(b"\r\n").replace(b"\r\n.", b"\r\n.."))


async def _send_all(port: int, connections: int, mails: Sequence[Mail]) -> Run:
    run, loop = Run(iter(mails)), asyncio.get_running_loop()
    ends: list[asyncio.Future[None]] = [loop.create_future() for _ in range(connections)]
    for end in ends:
        await loop.create_connection(lambda end=end: Sending(run, end), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*ends)
    return run


def main(port: int, connections: int, path: Path) -> None:
    """Read the spool, say so, wait for the word, send, and report."""
    with path.open("rb") as file:
        mails = list(unspool(file))
    print("ready", flush=True)
    sys.stdin.readline()
    run = asyncio.run(_send_all(port, connections, mails))
    waits = sorted(run.waits)
    report = {
        "first": run.first,
        "last": run.last,
        "taken": run.taken,
        "refused": run.refused[:5],
        "p50": waits[len(waits) // 2] if waits else 0.0,
        "p95": waits[int(len(waits) * 0.95)] if waits else 0.0,
    }
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
