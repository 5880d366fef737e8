"""A ClamAV daemon of the tests' own: it speaks clamd's protocol, and misbehaves when told to."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path

MARK = b"X5O-A-TEST-VIRUS"  # what it takes for a virus
NAME = "Test.Signature-1"
LIMIT = 2**20


class ScriptedClamd:
    """Answers PING, VERSION and INSTREAM, NUL-terminated. `mood`: well, silent, busy (with files), rude (it closes)."""

    def __init__(self) -> None:
        self.mood = "well"
        self.scanned: list[int] = []
        self.commands: list[bytes] = []
        self.url = ""
        self.released = threading.Event()

    def converse(self, connection: socketserver.StreamRequestHandler) -> None:
        read, write = connection.rfile, connection.wfile
        command = b""
        while not command.endswith(b"\0"):
            byte = read.read(1)
            if not byte:
                return
            command += byte
        self.commands.append(command.strip(b"z\0"))
        if self.mood == "rude":
            return
        if self.mood == "silent" or (self.mood == "busy" and command == b"zINSTREAM\0"):
            self.released.wait(30)
            return
        answers = {b"zPING\0": b"PONG\0", b"zVERSION\0": b"ClamAV 1.5.1/27800/Fri Nov 20 09:00:00 2026\0"}
        write.write(self._scan(read) if command == b"zINSTREAM\0" else answers.get(command, b"UNKNOWN COMMAND\0"))

    def _scan(self, read: BufferedIOBase) -> bytes:
        content = b""
        while length := struct.unpack("!I", read.read(4))[0]:
            content += read.read(length)
            if len(content) > LIMIT:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.scanned.append(len(content))
        return f"stream: {NAME} FOUND\0".encode() if MARK in content else b"stream: OK\0"


@contextmanager
def clamd(path: Path | None = None) -> Iterator[ScriptedClamd]:
    """A daemon on a free port, or on a unix socket."""
    script = ScriptedClamd()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            script.converse(self)

    kind = socketserver.ThreadingUnixStreamServer if path else socketserver.ThreadingTCPServer
    with kind(str(path) if path else ("127.0.0.1", 0), Handler) as server:  # type: ignore[arg-type] # of either kind
        server.daemon_threads = True
        script.url = f"unix://{path}" if path else f"tcp://127.0.0.1:{server.socket.getsockname()[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield script
        finally:
            script.released.set()
            server.shutdown()
            thread.join()
