"""F7: the Message-ID is fixed before sending. Killed between the relay's 250 and our mark, one letter comes twice."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mailgate import jobs
from mailgate.errors import Temporary
from mailgate.send import Parcel
from mailgate.store import leaving
from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.processes import eventually, gateway
from tests.support.world import World


def test_f7_a_crash_between_250_and_our_mark_repeats_one_letter_with_the_same_id(
    world: World, fresh: Fresh, tmp_path: Path
) -> None:
    with gateway(fresh, tmp_path, relay_url=world.relay.url) as gate:
        gate.start("smtp")
        for number in range(10):
            assert gate.send(mail(sender=f"person{number}@lusitel.example"))
        gate.start("clock")
        gate.start("worker-1", failpoints="send.after_250=kill@4")
        eventually(lambda: gate.has_died("worker-1"))
        gate.start("worker-1")
        eventually(lambda: world.count("SELECT count(*) FROM outbox WHERE state = 'sent'") == 10)
    ids = [str(letter.mail["Message-ID"]) for letter in world.relay.taken]
    assert len(set(ids)) == 10
    assert len(ids) == 11
    assert world.reconciles()


_CUT = (
    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
    " WHERE usename = 'mailgate_app' AND datname = current_database() AND pid <> pg_backend_pid()"
)


class Watched:
    """A carrier that takes everything, and looks around whenever a letter is announced or comes."""

    takes_whole_letters = False

    def __init__(self, announced: Callable[[int], None], comes: Callable[[int], None]) -> None:
        self.taken: list[Parcel] = []
        self._announced, self._comes = announced, comes

    def announce(self, parcel: Parcel) -> None:
        self._announced(len(self.taken))

    def carry(self, parcel: Parcel, then: Parcel | None = None) -> str:
        self._comes(len(self.taken))
        self.taken.append(parcel)
        return f"250 taken as {len(self.taken)}"

    def close(self) -> None:
        return


def _watched(world: World, announced: Callable[[int], None], comes: Callable[[int], None], letters: int) -> Watched:
    carrier = Watched(announced, comes)
    world.shop.relay_url = "smtp://watched.example"
    world.shop.carriers.put(world.shop.relay_url, carrier)
    for number in range(letters):
        world.deliver(mail(sender=f"person{number}@lusitel.example"))
    jobs.read_mail()
    jobs.follow_event()
    return carrier


def test_f7_no_letter_goes_before_the_receipt_of_the_last_one_is_committed(world: World) -> None:
    committed: list[int] = []

    def comes(_: int) -> None:
        committed.append(world.count("SELECT count(*) FROM outbox WHERE state = 'sent'"))

    carrier = _watched(world, lambda _: None, comes, 6)
    jobs.send_mail()
    assert committed == [0, 1, 2, 3, 4, 5]
    answers = world.count("SELECT count(DISTINCT answer) FROM outbox WHERE state = 'sent' AND claimed_by IS NULL")
    assert (answers, len(carrier.taken)) == (6, 6)


def test_f7_letters_that_are_too_much_for_memory_together_leave_one_after_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "_AT_ONCE", 1)
    at_once: list[int] = []
    carrier = _watched(
        world,
        lambda _: None,
        lambda _: at_once.append(world.count("SELECT count(*) FROM outbox WHERE state = 'sending'")),
        4,
    )
    jobs.send_mail()
    assert (at_once, len(carrier.taken)) == ([1, 1, 1, 1], 4)
    assert world.count("SELECT count(*) FROM outbox WHERE state = 'sent' AND tries = 1") == 4


def test_f7_a_database_that_goes_away_before_a_receipt_is_safe_is_no_fault_of_the_relay(world: World) -> None:
    with world.owner.engine.connect() as somebody:

        def comes(taken: int) -> None:
            if taken == 2:  # so that the third receipt cannot be committed
                somebody.exec_driver_sql("SELECT 1 FROM outbox WHERE state = 'sending' FOR UPDATE")

        def announced(taken: int) -> None:
            if taken == 3 and somebody.in_transaction():
                with world.database.crossing() as connection:  # a role may end its own connections
                    connection.exec_driver_sql(_CUT)
                somebody.rollback()

        carrier = _watched(world, announced, comes, 6)
        with pytest.raises(Temporary, match="database"):
            jobs.send_mail()
    assert len(carrier.taken) == 3, "nobody knows whether the third was written down, so no fourth goes"
    world.work()
    assert world.count("SELECT count(*) FROM outbox WHERE state = 'sent'") == 6
    assert len({parcel.raw for parcel in carrier.taken}) == 6
    assert len(carrier.taken) == 7
