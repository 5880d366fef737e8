"""Whatever a relay does, every letter ends sent or visibly failed, and the agent is told when it was promised."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from mailgate import clock
from mailgate.mail import Address
from mailgate.office.setup import add_agent
from mailgate.send import LATE, LATE_TRY, Relay
from mailgate.store.events import Event, history_of
from mailgate.store.office import mailbox_by_address
from mailgate.store.outbox import OutboxCopy, list_copies
from mailgate.store.people import failing
from mailgate.store.tickets import by_id
from mailgate.tickets.answer import answer
from mailgate.tickets.change import Named, change, mark_read
from mailgate.tickets.history import MAILGATE, Actor
from tests.support.mails import mail
from tests.support.odd_relay import OddRelay
from tests.support.world import DESK, World

FINE = "ana@lusitel.example"
ODD = [f"{who}@lusitel.example" for who in
       ("refused", "full", "greylisted", "dropped", "garbage", "hanging", "never")]  # fmt: skip


@pytest.fixture
def odd(world: World, request: pytest.FixtureRequest) -> Iterator[OddRelay]:
    with OddRelay(is_pipelining=getattr(request, "param", False)) as relay:
        world.shop.relay_url = relay.url
        impatient = Relay(relay.url, connect_timeout=5, answer_timeout=5, accept_timeout=0.3)
        world.shop.carriers.put(relay.url, impatient)
        yield relay


@pytest.fixture
def moving() -> Iterator[list[datetime]]:
    """The time, as the only item of a list."""
    at = [clock.now()]
    clock.follow(lambda: at[0])
    yield at
    clock.follow(None)


@pytest.mark.parametrize("odd", [False, True], indirect=True, ids=["a command at a time", "in one go"])
def test_every_letter_ends_and_the_agent_knows(world: World, odd: OddRelay, moving: list[datetime]) -> None:
    begun = moving[0]
    kept = world.receive(mail())
    _answered(world, kept.ticket_id, [Address(address) for address in ODD])
    world.work()
    states = {address: copy.state for address, copy in _answers(world).items()}
    assert (states[FINE], states["refused@lusitel.example"], states["full@lusitel.example"]) == (
        "sent", "failed", "failed",
    )  # fmt: skip
    with world.database.desk(1) as session:
        assert set(failing(session, [FINE, *ODD])) == {"refused@lusitel.example"}
        ticket = by_id(session, kept.ticket_id or 0, lock=True)
        assert ticket is not None
        assert (ticket.status, ticket.is_unread) == ("open", True)
        mark_read(ticket)

    while _answers(world)["never@lusitel.example"].tries < LATE_TRY:
        assert _events(world, kept.ticket_id, "not_sent_yet") == []
        moving[0] = min(copy.next_try for copy in _answers(world).values() if copy.state == "waiting")
        world.work()
    (late,) = _events(world, kept.ticket_id, "not_sent_yet")
    assert LATE <= late.at - begun < LATE + timedelta(minutes=10)
    assert late.data["recipient"] == "never@lusitel.example"
    assert "Not today" in late.data["answer"]
    assert world.ticket(kept.ticket_id).is_unread

    _patience_ends(world)
    moving[0] += timedelta(hours=2)
    world.work()
    copies = _answers(world)
    assert {address: copy.state for address, copy in copies.items()} == {
        FINE: "sent",
        **dict.fromkeys(("refused@lusitel.example", "full@lusitel.example", "never@lusitel.example"), "failed"),
        **{f"{who}@lusitel.example": "sent" for who in ("greylisted", "dropped", "garbage", "hanging")},
    }
    failed = [event.data["recipient"] for event in _events(world, kept.ticket_id, "not_sent")]
    assert sorted(failed) == sorted(address for address, copy in copies.items() if copy.state == "failed")
    answers = {address: [raw for raw in taken if b"Auto-Submitted" not in raw] for address, taken in odd.taken.items()}
    assert {address: len(taken) for address, taken in answers.items() if taken} == dict.fromkeys(
        (address for address, copy in copies.items() if copy.state == "sent"), 1
    )


def test_an_answer_nobody_got_was_no_first_response(world: World, odd: OddRelay) -> None:
    address = "refused@lusitel.example"
    kept = world.receive(mail(sender=address), sender=address)
    _answered(world, kept.ticket_id, [])
    assert world.ticket(kept.ticket_id).first_response_at is not None
    world.work()
    assert world.ticket(kept.ticket_id).first_response_at is None
    (told,) = _events(world, kept.ticket_id, "not_sent")[-1:]
    assert told.data["first_response"][1] is None


def test_a_notice_that_does_not_leave_is_told_on_its_ticket_and_asks_nobody_to_act(
    world: World, odd: OddRelay, moving: list[datetime]
) -> None:
    never = "never@lusitel.example"
    with world.database.desk(1) as session:
        agent = add_agent(session, never, "agent", clock.now())
    kept = world.receive(mail())
    with world.database.desk(1) as session:
        ticket = by_id(session, kept.ticket_id or 0, lock=True)
        assert ticket is not None
        change(session, ticket, MAILGATE, clock.now(), given={"assignee": (None, Named(agent.id, "Never"))})
        mark_read(ticket)
    world.work()
    for _ in range(LATE_TRY - 1):
        moving[0] += timedelta(minutes=75)
        world.work()
    (late,) = _events(world, kept.ticket_id, "not_sent_yet")
    assert (late.data["recipient"], world.ticket(kept.ticket_id).is_unread) == (never, False)
    with world.database.desk(1) as session:
        ((copy, _),) = list_copies(session, states=("waiting",), before=None, limit=10)
    assert (copy.letter, copy.recipient) == ("assigned", never)


def _answered(world: World, ticket_id: int | None, cc: list[Address]) -> None:
    with world.database.desk(1) as session:
        ticket, mailbox = by_id(session, ticket_id or 0, lock=True), mailbox_by_address(session, DESK)
        assert ticket is not None
        assert mailbox is not None
        by = Actor("agent", "Mara")
        answer(session, ticket, mailbox, "Hello.", by, clock.now(), world.shop.marks, channel="web", cc=cc)


def _answers(world: World) -> dict[str, OutboxCopy]:
    with world.database.desk(1) as session:
        found = list_copies(session, states=(), before=None, limit=100)
        return {copy.recipient: copy for copy, _ in found if copy.letter == "answered"}


def _events(world: World, ticket_id: int | None, kind: str) -> list[Event]:
    with world.database.desk(1) as session:
        return [event for event in history_of(session, ticket_id or 0) if event.kind == kind]


def _patience_ends(world: World) -> None:
    """Five days of tries, made short."""
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET tries = 120 WHERE state = 'waiting' AND letter = 'answered'")
