"""Reports that come back are mapped to the very copy they speak of; what proves nothing changes nothing."""

import pytest

from mailgate import clock
from mailgate.mail import Address
from mailgate.store.events import Event, history_of
from mailgate.store.kept import KeptMail
from mailgate.store.office import mailbox_by_address
from mailgate.store.outbox import OutboxCopy, copies_of_messages, try_again
from mailgate.store.people import failing
from mailgate.store.tickets import by_id
from mailgate.tickets.answer import answer
from mailgate.tickets.change import set_status
from mailgate.tickets.history import Actor
from mailgate.tickets.recipients import judged
from tests.support.mails import mail
from tests.support.relay import Taken
from tests.support.world import DESK, World

ANA, BEN = "ana@lusitel.example", "ben@lusitel.example"


def _answer(world: World, ticket_id: int | None, *cc: str) -> list[Taken]:
    """An answer goes out; what the relay took, by recipient."""
    before = len(world.relay.taken)
    with world.database.desk(1) as session:
        ticket, mailbox = by_id(session, ticket_id or 0, lock=True), mailbox_by_address(session, DESK)
        assert ticket is not None
        assert mailbox is not None
        answer(session, ticket, mailbox, "Try again, please.", Actor("agent", "Mara"), clock.now(), world.shop.marks,
               channel="web", cc=[Address(address) for address in cc])  # fmt: skip
    world.work()
    return sorted(world.relay.taken[before:], key=lambda taken: taken.recipient)


def _report(
    action: str, recipient: str, *, status: str = "5.1.1", original: str | None = None, to: str = DESK
) -> bytes:
    parts = [
        "--x\r\nContent-Type: text/plain\r\n\r\nThis is the mail system.\r\n",
        (
            "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.lusitel.example\r\n\r\n"
            f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
            f"Diagnostic-Code: smtp; 550 {status} these are its words\r\n\r\n"
        ),
    ]
    if original is not None:
        parts.append(
            f"--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {original}\r\nTo: {recipient}\r\n\r\n"
        )
    return mail(
        sender="MAILER-DAEMON@lusitel.example", to=to, subject="Undelivered Mail Returned to Sender",
        body="".join(parts) + "--x--",
        headers=(("MIME-Version", "1.0"),
                 ("Content-Type", "multipart/report; report-type=delivery-status; boundary=x")),
    )  # fmt: skip


def _back(world: World, raw: bytes, to: str) -> KeptMail:
    return world.receive(raw, to=to, sender="")


def _copies(world: World, ticket_id: int | None) -> dict[str, OutboxCopy]:
    with world.database.desk(1) as session:
        messages = [message.id for message in world.thread(ticket_id) if message.direction == "out"]
        return {copy.recipient: copy for copies in copies_of_messages(session, messages).values() for copy in copies}


def _last(world: World, ticket_id: int | None) -> Event:
    with world.database.desk(1) as session:
        return history_of(session, ticket_id or 0)[-1]


def _failing(world: World, *addresses: str) -> set[str]:
    with world.database.desk(1) as session:
        return set(failing(session, addresses))


def test_a_report_to_our_return_path_means_that_copy_and_no_other(world: World) -> None:
    kept = world.receive(mail())
    to_ana, to_ben = _answer(world, kept.ticket_id, BEN)
    back = _back(world, _report("failed", BEN), to_ben.sender)
    assert (back.outcome, back.ticket_id) == ("bounce", kept.ticket_id)
    copies = _copies(world, kept.ticket_id)
    assert {address: copy.state for address, copy in copies.items()} == {ANA: "sent", BEN: "bounced"}
    assert "these are its words" in str(copies[BEN].answer)
    assert to_ana.sender != to_ben.sender


@pytest.mark.parametrize("status", ["pending", "on_hold", "resolved", "closed"])
def test_an_answer_that_came_back_waits_for_an_agent_again(world: World, status: str) -> None:
    kept = world.receive(mail())
    (letter,) = _answer(world, kept.ticket_id)
    with world.database.desk(1) as session:
        ticket = by_id(session, kept.ticket_id or 0, lock=True)
        assert ticket is not None
        set_status(ticket, status, clock.now())
    _back(world, _report("failed", ANA), letter.sender)
    after, event = world.ticket(kept.ticket_id), _last(world, kept.ticket_id)
    assert (after.status, after.is_unread, after.resolved_at) == ("open", True, None)
    assert (event.kind, event.data["status"]) == ("bounced", [status, "open"])


def test_without_our_return_path_our_message_id_proves_it(world: World) -> None:
    kept = world.receive(mail())
    letters = _answer(world, kept.ticket_id, BEN)
    original = str(letters[0].mail["Message-ID"])
    back = _back(world, _report("failed", BEN, original=original), DESK)
    assert back.ticket_id == kept.ticket_id
    assert {address: copy.state for address, copy in _copies(world, kept.ticket_id).items()} == {
        ANA: "sent", BEN: "bounced",
    }  # fmt: skip
    assert _failing(world, ANA, BEN) == set(), "a Message-ID is known to all recipients: it marks nobody's address"


@pytest.mark.parametrize("original", [None, "<tc.aaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaa@nordlicht.example>"])
def test_what_proves_nothing_changes_nothing_and_leaves_a_hint(world: World, original: str | None) -> None:
    kept = world.receive(mail())
    _answer(world, kept.ticket_id)
    back = _back(world, _report("failed", ANA, original=original), DESK)
    assert (back.outcome, back.ticket_id) == ("bounce", None)
    assert f"Perhaps the letter to {ANA}" in back.reasons[-1]
    assert world.ticket(kept.ticket_id).number in back.reasons[-1]
    assert {copy.state for copy in _copies(world, kept.ticket_id).values()} == {"sent"}
    assert world.ticket(kept.ticket_id).status == "pending"


def test_a_hard_failure_marks_the_address_until_somebody_sends_again(world: World) -> None:
    kept = world.receive(mail())
    (letter,) = _answer(world, kept.ticket_id)
    _back(world, _report("failed", ANA), letter.sender)
    assert _failing(world, ANA) == {ANA}
    before = len(world.relay.taken)
    other = world.receive(mail(subject="Something else"))
    assert len(world.relay.taken) == before
    event = _last(world, other.ticket_id)
    assert event.kind == "not_acknowledged"
    assert "come back since" in event.data["reasons"][0]
    with world.database.desk(1) as session:
        assert try_again(session, _copies(world, kept.ticket_id)[ANA].id, clock.now())
    world.work()
    assert _failing(world, ANA) == set()


def test_whoever_never_wrote_is_marked_too_until_they_write(world: World) -> None:
    kept = world.receive(mail())
    letter = next(letter for letter in _answer(world, kept.ticket_id, BEN) if letter.recipient == BEN)
    for _ in range(2):
        _back(world, _report("failed", BEN), letter.sender)
    assert _failing(world, ANA, BEN) == {BEN}
    with world.database.desk(1) as session:
        (ben,) = judged(session, world.ticket(kept.ticket_id), [BEN])
        assert ben.is_failing
    world.receive(mail(sender=BEN), sender=BEN)
    assert _failing(world, BEN) == {BEN}, "anybody can write as if"
    world.receive(mail(sender=BEN, subject="Me"), sender=BEN, trust="pass")
    assert _failing(world, BEN) == set()


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "5.3.4", "4.4.7"])
def test_a_full_or_suspicious_mailbox_is_no_dead_address(world: World, status: str) -> None:
    kept = world.receive(mail())
    (letter,) = _answer(world, kept.ticket_id)
    _back(world, _report("failed", ANA, status=status), letter.sender)
    assert _copies(world, kept.ticket_id)[ANA].state == "bounced"
    assert _failing(world, ANA) == set()


def test_a_delay_is_told_and_changes_nothing(world: World) -> None:
    kept = world.receive(mail())
    (letter,) = _answer(world, kept.ticket_id)
    back = _back(world, _report("delayed", ANA, status="4.4.1"), letter.sender)
    assert back.outcome == "bounce"
    assert (_last(world, kept.ticket_id).kind, world.ticket(kept.ticket_id).status) == ("delayed", "pending")
    assert _copies(world, kept.ticket_id)[ANA].state == "sent"


def test_a_delivery_is_noted_on_its_copy(world: World) -> None:
    kept = world.receive(mail())
    (letter,) = _answer(world, kept.ticket_id)
    back = _back(world, _report("delivered", ANA, status="2.0.0"), letter.sender)
    assert (back.ticket_id, _copies(world, kept.ticket_id)[ANA].state) == (kept.ticket_id, "delivered")
    assert world.ticket(kept.ticket_id).status == "pending"


def test_a_second_report_on_the_same_copy_tells_nothing_new(world: World) -> None:
    kept = world.receive(mail())
    (letter,) = _answer(world, kept.ticket_id)
    for _ in range(2):
        _back(world, _report("failed", ANA), letter.sender)
    with world.database.desk(1) as session:
        assert [event.kind for event in history_of(session, kept.ticket_id or 0)].count("bounced") == 1


def test_a_complaint_is_told_on_its_ticket(world: World) -> None:
    kept = world.receive(mail())
    (letter,) = _answer(world, kept.ticket_id)
    body = (
        "--x\r\nContent-Type: text/plain\r\n\r\nAn abuse report.\r\n"
        "--x\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: Loop/1\r\n"
        f"Original-Rcpt-To: {ANA}\r\n\r\n"
        f"--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {letter.mail['Message-ID']}\r\n\r\n--x--"
    )
    raw = mail(
        sender="feedback@lusitel.example", subject="Abuse", body=body,
        headers=(("MIME-Version", "1.0"),
                 ("Content-Type", "multipart/report; report-type=feedback-report; boundary=x")),
    )  # fmt: skip
    back = world.receive(raw, sender="feedback@lusitel.example")
    assert (back.outcome, back.ticket_id) == ("complaint", kept.ticket_id)
    event = _last(world, kept.ticket_id)
    assert (event.kind, event.data["recipient"]) == ("complained", ANA)


def test_a_report_on_a_merged_ticket_is_told_where_it_goes_on(world: World) -> None:
    from mailgate.store.tickets import by_ids
    from mailgate.tickets.merge import merge

    one, two = world.receive(mail(subject="One")), world.receive(mail(subject="Two"))
    (letter,) = _answer(world, one.ticket_id)
    with world.database.desk(1) as session:
        both = by_ids(session, [one.ticket_id or 0, two.ticket_id or 0], lock=True)
        merge(session, both[one.ticket_id or 0], both[two.ticket_id or 0], Actor("agent", "Mara"), clock.now())
    _back(world, _report("failed", ANA), letter.sender)
    assert _last(world, two.ticket_id).kind == "bounced"


def test_an_answer_of_a_machine_to_our_return_path_finds_its_ticket(world: World) -> None:
    """vacation(1) answers the envelope's sender, and need not say what it answers."""
    kept = world.receive(mail())
    (letter,) = _answer(world, kept.ticket_id)
    away = mail(to=letter.sender, subject="away", body="I am away.", headers=(("Precedence", "bulk"),))
    back = world.receive(away, to=letter.sender)
    assert (back.outcome, back.ticket_id) == ("appended", kept.ticket_id)
    assert world.ticket(kept.ticket_id).status == "pending"
