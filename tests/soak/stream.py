"""A steady stream of mail by every door, and a journal of what was acknowledged, which outlives this process."""

from __future__ import annotations

import itertools
import os
import random
import smtplib
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.soak.gateway import DESK, FETCHED
from tests.support.dovecot import Dovecot
from tests.support.mails import mail
from tests.support.processes import CLIENTS

_FOLLOW_UPS = 0.25  # of all mails; they belong to a ticket that a mail before them opened


class Sent(NamedTuple):
    """One acknowledged mail; `first` is the mail that opened its thread, often itself."""

    message_id: str
    first: str


class Journal:
    """What was acknowledged, a line each, on disk before it counts."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def add(self, sent: Sent) -> None:
        with self._lock, self._file.open("a") as handle:
            handle.write(f"{sent.message_id} {sent.first}\n")
            handle.flush()
            os.fsync(handle.fileno())

    def read(self) -> Iterator[Sent]:
        if self._file.exists():
            for line in self._file.read_text().splitlines():
                yield Sent(*line.split())


@dataclass
class Stream:
    """Some senders, each in a thread of its own. Whoever is not acknowledged sends the same mail again, as MTAs do."""

    ports: dict[str, int]
    server: Dovecot | None
    journal: Journal
    pause: float
    counts: Counter[str] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        doors: list[str] = ["smtp", "smtp", "lmtp", *(["imap"] if self.server else [])]
        for number, door in enumerate(doors):
            thread = threading.Thread(target=self._run, args=(door, random.Random(f"{door}{number}")))
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """No new mails; whatever was begun is sent until it is acknowledged."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, door: str, chance: random.Random) -> None:
        hand_over = self._to_imap if door == "imap" else self._by(door)
        first: tuple[str, str] | None = None
        for number in itertools.count():
            if self._stop.wait(self.pause):
                return
            is_new = first is None or chance.random() >= _FOLLOW_UPS
            message_id = f"{uuid.uuid4().hex}@lusitel.example"
            if first is None or is_new:
                first = message_id, f"p{uuid.uuid4().hex[:12]}@lusitel.example"
            root, sender = first
            raw = _written(door, number, message_id, root, sender)
            while not hand_over(raw, sender):
                self.counts["put off"] += 1
                self._stop.wait(0.5)
            self.counts[door] += 1
            self.journal.add(Sent(message_id, root))

    def _by(self, door: str) -> Callable[[bytes, str], bool]:
        def hand_over(raw: bytes, sender: str) -> bool:
            try:
                with CLIENTS[door]("127.0.0.1", self.ports[door], timeout=60) as client:
                    return client.sendmail(sender, [DESK], raw) == {}
            except (smtplib.SMTPException, OSError):
                return False

        return hand_over

    def _to_imap(self, raw: bytes, _: str) -> bool:
        assert self.server is not None
        self.server.put(FETCHED, raw)
        return True


def _written(door: str, number: int, message_id: str, root: str, sender: str) -> bytes:
    cited = () if root == message_id else (("In-Reply-To", f"<{root}>"), ("References", f"<{root}>"))
    to = FETCHED if door == "imap" else DESK
    body = f"Mail {number} by {door}.\r\n" + "Some more words. " * (number % 50)
    return mail(sender=sender, to=to, subject=f"Request {root[:8]}", body=body, message_id=message_id, headers=cited)
