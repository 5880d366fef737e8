"""A letter travels the whole way: in, filed, acknowledged, answered, and back again."""

from mailgate import clock
from mailgate.store.agents import agent_by_email
from mailgate.store.office import mailbox_by_address
from mailgate.store.tickets import by_id
from mailgate.tickets.answer import answer
from mailgate.tickets.history import Actor
from tests.support.mails import mail
from tests.support.relay import Taken
from tests.support.world import DESK, World

ANA = "ana@lusitel.example"


def _answer(world: World, ticket_id: int, words: str) -> Taken:
    with world.database.desk(world.org) as session:
        ticket = by_id(session, ticket_id, lock=True)
        mailbox = mailbox_by_address(session, DESK)
        mara = agent_by_email(session, "mara@nordlicht.example")
        assert ticket is not None
        assert mailbox is not None
        assert mara is not None
        by = Actor("agent", mara.name, agent_id=mara.id)
        answer(session, ticket, mailbox, words, by, clock.now(), world.shop.marks, channel="web")
    world.work()
    return world.relay.to(ANA)[-1]


def test_first_mail_opens_a_ticket_and_is_acknowledged_once(world: World) -> None:
    kept = world.receive(mail())
    assert kept.outcome == "opened"
    ticket = world.ticket(kept.ticket_id)
    assert ticket.number.startswith("TKT-20")
    assert ticket.status == "new"
    (ack,) = world.relay.to(ANA)
    assert ack.sender == ""
    assert ticket.number in ack.mail["Subject"]
    assert ack.mail["Auto-Submitted"] == "auto-replied"
    assert "since yesterday" not in ack.raw.decode()
    assert world.reconciles()


def test_agents_answer_reaches_the_customer_and_sets_the_ticket_to_waiting(world: World) -> None:
    kept = world.receive(mail(message_id="first@lusitel.example"))
    letter = _answer(world, kept.ticket_id or 0, "I have sent you a fresh link.")
    assert "fresh link" in letter.text
    assert letter.mail["In-Reply-To"] == "<first@lusitel.example>"
    assert letter.mail["Auto-Submitted"] is None
    assert letter.sender.startswith("help+b")
    assert world.ticket(kept.ticket_id).status == "pending"


def test_reply_by_header_lands_in_the_ticket_and_reopens_it(world: World) -> None:
    kept = world.receive(mail())
    letter = _answer(world, kept.ticket_id or 0, "Try again, please.")
    back = world.receive(mail(body="It works.", headers=(("In-Reply-To", str(letter.mail["Message-ID"])),)))
    assert (back.outcome, back.ticket_id) == ("appended", kept.ticket_id)
    assert world.ticket(kept.ticket_id).status == "open"
    assert [m.direction for m in world.thread(kept.ticket_id)] == ["in", "system", "out", "in"]


def test_reply_by_address_token_lands_in_the_ticket(world: World) -> None:
    kept = world.receive(mail())
    letter = _answer(world, kept.ticket_id or 0, "Try again, please.")
    address = str(letter.mail["Reply-To"])
    back = world.receive(mail(subject="something else", to=address), to=address)
    assert (back.outcome, back.ticket_id) == ("appended", kept.ticket_id)


def test_reply_by_subject_token_lands_in_the_ticket(world: World) -> None:
    kept = world.receive(mail())
    number = world.ticket(kept.ticket_id).number
    back = world.receive(mail(subject=f"AW: Re: [#{number}] Cannot sign in"))
    assert (back.outcome, back.ticket_id) == ("appended", kept.ticket_id)


def test_stranger_with_a_number_gets_a_new_linked_ticket_and_learns_nothing(world: World) -> None:
    kept = world.receive(mail(body="A secret of Ana's."))
    number = world.ticket(kept.ticket_id).number
    odd = world.receive(
        mail(sender="eve@elsewhere.example", subject=f"Re: [#{number}] hello"), sender="eve@elsewhere.example"
    )
    assert odd.outcome == "opened"
    assert odd.ticket_id != kept.ticket_id
    assert "says it belongs" in odd.reasons[0]
    assert world.count(f"SELECT count(*) FROM ticket_links WHERE ticket_id = {odd.ticket_id}") == 1
    (ack,) = world.relay.to("eve@elsewhere.example")
    assert number not in ack.raw.decode()
    assert "secret" not in ack.raw.decode()


def test_same_mail_twice_is_one_ticket(world: World) -> None:
    raw = mail()
    first = world.receive(raw)
    again = world.receive(b"Received: from elsewhere\r\n" + raw)
    assert again.outcome == "duplicate"
    assert again.ticket_id == first.ticket_id
    assert world.count("SELECT count(*) FROM tickets") == 1
    assert len(world.relay.to(ANA)) == 1


def test_reused_message_id_with_other_words_is_kept(world: World) -> None:
    world.receive(mail(message_id="same@lusitel.example", body="One thing."))
    other = world.receive(mail(message_id="same@lusitel.example", body="Quite another thing."))
    assert other.outcome == "opened"


def test_four_first_mails_of_one_sender_at_once_are_four_tickets(world: World) -> None:
    for number in range(4):
        world.deliver(mail(subject=f"Request {number}"))
    world.work()
    assert world.count("SELECT count(*) FROM tickets") == 4
    assert world.count("SELECT count(*) FROM people") == 1
    assert len(world.relay.to(ANA)) == 4


def test_two_mails_of_one_thread_in_one_batch_are_one_ticket(world: World) -> None:
    world.deliver(mail(message_id="root@lusitel.example"))
    world.deliver(mail(headers=(("References", "<root@lusitel.example>"),)))
    world.work()
    assert world.count("SELECT count(*) FROM tickets") == 1


def test_no_more_than_five_acknowledgements_a_day_to_one_sender(world: World) -> None:
    for number in range(7):
        world.deliver(mail(subject=f"Request {number}"))
    world.work()
    assert world.count("SELECT count(*) FROM tickets") == 7
    assert len(world.relay.to(ANA)) == 5
    assert world.count("SELECT count(*) FROM events WHERE kind = 'not_acknowledged'") == 2


def test_bounce_of_an_answer_marks_its_copy_and_the_ticket(world: World) -> None:
    kept = world.receive(mail())
    letter = _answer(world, kept.ticket_id or 0, "Try again, please.")
    report = (
        b"From: MAILER-DAEMON@lusitel.example\r\nTo: " + letter.sender.encode() + b"\r\n"
        b"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <b1@lusitel.example>\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\nMIME-Version: 1.0\r\n\r\n"
        b"--x\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
        b"--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.lusitel.example\r\n\r\n"
        b"Final-Recipient: rfc822; ana@lusitel.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        b"Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--x--\r\n"
    )
    back = world.receive(report, to=letter.sender, sender="")
    assert (back.outcome, back.ticket_id) == ("bounce", kept.ticket_id)
    assert world.count("SELECT count(*) FROM outbox WHERE state = 'bounced'") == 1
    assert world.count("SELECT count(*) FROM tickets") == 1
