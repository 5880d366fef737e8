"""Mailgate's own processes, started, killed and restarted by a test, on that test's own database."""

import hashlib
import os
import signal
import smtplib
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.support import commands
from tests.support.databases import Fresh
from tests.support.relay import free_port
from tests.support.world import DESK, KEY

CLIENTS: dict[str, Callable[..., smtplib.SMTP]] = {"smtp": smtplib.SMTP, "lmtp": smtplib.LMTP}


@dataclass
class Gateway:
    """The processes of one gateway."""

    fresh: Fresh
    folder: Path
    relay_url: str | None = None
    extra: dict[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=lambda: {door: free_port() for door in CLIENTS})
    running: dict[str, ForkServerProcess] = field(default_factory=dict)

    def start(self, *roles: str, failpoints: str = "") -> None:
        """Start processes: `smtp`, `clock-1`, `worker-1`, … With failpoints, they are armed in these alone."""
        for role in roles:
            command = ["worker", "--name", role] if role.startswith("worker") else [role.partition("-")[0]]
            command += ["--name", role] if role == "imap" else []
            settings = {**self._environment(), "MAILGATE_FAILPOINTS": failpoints}
            self.running[role] = commands.start(tuple(command), settings, self.folder, self.folder / f"{role}.log")
        for door in CLIENTS.keys() & set(roles):
            eventually(partial(self._greets, door), within=30)

    def kill(self, *roles: str) -> None:
        """A power cut for these processes."""
        for role in roles:
            commands.end(self.running.pop(role))

    def stop(self, *roles: str) -> None:
        for role in roles:
            process = self.running.pop(role)
            process.terminate()
            process.join(12)
            code = process.exitcode
            commands.end(process)
            assert code in (0, -signal.SIGTERM), self.log(role)

    def has_died(self, role: str) -> bool:
        return not self.running[role].is_alive()

    def keep_alive(self, *roles: str) -> None:
        """Start again whichever of these has died, as `mailgate up` would."""
        for role in roles:
            if not self.running[role].is_alive():
                self.start(role)

    def log(self, role: str) -> str:
        return (self.folder / f"{role}.log").read_text()

    def send(self, raw: bytes, *, to: str = DESK, sender: str = "ana@lusitel.example", door: str = "smtp") -> bool:
        """Deliver at a door; whether it was acknowledged."""
        try:
            with CLIENTS[door]("127.0.0.1", self.ports[door], timeout=20) as client:
                return client.sendmail(sender, [to], raw) == {}
        except (smtplib.SMTPException, OSError):
            return False

    def ingest(self, raw: bytes, *, as_file: bool = False, failpoints: str = "") -> int:
        """Hand a mail to the pipe, or import it from a file; the exit code."""
        file = self.folder / f"{hashlib.sha256(raw).hexdigest()}.eml"
        if as_file:
            file.write_bytes(raw)
        words = ("ingest", "--mailbox", DESK, *(("--answer", str(file)) if as_file else ()))
        settings = {**self._environment(), "MAILGATE_FAILPOINTS": failpoints}
        return commands.run(words, settings, self.folder, b"" if as_file else raw).code

    def _greets(self, door: str) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.ports[door]), timeout=1) as probe:
                return probe.recv(3) == b"220"
        except OSError:
            return False

    def _environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("MAILGATE_")}
        return {
            **own,
            "MAILGATE_DATA": str(self.folder / "data"),
            "MAILGATE_DATABASE_URL": self.fresh.app_url,
            "MAILGATE_REDIS_URL": self.fresh.redis_url,
            "MAILGATE_SECRET_KEY": KEY,
            "MAILGATE_SMTP_LISTEN": f"127.0.0.1:{self.ports['smtp']}",
            "MAILGATE_LMTP_LISTEN": f"127.0.0.1:{self.ports['lmtp']}",
            "MAILGATE_ACK_PER_SENDER": "0",
            "MAILGATE_ACK_PER_HOUR": "0",
            "MAILGATE_REQUESTS_PER_SENDER": "0",
            **({"MAILGATE_RELAY_URL": self.relay_url} if self.relay_url else {}),
            **self.extra,
        }


@contextmanager
def gateway(fresh: Fresh, folder: Path, *, relay_url: str | None = None, **extra: str) -> Iterator[Gateway]:
    """Processes that are gone when the block ends, whatever happened in it."""
    made = Gateway(fresh, folder, relay_url, extra)
    try:
        yield made
    finally:
        for process in made.running.values():
            commands.end(process)


def eventually(holds: Callable[[], object], *, within: float = 30, every: float = 0.1) -> None:
    """Wait until something holds; fail when it does not."""
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, f"it never came true: {getattr(holds, '__name__', holds)}"
        time.sleep(every)
