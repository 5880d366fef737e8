"""An answer that leaves later: taken back without a trace at the customer, held when they write, sent at its time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from mailgate import clock
from mailgate.errors import Conflict
from mailgate.mail import Address
from mailgate.office.links import conversation_link
from mailgate.sla.facts import What
from mailgate.store.events import history_of
from mailgate.store.messages import Message, thread_of
from mailgate.store.office import mailbox_by_address
from mailgate.store.outbox import CUSTOMER_WROTE, OutboxCopy, list_copies
from mailgate.store.tickets import by_id, participants_of
from mailgate.store.timing import happened_on
from mailgate.tickets.answer import answer
from mailgate.tickets.clocks import facts
from mailgate.tickets.history import Actor
from mailgate.tickets.outgoing import cancel, for_customers, send_now, take_back
from tests.support.mails import mail
from tests.support.world import DESK, World

ANA, BEN = "ana@lusitel.example", "ben@lusitel.example"
MARA = Actor("agent", "Mara")
LATER = timedelta(hours=3)


@pytest.fixture
def moving() -> Iterator[list[datetime]]:
    """The time, as the only item of a list."""
    at = [clock.now()]
    clock.follow(lambda: at[0])
    yield at
    clock.follow(None)


def test_an_answer_taken_back_never_was(world: World, moving: list[datetime]) -> None:
    """Also when it is taken back before it was written, or when a worker writes it at that very moment."""
    ticket_id = world.receive(mail()).ticket_id or 0
    before = world.ticket(ticket_id)
    for is_written in (False, True):
        moving[0] += timedelta(minutes=1)
        message = _answer(world, ticket_id, cc=[Address(BEN)])
        assert world.ticket(ticket_id).status == "pending"
        if is_written:
            world.work()
        with world.database.desk(1) as session:
            assert for_customers(session, thread_of(session, ticket_id), moving[0])[-1].id != message.id
            assert take_back(session, ticket_id, message.id, MARA, clock.now()).text == "In a while."
        with world.database.desk(1) as session, pytest.raises(Conflict):
            take_back(session, ticket_id, message.id, MARA, clock.now())
        moving[0] += LATER
        world.work()
        assert len(world.relay.taken) == 1, "only the acknowledgement left"
        after = world.ticket(ticket_id)
        assert (after.status, after.first_response_at, after.message_count) == (
            before.status, None, before.message_count,
        )  # fmt: skip
        with world.database.desk(1) as session:
            assert participants_of(session, [ticket_id])[ticket_id] == set()
            assert message.id not in {one.id for one in thread_of(session, ticket_id)}
            assert history_of(session, ticket_id)[-1].kind == "answer_withdrawn"
    assert {copy.state for copy in _copies(world)} == {"cancelled"}


def test_it_leaves_at_its_time_and_then_stays_sent(world: World, moving: list[datetime]) -> None:
    ticket_id = world.receive(mail()).ticket_id or 0
    message = _answer(world, ticket_id)
    world.work()
    moving[0] += LATER - timedelta(seconds=1)
    world.work()
    assert [copy.state for copy in _copies(world)] == ["waiting"]
    assert (world.ticket(ticket_id).first_response_at, _answered_at(world, ticket_id)) == (None, None)
    moving[0] += timedelta(seconds=1)
    world.work()
    assert [copy.state for copy in _copies(world)] == ["sent"]
    assert (world.ticket(ticket_id).first_response_at, _answered_at(world, ticket_id)) == (moving[0], moving[0])
    with world.database.desk(1) as session:
        assert for_customers(session, thread_of(session, ticket_id), moving[0])[-1].id == message.id
        with pytest.raises(Conflict, match="left already"):
            take_back(session, ticket_id, message.id, MARA, clock.now())


def test_it_is_held_if_the_customer_writes_meanwhile_and_goes_when_somebody_says_so(
    world: World, moving: list[datetime]
) -> None:
    ticket_id = world.receive(mail()).ticket_id or 0
    _answer(world, ticket_id, cc=[Address(BEN)])
    world.work()
    moving[0] += timedelta(minutes=5)
    token = world.relay.taken[0].mail["Reply-To"]
    away = mail(to=token, subject="Away", body="I am away.", headers=(("Auto-Submitted", "auto-replied"),))
    world.receive(away, to=token)
    wrote = world.receive(mail(to=token, subject="Never mind", body="It works again."), to=token)
    assert wrote.ticket_id == ticket_id
    moving[0] += LATER
    world.work()
    copies = _copies(world)
    assert {(copy.state, copy.held_for, copy.tries) for copy in copies} == {("held", CUSTOMER_WROTE, 0)}
    with world.database.desk(1) as session:
        assert [event.kind for event in history_of(session, ticket_id)].count("answer_held") == 1
        assert len(for_customers(session, thread_of(session, ticket_id), moving[0])) == 4
        assert _answered_at(world, ticket_id) is None
        cancel(session, copies[0].id, MARA, clock.now())
        send_now(session, copies[1].id, MARA, clock.now())
    assert _answered_at(world, ticket_id) == moving[0]
    world.work()
    assert {copy.recipient: copy.state for copy in _copies(world)} == {ANA: "cancelled", BEN: "sent"} or {
        copy.recipient: copy.state for copy in _copies(world)
    } == {ANA: "sent", BEN: "cancelled"}


def test_a_machines_mail_holds_nothing(world: World, moving: list[datetime]) -> None:
    ticket_id = world.receive(mail()).ticket_id or 0
    _answer(world, ticket_id)
    moving[0] += timedelta(minutes=5)
    token = world.relay.taken[0].mail["Reply-To"]
    away = mail(to=token, subject="Away", body="I am away.", headers=(("Auto-Submitted", "auto-replied"),))
    assert world.receive(away, to=token).ticket_id == ticket_id
    moving[0] += LATER
    world.work()
    assert [copy.state for copy in _copies(world)] == ["sent"]


def _answer(world: World, ticket_id: int, cc: list[Address] | None = None) -> Message:
    with world.database.desk(1) as session:
        ticket, mailbox = by_id(session, ticket_id, lock=True), mailbox_by_address(session, DESK)
        assert ticket is not None
        assert mailbox is not None
        assert conversation_link(session, ticket, clock.now(), "https://desk.example")
        return answer(
            session, ticket, mailbox, "In a while.", MARA, clock.now(), world.shop.marks,
            channel="web", cc=cc or [], leaves_at=clock.now() + LATER,
        )  # fmt: skip


def _answered_at(world: World, ticket_id: int) -> datetime | None:
    """When the customer was answered, as clocks see it."""
    with world.database.desk(1) as session:
        seen = list(facts(happened_on(session, [ticket_id])[ticket_id], ANA))
    return next((fact.at for fact in seen if fact.what is What.ANSWERED), None)


def _copies(world: World) -> list[OutboxCopy]:
    with world.database.desk(1) as session:
        found = list_copies(session, states=(), before=None, limit=100)
        return [copy for copy, _ in found if copy.letter == "answered"]
