"""A second real IMAP server beside Dovecot, of another make: pymap, in a process of its own, with one mailbox."""

import imaplib
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.support.imap_server import PASSWORD, ImapServer
from tests.support.relay import free_port


class Pymap(ImapServer):
    """A running pymap. It keeps its mail in memory: once restarted, it has other numbers for the same mails."""

    def put_many(self, user: str, mails: dict[str, bytes], came_at: float | None = None) -> None:
        """In one stream, with literals that wait for no answer: one by one they are delayed by 40 ms each."""
        date = f" {imaplib.Time2Internaldate(datetime.fromtimestamp(came_at, UTC))}" if came_at else ""
        heads = ((f"a{at} APPEND INBOX{date} {{{len(raw)}+}}\r\n", raw) for at, raw in enumerate(mails.values()))
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as wire, wire.makefile("rb") as said:
            wire.sendall(f'a LOGIN "{user}" "{PASSWORD}"\r\n'.encode())
            assert any(line.startswith(b"a OK") for line in iter(said.readline, b""))
            for head, raw in heads:
                tag = head.partition(" ")[0].encode()
                wire.sendall(head.encode() + raw + b"\r\n")
                assert any(line.startswith(tag + b" OK") for line in iter(said.readline, b""))

    def wipe(self, user: str) -> None:
        with self.client(user) as client:
            for folder in ("INBOX", "Done"):
                if client.select(folder)[0] == "OK":
                    client.store("1:*", "+FLAGS.SILENT", "(\\Deleted)")
                    client.expunge()

    def say_bye(self, user: str) -> None:
        self.renumber(user)  # only when it stops does it take its leave

    def renumber(self, user: str) -> None:
        with self.client(user) as client:
            client.select(readonly=True)
            answer = client.fetch("1:*", "(BODY.PEEK[])")[1]
        self.stop()
        self.start()
        self.put(user, *(part[1] for part in answer if isinstance(part, tuple)))


@contextmanager
def pymap(user: str) -> Iterator[Pymap]:
    """A server for as long as the block lasts."""
    port = free_port()
    program = str(Path(sys.executable).with_name("pymap"))
    account = ["dict", "--demo-user", user, "--demo-password", PASSWORD]
    with tempfile.TemporaryDirectory(prefix="mailgate-pymap-") as place:
        server = Pymap(Path(place), port, [program, "--host", "127.0.0.1", "--port", str(port), "--no-tls", *account])
        try:
            server.start()
            yield server
        finally:
            server.stop()
