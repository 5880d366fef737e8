"""Every failpoint at every door: killed at each step of accepting, reading and sending, nothing is lost or doubled."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support import dovecot
from tests.support.databases import Fresh
from tests.support.fetching import connect_mailbox
from tests.support.imap_server import PASSWORD
from tests.support.mails import mail
from tests.support.processes import CLIENTS, Gateway, eventually, gateway
from tests.support.world import DESK, World

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds; a condition is waited for, and the machine may be busy

ACCEPTING = ("accept.received", "accept.before_commit", "accept.after_commit", "accept.before_answer")
FETCHING = ("imap.after_keep", "imap.after_tidy")
WORKING = (
    "read.after_claim", "read.one", "read.after_parse", "file.after_blobs", "file.after_numbers", "file.before_commit",
    "file.after_commit", "follow.after_claim", "follow.after_taking", "follow.before_commit", "follow.after_commit",
    "send.after_claim", "send.before_relay", "send.announced", "send.after_mark", "send.after_250",
    "sweep.after_look", "sweep.after_blobs", "sweep.after_move",
)  # fmt: skip
TIMING = ("clocks.after_claim", "clocks.after_lock", "clocks.before_commit", "clocks.after_commit")
ROUTING = (
    "route.before_return", "route.after_taking", "route.after_lock", "route.before_commit", "route.after_commit",
)  # fmt: skip
DOORS = ("smtp", "lmtp", "pipe", "import", "imap")

needs_dovecot = pytest.mark.skipif(
    dovecot.PROGRAM is None, reason="Dovecot is not installed: apt-get install dovecot-imapd"
)
each_door = [pytest.param(door, marks=needs_dovecot if door == "imap" else ()) for door in DOORS]


@dataclass
class Trial:
    """A gateway that is killed again and again while mail comes in by one door."""

    world: World
    gate: Gateway
    door: str
    server: dovecot.Dovecot | None
    sent: list[str] = field(default_factory=list)

    def open(self, failpoints: str = "") -> None:
        """Start the door's process; the pipe and the import have one for each mail."""
        if self.door in {*CLIENTS, "imap"}:
            self.gate.start(self.door, failpoints=failpoints)

    def killed_at(self, step: str, nth: int) -> None:
        """Hand over mails until whoever accepts them is killed there; then again all that was not acknowledged."""
        armed = f"{step}=kill@{nth}"
        self.open(armed)
        mails = [self._next() for _ in range(nth)]
        unacknowledged = [raw for raw in mails if not self.hand_over(raw, armed)]
        while self.door == "imap" and not self.soon_dead("imap"):
            self.new_mail()  # those before may have been fetched together, and passed there once
        if self.door in CLIENTS:
            eventually(lambda: self.gate.has_died(self.door), within=PATIENCE)
        assert unacknowledged or self.door == "imap"
        self.open()
        for raw in unacknowledged:
            assert self.hand_over(raw)

    def new_mail(self) -> None:
        assert self.hand_over(self._next())

    def hand_over(self, raw: bytes, failpoints: str = "") -> bool:
        """Whether it was acknowledged. What lies on an IMAP server was: it is there until it is fetched."""
        if self.server is not None:
            self.server.put(DESK, raw)
            return True
        if self.door in CLIENTS:
            return self.gate.send(raw, door=self.door)
        code = self.gate.ingest(raw, as_file=self.door == "import", failpoints=failpoints)
        assert code in (0, -9), code
        return code == 0

    def soon_dead(self, role: str) -> bool:
        """Give a process some time to pass where it is killed; if it has not, it wants another mail."""
        self.gate.running[role].join(8)
        return self.gate.has_died(role)

    def all_kept(self) -> bool:
        """Whether everything has come in; what lies on an IMAP server takes a moment."""
        return self.world.count("SELECT count(DISTINCT sha256) FROM kept_mail") == len(self.sent)

    def settle(self) -> None:
        """A worker nobody kills finishes what there is."""
        eventually(self.all_kept, within=PATIENCE)
        self.gate.start("worker-1")
        eventually(lambda: self.world.count(_UNFINISHED) == 0, within=PATIENCE)
        self.gate.kill("worker-1")

    def is_exact(self, repeated: int = 0) -> None:
        """Each mail is on one ticket, once; each got its answer, under one Message-ID."""
        world, count = self.world, len(self.sent)
        assert world.reconciles()
        assert world.count("SELECT count(*) FROM tickets") == count
        assert world.count("SELECT count(*) FROM messages WHERE direction = 'in'") == count
        assert world.count("SELECT count(DISTINCT message_id) FROM messages WHERE direction = 'in'") == count
        assert world.count("SELECT count(*) FROM kept_mail WHERE outcome NOT IN ('opened', 'duplicate')") == 0
        letters = [str(letter.mail["Message-ID"]) for letter in world.relay.taken]
        assert len(set(letters)) == count
        assert len(letters) <= count + repeated

    def _next(self) -> bytes:
        name = f"m{len(self.sent)}@lusitel.example"
        self.sent.append(name)
        return mail(message_id=name, sender=f"p{len(self.sent)}@lusitel.example")


_UNFINISHED = (
    "SELECT (SELECT count(*) FROM kept_mail WHERE state = 'waiting') + (SELECT count(*) FROM unfollowed_events)"
    " + (SELECT count(*) FROM outbox WHERE state <> 'sent')"
    " + (SELECT count(*) FROM tickets WHERE id NOT IN (SELECT ticket_id FROM outbox))"
)


@contextmanager
def _trial(world: World, fresh: Fresh, folder: Path, door: str) -> Iterator[Trial]:
    with gateway(fresh, folder, relay_url=world.relay.url) as gate:
        if door != "imap":
            yield Trial(world, gate, door, None)
            return
        with dovecot.dovecot() as server:
            connect_mailbox(world, server.port, PASSWORD)
            yield Trial(world, gate, door, server)


def _accept(world: World, fresh: Fresh, folder: Path, door: str, nth: int, steps: tuple[str, ...] = ACCEPTING) -> None:
    with _trial(world, fresh, folder, door) as trial:
        for step in steps:
            trial.killed_at(step, nth)
            if door in {*CLIENTS, "imap"}:
                eventually(trial.all_kept, within=PATIENCE)
                trial.gate.kill(door)
        trial.gate.start("clock")
        trial.settle()
        trial.is_exact()


def _work(world: World, fresh: Fresh, folder: Path, door: str, nth: int) -> None:
    with _trial(world, fresh, folder, door) as trial:
        trial.gate.start("clock")
        trial.open()
        for number, step in enumerate(WORKING):
            trial.gate.start("worker-1", failpoints=f"{step}=kill@{nth}")
            trial.new_mail()
            while not trial.soon_dead("worker-1"):
                trial.new_mail()
            if number % 2:  # a mail is tried three times; more in a row would shelve it, as poison
                trial.settle()
        trial.settle()
        trial.is_exact(repeated=2 * nth)


@pytest.mark.parametrize("door", ["smtp", "lmtp", "pipe", "import"])
def test_killed_at_each_step_of_accepting(world: World, fresh: Fresh, tmp_path: Path, door: str) -> None:
    _accept(world, fresh, tmp_path, door, 1)


@needs_dovecot
def test_killed_at_each_step_of_fetching(world: World, fresh: Fresh, tmp_path: Path) -> None:
    _accept(world, fresh, tmp_path, "imap", 1, FETCHING)


@pytest.mark.parametrize("door", ["smtp"])
def test_killed_at_each_step_of_reading_and_sending(world: World, fresh: Fresh, tmp_path: Path, door: str) -> None:
    _work(world, fresh, tmp_path, door, 1)


@pytest.mark.slow
@pytest.mark.parametrize("nth", [2, 3])
@pytest.mark.parametrize("door", CLIENTS)
def test_killed_later_at_each_step_of_accepting(
    world: World, fresh: Fresh, tmp_path: Path, door: str, nth: int
) -> None:
    _accept(world, fresh, tmp_path, door, nth)


@pytest.mark.slow
@needs_dovecot
@pytest.mark.parametrize("nth", [1, 2])
def test_killed_at_each_step_of_keeping_what_was_fetched(world: World, fresh: Fresh, tmp_path: Path, nth: int) -> None:
    _accept(world, fresh, tmp_path, "imap", nth, (*ACCEPTING, *FETCHING))


@pytest.mark.slow
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("door", each_door)
def test_killed_at_each_step_of_reading_and_sending_what_came_by_any_door(
    world: World, fresh: Fresh, tmp_path: Path, door: str, nth: int
) -> None:
    _work(world, fresh, tmp_path, door, nth)


def test_every_failpoint_in_the_code_is_among_these() -> None:
    found = {
        name
        for file in (ROOT / "mailgate").rglob("*.py")
        for name in re.findall(r'\bpoint\(\s*"([a-z_0-9.]+)"', file.read_text())
    }
    assert found == {*ACCEPTING, *FETCHING, *WORKING, *TIMING, *ROUTING}
