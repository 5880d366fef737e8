"""One page that listens: a body that never ends, given either to its server's thread or, lighter, to the hub's."""

from __future__ import annotations

import json
import secrets
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue
from threading import Lock
from typing import Any

from mailgate.store.listing import Filters

_QUEUED = 200  # messages a slow reader may be behind
_AGAIN = 3000  # milliseconds after which a browser comes back when its stream was cut


@dataclass(frozen=True, slots=True)
class Listener:
    """Whose page it is and what it shows: by that it is decided what it is told."""

    org: int
    agent_id: int
    name: str
    works: bool  # may change tickets, and is shown to others who do
    session: bytes  # the hash of the secret in the cookie
    shows: Filters | None  # of its list, if it has one
    sort: str
    language: str = "en"  # of the page
    zone: str | None = None  # of its times, where it is not the organisation's


class Stream:
    """What is written here reaches the page as server-sent events.

    A server that knows nothing of streams iterates, and spends a thread on it. Ours (`mailgate.cli.web_worker`) hands
    over the connection instead (`carry`).
    """

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.page = secrets.token_urlsafe(9)
        self.ticket_id: int | None = None
        self.doing = ""
        self.since: datetime | None = None
        self.is_over = False
        self.connection: socket.socket | None = None
        self._lock = Lock()
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()

    def tell(self, message: Mapping[str, Any]) -> None:
        """Send one message."""
        self.write(b"data: %b\n\n" % json.dumps(message, separators=(",", ":")).encode())

    def greet(self) -> None:
        """The first words: when to come back if this breaks off, and by which name the page can speak of itself."""
        self.write(b"retry: %d\n\n" % _AGAIN)
        self.tell({"page": self.page})

    def write(self, data: bytes) -> None:
        """Never waits: whoever does not read is let go, and comes back by itself."""
        with self._lock:
            if self.is_over:
                return
            if self.connection is None:
                self._queue.put(data)
                is_late = self._queue.qsize() > _QUEUED
            else:
                is_late = not _sent(self.connection, data)
        if is_late:
            self.close()

    def carry(self, connection: socket.socket) -> None:
        """From now on written to straight; whoever calls this touches the connection no more."""
        connection.setblocking(False)
        with self._lock:
            self.connection = connection
            is_sent = all(_sent(connection, data) for data in iter(self._queued, None))
        if not is_sent or self.is_over:
            self.close()

    def has_gone(self) -> bool:
        """Whether the other end has hung up. Browsers say nothing on a stream, so there is nothing else to read."""
        try:
            return self.connection is not None and not self.connection.recv(1024)
        except (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        except OSError:
            return True

    def close(self) -> None:
        """End it; the hub forgets it when it comes by."""
        with self._lock:
            self.is_over = True
            self._queue.put(None)
            if self.connection is not None:
                self.connection.close()

    def __iter__(self) -> Iterator[bytes]:
        while (data := self._queue.get()) is not None:
            yield data

    def _queued(self) -> bytes | None:
        return None if self._queue.empty() else self._queue.get()


def _sent(connection: socket.socket, data: bytes) -> bool:
    """A page that listens keeps its connection's buffers empty; what does not fit into them is not waited for."""
    try:
        return connection.send(data) == len(data)
    except OSError:
        return False
