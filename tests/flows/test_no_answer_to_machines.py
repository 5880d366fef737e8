"""The reply is suppressed, never the ticket: no automatic answer to a machine, and the reason stands on the ticket."""

from datetime import UTC, datetime, timedelta

import pytest

from mailgate import clock
from mailgate.mail import Envelope, Letter, Verdict
from mailgate.store.events import history_of
from mailgate.store.office import Mailbox
from mailgate.thread.arrival import Arrival
from mailgate.thread.own import not_addressed, own_mail
from tests.support.mails import mail
from tests.support.world import DESK, World

ANA = "ana@lusitel.example"
MACHINES = [
    ("Auto-Submitted", "auto-generated (rejected)"),
    ("Precedence", "bulk"),
    ("X-Precedence", "list"),
    ("List-Id", "<news.lusitel.example>"),
    ("Feedback-ID", "1:2:3"),
    ("X-Auto-Response-Suppress", "OOF, AutoReply"),
    ("X-Autoreply", "yes"),
    ("X-FC-MachineGenerated", "true"),
]


@pytest.mark.parametrize(("name", "value"), MACHINES, ids=[name for name, _ in MACHINES])
def test_a_machine_opens_a_ticket_and_gets_no_answer(world: World, name: str, value: str) -> None:
    kept = world.receive(mail(headers=((name, value),)))
    assert kept.outcome == "opened"
    assert world.relay.taken == []
    with world.database.desk(1) as session:
        (why,) = [event for event in history_of(session, kept.ticket_id or 0) if event.kind == "not_acknowledged"]
    assert why.data["reasons"]


@pytest.mark.parametrize("sender", ["mailer-daemon@x.example", "no-reply@x.example", "owner-list@x.example"])
def test_an_address_that_nobody_reads_gets_no_answer(world: World, sender: str) -> None:
    assert world.receive(mail(sender=sender), sender=sender).ticket_id is not None
    assert world.relay.taken == []


def test_an_empty_envelope_sender_gets_no_answer(world: World) -> None:
    assert world.receive(mail(), sender="").outcome in {"opened", "bounce"}
    assert world.relay.taken == []


def test_an_out_of_office_is_appended_and_neither_reopens_nor_marks_unread(world: World) -> None:
    kept = world.receive(mail())
    (ack,) = world.relay.to(ANA)
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE tickets SET status = 'resolved', is_unread = false")
    away = mail(
        subject=f"Automatic reply: {ack.mail['Subject']}",
        headers=(("Auto-Submitted", "auto-replied"), ("In-Reply-To", str(ack.mail["Message-ID"]))),
    )
    back = world.receive(away)
    assert (back.outcome, back.ticket_id) == ("appended", kept.ticket_id)
    ticket = world.ticket(kept.ticket_id)
    assert (ticket.status, ticket.is_unread) == ("resolved", False)
    assert len(world.relay.taken) == 1


def test_our_own_letter_coming_back_is_held(world: World) -> None:
    world.receive(mail())
    (ack,) = world.relay.to(ANA)
    back = world.receive(ack.raw, sender="")
    assert (back.state, back.outcome) == ("held", "held")
    assert world.receive(mail(sender=DESK), sender=DESK).outcome == "held"
    assert world.count("SELECT count(*) FROM tickets") == 1
    assert world.reconciles()


def test_a_mail_in_circles_is_held(world: World) -> None:
    round_and_round = b"Received: from a by b\r\n" * 51 + mail()
    assert world.receive(round_and_round).outcome == "held"


def test_a_mail_to_somebody_else_is_not_answered() -> None:
    def arrival(recipient: str) -> Arrival:
        envelope = Envelope("ana@lusitel.example", recipient, "imap", "imap.example")
        return Arrival(1, 1, envelope, Letter(sender=None), Verdict())

    mailbox = Mailbox(address=DESK, catch_all=False)
    assert not_addressed(arrival("somebody@else.example"), mailbox)
    assert not_addressed(arrival("other@nordlicht.example"), mailbox)
    assert not_addressed(arrival("help+t1.abc@nordlicht.example"), mailbox) is None
    assert not_addressed(arrival("other@nordlicht.example"), Mailbox(address=DESK, catch_all=True)) is None


def test_a_forged_message_id_of_ours_needs_our_key(world: World) -> None:
    forged = Letter(sender=None, message_id="tc.aaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaa@nordlicht.example")
    arrival = Arrival(1, 1, Envelope("", DESK, "smtp", "x"), forged, Verdict())
    assert own_mail(arrival, 1, world.shop.marks, {DESK}) is None


def test_the_cap_counts_a_day_and_no_longer(world: World) -> None:
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)
    moment = {"now": start}
    clock.follow(lambda: moment["now"])
    try:
        for number in range(6):
            world.receive(mail(subject=f"Request {number}"))
        assert len(world.relay.to(ANA)) == 5
        moment["now"] = start + timedelta(hours=25)
        world.receive(mail(subject="The next day"))
        assert len(world.relay.to(ANA)) == 6
    finally:
        clock.follow(None)
