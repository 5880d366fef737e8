"""Speak to a ClamAV daemon: its address, and one question on one connection (clamd(8), INSTREAM)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlsplit

from mailgate.errors import BadInput, Temporary

_PORT = 3310
_CHUNK = 2**16
_LONGEST_ANSWER = 4096


class TooSlow(Temporary):
    """It may be at work: no answer came in the time there was."""


@dataclass(frozen=True, slots=True)
class Clamd:
    """Where a daemon listens: a path, or a host and a port."""

    host: str
    port: int = _PORT
    path: str = ""

    def __str__(self) -> str:
        return self.path or f"{self.host}:{self.port}"


def read_clamav_url(url: str) -> Clamd:
    """`tcp://host`, `tcp://host:3310`, `unix:///run/clamav/clamd.ctl`."""
    parts = urlsplit(url)
    try:
        port = parts.port or _PORT
    except ValueError:
        port = 0
    if parts.scheme == "unix" and parts.path and not parts.netloc:
        return Clamd("", path=parts.path)
    if parts.scheme == "tcp" and parts.hostname and port and parts.path in ("", "/"):
        return Clamd(parts.hostname, port)
    raise BadInput("The address of ClamAV must be tcp://HOST:3310 or unix:///run/clamav/clamd.ctl")


def ask(clamd: Clamd, command: str, patience: float, content: bytes | None = None) -> str:
    """A daemon's answer to PING, VERSION, or INSTREAM with the content of a file; without one, Temporary or TooSlow."""
    end = monotonic() + patience
    try:
        with _connected(clamd, end) as connection:
            connection.sendall(b"z" + command.encode() + b"\0")
            if content is not None:
                _stream(connection, content, end)
            return _answer(connection, end)
    except OSError as error:
        kind = TooSlow if isinstance(error, TimeoutError) else Temporary
        raise kind(f"ClamAV at {clamd} cannot be asked: {error or type(error).__name__}.") from error


@contextmanager
def _connected(clamd: Clamd, end: float) -> Iterator[socket.socket]:
    left = _left(end)
    if clamd.path:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(left)
        with connection:
            connection.connect(clamd.path)
            yield connection
    else:
        with socket.create_connection((clamd.host, clamd.port), left) as connection:
            yield connection


def _stream(connection: socket.socket, content: bytes, end: float) -> None:
    """The file in pieces. A daemon that has had enough answers early and closes: its answer is read all the same."""
    try:
        for start in range(0, len(content), _CHUNK):
            piece = content[start : start + _CHUNK]
            connection.settimeout(_left(end))
            connection.sendall(struct.pack("!I", len(piece)) + piece)
        connection.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        return


def _answer(connection: socket.socket, end: float) -> str:
    read = b""
    while not read.endswith(b"\0") and len(read) < _LONGEST_ANSWER:
        connection.settimeout(_left(end))
        piece = connection.recv(_LONGEST_ANSWER)
        if not piece:
            break
        read += piece
    if not read:
        raise ConnectionError("it closed the connection without an answer")
    return read.rstrip(b"\0\n").decode("ascii", "replace")


def _left(end: float) -> float:
    left = end - monotonic()
    if left <= 0:
        raise TimeoutError("it gave no answer in time")
    return left
