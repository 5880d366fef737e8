"""What tests do with a real IMAP server, whichever it is: start and stop it, put mail there, look at it."""

import contextlib
import imaplib
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path

PASSWORD = "horse-staple"


@dataclass
class ImapServer(ABC):
    """A server with a folder of the test's. All users have one password."""

    place: Path
    port: int
    command: list[str]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=2) as probe:
                if probe.recv(4) == b"* OK":
                    return
            time.sleep(0.05)
        raise AssertionError(self.log())

    def stop(self) -> None:
        """In good order."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)

    @abstractmethod
    def put_many(self, user: str, mails: dict[str, bytes], came_at: float | None = None) -> None:
        """Deliver mails by name, fast. `came_at`: as if they had come then."""

    @abstractmethod
    def wipe(self, user: str) -> None:
        """Everything in this mailbox is gone."""

    @abstractmethod
    def renumber(self, user: str) -> None:
        """All UIDs are given anew, under another UIDVALIDITY, as after a restored backup."""

    @abstractmethod
    def say_bye(self, user: str) -> None:
        """End the connections of this user in good order; the mailbox stays."""

    def client(self, user: str) -> imaplib.IMAP4:
        """Another mail program on the same mailbox."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=60)
        client.login(user, PASSWORD)
        return client

    def put(self, user: str, *mails: bytes, folder: str = "INBOX") -> None:
        """Deliver mails."""
        with self.client(user) as client:
            if folder != "INBOX":
                client.create(f'"{folder}"')
            for raw in mails:
                assert client.append(f'"{folder}"', None, None, raw)[0] == "OK"

    def flags(self, user: str, folder: str = "INBOX") -> list[str]:
        """The flags of each mail in a folder, in order."""
        with self.client(user) as client:
            client.select(f'"{folder}"', readonly=True)
            answer = client.fetch("1:*", "(FLAGS)")[1]
            return [line.decode() for line in answer if isinstance(line, bytes)]

    def count(self, user: str, folder: str = "INBOX") -> int:
        with self.client(user) as client:
            status, answer = client.select(f'"{folder}"', readonly=True)
            return int(answer[0] or 0) if status == "OK" else 0

    def delete(self, user: str, number: int) -> None:
        """Somebody else deletes a mail."""
        with self.client(user) as client:
            client.select()
            client.store(str(number), "+FLAGS", "(\\Deleted)")
            client.expunge()

    def log(self) -> str:
        return (self.place / "log").read_text() if (self.place / "log").exists() else ""
