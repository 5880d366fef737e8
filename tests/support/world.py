"""A whole Mailgate inside the test process: real database, real Redis, a real relay, jobs run on demand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from mailgate import clock, jobs, parse
from mailgate.mail import Envelope, Verdict
from mailgate.office.setup import add_agent, add_mailbox
from mailgate.queue.live import Wire
from mailgate.queue.nudges import Bell, connect
from mailgate.receive.accept import Incoming, Keeper
from mailgate.seal import Seal
from mailgate.steps.file import file_letters
from mailgate.steps.workshop import Workshop, move_in
from mailgate.store.blobs import Blobs
from mailgate.store.db import Database
from mailgate.store.door import DoorDatabase
from mailgate.store.kept import KeptMail, kept_by_id
from mailgate.store.messages import Message, thread_of
from mailgate.store.tickets import Ticket, by_id
from mailgate.thread.arrival import Arrival
from mailgate.tokens import Marks
from mailgate.trust.checker import Checker
from mailgate.viruses.scanner import Scanner
from tests.support.databases import Fresh
from tests.support.relay import Relay

KEY = "a key for tests, long enough to be one"
DESK = "help@nordlicht.example"


@dataclass
class World:
    """Everything a flow test touches."""

    database: Database
    owner: Database
    shop: Workshop
    relay: Relay
    keeper: Keeper
    door: DoorDatabase
    org: int = 1

    def deliver(
        self, raw: bytes, *, to: str = DESK, sender: str = "ana@lusitel.example", peer: str = "127.0.0.1"
    ) -> int:
        """A mail comes in, as the SMTP door would hand it on; its kept id."""
        return self.keeper.keep([self.incoming(raw, to=to, sender=sender, peer=peer)]).result(30)[0]

    def incoming(
        self, raw: bytes, *, to: str = DESK, sender: str = "ana@lusitel.example", peer: str = "127.0.0.1"
    ) -> Incoming:
        """A mail as the SMTP door hands it on."""
        found = self.door.find_mailbox(to)
        assert found is not None, f"no mailbox {to}"
        return Incoming(found.org_id, found.id, "smtp", peer, sender, to, raw, clock.now())

    def work(self) -> None:
        """Let the workers do all there is to do."""
        for _ in range(20):
            jobs.read_mail()
            jobs.follow_event()
            jobs.send_mail()
            jobs.watch_clocks()
            if not self._is_busy():
                return
        raise AssertionError("the work never ended")

    def receive(
        self, raw: bytes, *, to: str = DESK, sender: str = "ana@lusitel.example", trust: str | None = None
    ) -> KeptMail:
        """A mail comes in and everything that follows from it happens. `trust`: what its authentication proved."""
        kept_id = self.deliver(raw, to=to, sender=sender)
        if trust is not None:
            self._file(kept_id, raw, Verdict(trust))
        self.work()
        return self.kept(kept_id)

    def kept(self, kept_id: int) -> KeptMail:
        with self.database.desk(self.org) as session:
            kept = kept_by_id(session, kept_id)
        assert kept is not None
        return kept

    def ticket(self, ticket_id: int | None) -> Ticket:
        assert ticket_id is not None
        with self.database.desk(self.org) as session:
            ticket = by_id(session, ticket_id)
        assert ticket is not None
        return ticket

    def thread(self, ticket_id: int | None) -> list[Message]:
        assert ticket_id is not None
        with self.database.desk(self.org) as session:
            return thread_of(session, ticket_id)

    def count(self, question: str) -> int:
        """Count something as the owner of the tables, over all tenants."""
        with self.owner.engine.begin() as connection:
            return int(connection.execute(text(question)).scalar_one())

    def fill_the_disk(self, of: str = "true") -> None:
        """From now on PostgreSQL answers as it does when its disk is full, to mails for which this holds (`NEW.…`)."""
        with self.owner.engine.begin() as connection:
            connection.exec_driver_sql(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;"
                f" CREATE TRIGGER full_disk BEFORE INSERT ON kept_mail FOR EACH ROW WHEN ({of})"
                " EXECUTE FUNCTION full_disk()"
            )

    def reconciles(self) -> bool:
        """kept = sum of outcomes + waiting."""
        kept = self.count("SELECT count(*) FROM kept_mail")
        outcomes = self.count("SELECT count(*) FROM kept_mail WHERE outcome IS NOT NULL")
        return kept == outcomes + self.count("SELECT count(*) FROM kept_mail WHERE state = 'waiting'")

    def _file(self, kept_id: int, raw: bytes, verdict: Verdict) -> None:
        row = self.kept(kept_id)
        envelope = Envelope(row.sender, row.recipient, row.door, row.peer)
        file_letters(self.shop, self.org, [Arrival(kept_id, row.mailbox_id, envelope, parse.read(raw), verdict)])

    def _is_busy(self) -> bool:
        now = clock.now()
        with self.database.crossing() as connection:
            from mailgate.store.claims import work_waiting

            return any(work_waiting(connection, now))


@contextmanager
def small_world(fresh: Fresh, folder: Path, desk: str = DESK, key: str = KEY) -> Iterator[World]:
    """A desk with one mailbox and one agent. Of several worlds, the last one made is at work."""
    connect(fresh.redis_url).flushdb()
    database = Database(fresh.app_url, pool=8, tell=Wire(fresh.redis_url).tell)
    owner = Database(fresh.owner_url, pool=2)
    bell = Bell(fresh.redis_url)
    with Relay() as relay:
        door = DoorDatabase(fresh.app_url)
        keeper = Keeper(door, bell)
        shop = Workshop(
            worker="test", database=database, blobs=Blobs(str(folder / "blobs")), bell=bell, marks=Marks(key),
            public_url="https://desk.example", is_sending=True, relay_url=relay.url, ack_per_sender=5, ack_per_hour=0,
            requests_per_sender=0, reopen_days=30, keep_shelf=0, trust=Checker(), scanner=Scanner(), seal=Seal(key),
        )  # fmt: skip
        move_in(shop)
        with database.desk(1) as session:
            add_mailbox(session, desk, clock.now(), name="Nordlicht Support")
            add_agent(session, "mara@nordlicht.example", "agent", clock.now(), name="Mara Koch")
        try:
            yield World(database, owner, shop, relay, keeper, door)
        finally:
            keeper.close()
            door.close()
            shop.carriers.close()
            move_in(None)
            database.close()
            owner.close()
