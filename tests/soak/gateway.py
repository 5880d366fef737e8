"""A real `mailgate up` in a folder of its own, and what it is made of: processes, servers, memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailgate import clock
from mailgate.bench.machine import family
from mailgate.embedded import Servers, running
from mailgate.errors import BadInput
from mailgate.office.imap import ImapAddress, Wishes, connect
from mailgate.office.setup import add_mailbox
from mailgate.seal import Seal
from mailgate.settings import Settings
from mailgate.store.db import Database
from mailgate.store.office import mailbox_by_address
from tests.support.imap_server import PASSWORD
from tests.support.processes import eventually
from tests.support.relay import free_port

DESK, FETCHED = "help@nordlicht.example", "post@nordlicht.example"
ROLES = ("smtp", "lmtp", "imap", "worker", "clock", "web")
_PROC = Path("/proc")


@dataclass(frozen=True)
class Up:
    """The gateway while it runs."""

    process: subprocess.Popen[bytes]
    ports: dict[str, int]
    servers: Servers
    owner: Database

    def pids(self) -> dict[str, list[int]]:
        """Its processes by role; `postgres` and `valkey` are the servers' first processes."""
        found: dict[str, list[int]] = {}
        for pid in family():
            if (role := _role(pid)) is not None:
                found.setdefault(role, []).append(pid)
        return found

    def memory(self) -> int:
        """Bytes that our own processes take, shared ones counted in part. The servers' caches are not counted."""
        return sum(_pss(pid) for role, pids in self.pids().items() if role in {*ROLES, "up"} for pid in pids)

    def count(self, question: str) -> int:
        with self.owner.engine.begin() as connection:
            return int(connection.exec_driver_sql(question).scalar_one())


@contextmanager
def up(folder: Path, relay_url: str, imap_port: int | None) -> Iterator[Up]:
    """Started, with its mailboxes; stopped in good order at the end, or this raises."""
    ports = {door: free_port() for door in ("smtp", "lmtp", "web")}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MAILGATE_")},
        "MAILGATE_DATA": str(folder / "data"),
        "MAILGATE_RELAY_URL": relay_url,
        "MAILGATE_ACK_PER_SENDER": "0",
        "MAILGATE_ACK_PER_HOUR": "0",
        "MAILGATE_REQUESTS_PER_SENDER": "0",
        "MAILGATE_RESOLVER": "off",
    }
    words = [f"--{door}={port}" for door, port in ports.items()]
    log = folder / "up.log"
    start = log.stat().st_size if log.exists() else 0
    with log.open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "mailgate", "up", *words], env=environment, cwd=folder, stdout=said, stderr=said
        )
    try:
        eventually(lambda: b"ready: " in log.read_bytes()[start:], within=180)
        with running(Settings(_env_file=None, data=folder / "data")) as servers:
            database, owner = Database(servers.database_url, pool=1), Database(servers.owner_url, pool=1)
            _furnish(database, servers.secret_key, imap_port)
            yield Up(process, ports, servers, owner)
            database.close()
            owner.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, f"`up` did not end well: see {log}"
    finally:
        process.kill()
        process.wait(30)


def _furnish(database: Database, key: str, imap_port: int | None) -> None:
    with database.desk(1) as session:
        for address in (DESK, FETCHED):
            try:
                add_mailbox(session, address, clock.now())
            except BadInput:
                continue  # from an earlier run in this folder
        if imap_port is not None:
            session.flush()
            mailbox = mailbox_by_address(session, FETCHED)
            assert mailbox is not None
            where = ImapAddress("127.0.0.1", imap_port, "none", None)
            connect(session, mailbox, where, Wishes(), PASSWORD, Seal(key), clock.now())


def _role(pid: int) -> str | None:
    """What a process of ours is; None for what belongs to a server, or has just ended."""
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return None
    if words[0].endswith("/postgres"):
        return "postgres"
    if "valkey-server" in words[0]:
        return "valkey"
    if "mailgate" in words:  # python -m mailgate ROLE
        return words[words.index("mailgate") + 1]
    return None


def _pss(pid: int) -> int:
    try:
        rollup = (_PROC / str(pid) / "smaps_rollup").read_text()
    except OSError:
        return 0  # it has just ended
    return next((int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)
