"""A whole Mailgate in a folder of its own, thrown away afterwards: its servers as always, fsync on."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from mailgate import clock
from mailgate.bench.client import spool
from mailgate.bench.invented.mails import Mail
from mailgate.embedded import Servers, running
from mailgate.errors import MailgateError
from mailgate.office.setup import add_mailbox
from mailgate.settings import Settings
from mailgate.store.counts import count_everything
from mailgate.store.db import Database
from mailgate.store.migrate import migrate

DESK = "help@nordlicht.example"
CONNECTIONS = 8
_PATIENCE = 60.0
_LAST_LINES = 30


class WentWrong(MailgateError):  # noqa: N818 - named for what is said to whoever runs the bench
    """A row's figures would be worth nothing: the work was not done as it should have been."""


@dataclass
class Helper:
    """A process of the bench itself, spoken to line by line. It is not counted as ours."""

    process: subprocess.Popen[str]

    def ask(self, order: str, *, patience: float = _PATIENCE) -> dict[str, Any]:
        self.tell(order)
        return self.hear(patience=patience)

    def tell(self, order: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()

    def hear(self, *, patience: float = _PATIENCE) -> dict[str, Any]:
        line = self.read_line(patience=patience)
        return cast("dict[str, Any]", json.loads(line))

    def read_line(self, *, patience: float = _PATIENCE) -> str:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], patience)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            raise WentWrong(f"{self.process.args!r} said nothing for {patience:.0f} s.")
        return line


@dataclass
class Site:
    """Where it all runs."""

    folder: Path
    servers: Servers
    helpers: set[int] = field(default_factory=set)  # process ids that are not ours to count

    @contextmanager
    def database(self, *, pool: int = 2) -> Iterator[Database]:
        database = Database(self.servers.database_url, pool=pool)
        try:
            yield database
        finally:
            database.close()

    @contextmanager
    def running(self, *commands: Sequence[str], **settings: str) -> Iterator[None]:
        """Processes of Mailgate, each as `mailgate …` runs it."""
        with ExitStack() as stack:
            for command in commands:
                stack.enter_context(self._child([sys.executable, "-m", "mailgate", *command], settings))
            yield

    @contextmanager
    def helper(self, module: str, *arguments: str) -> Iterator[Helper]:
        """A process of the bench: a generator, a sink, a bare part."""
        command = [sys.executable, "-m", f"mailgate.bench.{module}", *arguments]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=self.folder
        ) as process:
            self.helpers.add(process.pid)
            try:
                yield Helper(process)
            finally:
                process.kill()

    @contextmanager
    def generator(self, port: int, mails: Sequence[Mail]) -> Iterator[Helper]:
        """A load generator that has read its mails and waits for the word."""
        path = self.folder / "spool"
        spool(path, mails)
        with self.helper("client", str(port), str(CONNECTIONS), str(path)) as helper:
            helper.read_line()
            yield helper

    def counts(self) -> dict[tuple[str, str], int]:
        """What the ledger says: ("kept", outcome) and ("outbox", state)."""
        with self.database() as database, database.crossing() as connection:
            return {(count.what, count.which): int(count.number) for count in count_everything(connection, clock.now())}

    def last_words(self) -> str:
        """What our processes logged last, but for the mails they kept."""
        log = self.folder / "log"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
        return "\n".join([line for line in lines if " kept " not in line][-_LAST_LINES:])

    @contextmanager
    def _child(self, command: list[str], settings: dict[str, str]) -> Iterator[None]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAILGATE_")}  # noqa: TID251 - a child's
        environment |= {"MAILGATE_DATA": str(self.folder / "data"), **settings}
        with (
            (self.folder / "log").open("ab") as log,
            subprocess.Popen(command, env=environment, cwd=self.folder, stdout=log, stderr=log) as process,
        ):
            try:
                yield
            finally:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()


@contextmanager
def site(place: Path | None = None) -> Iterator[Site]:
    """A migrated, empty Mailgate with one mailbox."""
    with (
        tempfile.TemporaryDirectory(
            prefix="mailgate-bench-", dir=place or _on_disk(), ignore_cleanup_errors=True
        ) as made,
        running(Settings(_env_file=None, data=Path(made) / "data")) as servers,
    ):
        migrate(servers.owner_url, servers.database_url)
        here = Site(Path(made), servers)
        with here.database() as database, database.desk(1) as session:
            add_mailbox(session, DESK, clock.now(), name="Nordlicht Support")
        try:
            yield here
        except WentWrong as error:
            raise WentWrong(f"{error}\n{here.last_words()}") from error


def bare(site: Site, mails: Sequence[Mail], parts: Sequence[str], *, sink_port: int = 0, processes: int = 1) -> float:
    """How many mails a second these parts alone manage, in so many processes at once that share the mails."""
    with ExitStack() as stack:
        helpers = []
        for number in range(processes):
            path = site.folder / f"spool-{number}"
            spool(path, mails[number::processes])
            helper = stack.enter_context(site.helper("bare", str(path), str(sink_port), *parts))
            if "commit" in parts:
                helper.tell(site.servers.database_url)
            helpers.append(helper)
        for helper in helpers:
            helper.read_line()
        for helper in helpers:
            helper.tell("go")
        ends = [helper.hear() for helper in helpers]
    seconds: float = max(end["last"] for end in ends) - min(end["first"] for end in ends)
    return len(mails) / seconds


def require_all_taken(report: dict[str, Any], count: int) -> None:
    """What the generator says of its run must be that every mail was taken."""
    if report["taken"] != count:
        raise WentWrong(f"Of {count} mails {report['taken']} were taken; the door said {report['refused']}.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, *, patience: float = _PATIENCE) -> None:
    """Until somebody listens there."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise WentWrong(f"Nobody listens on port {port}.")


def _on_disk() -> str:
    """A place that outlives a restart, and so is no memory: what fsync costs has to be paid."""
    return "/var/tmp" if os.access("/var/tmp", os.W_OK) else tempfile.gettempdir()  # noqa: S108 - the folder is made private
