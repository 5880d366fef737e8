"""An agent forwards a customer's mail: the ticket is the customer's, if the mail proves that it is the agent's."""

import pytest

from mailgate.mail import Kind
from mailgate.store.events import history_of
from tests.parse.forwards import HTML, PLAIN, WORDS
from tests.support.mails import mail
from tests.support.world import World

MARA, ANN = "mara@nordlicht.example", "ann@example.org"
CLIENTS = ["Gmail", "Outlook in English", "Outlook in German", "Outlook on the web", "Apple Mail", "iPhone in German",
           "Thunderbird"]  # fmt: skip


def _forward(name: str, above: str = "") -> bytes:
    subject, _, text = PLAIN[name].partition("\n")
    mark = "\n> " if "> WORDS" in text else "\n"
    body = above + text.replace("WORDS", WORDS.replace("\n", mark))
    return mail(sender=f"Mara Koch <{MARA}>", subject=subject, body=body, headers=_UTF8)


_UTF8 = (("MIME-Version", "1.0"), ("Content-Type", "text/plain; charset=utf-8"))


@pytest.mark.parametrize("name", CLIENTS)
def test_a_forward_opens_the_ticket_for_whoever_wrote_it(world: World, name: str) -> None:
    kept = world.receive(_forward(name), sender=MARA, trust="pass")
    assert kept.outcome == "opened"
    ticket = world.ticket(kept.ticket_id)
    assert (ticket.requester_address, ticket.subject, ticket.status) == (ANN, "Parcel", "new")
    (said,) = world.thread(ticket.id)
    assert (said.author, said.direction, said.kind) == ("Ann Lee", "in", Kind.PERSON)
    assert said.text == WORDS
    with world.database.desk(1) as session:
        opened, unanswered = history_of(session, ticket.id)
    assert (opened.actor_name, unanswered.kind) == ("Mara Koch", "not_acknowledged")
    assert world.relay.taken == []


@pytest.mark.parametrize("name", ["Gmail", "Outlook", "Apple Mail", "Thunderbird"])
def test_a_forward_in_html_does_so_too(world: World, name: str) -> None:
    subject, _, body = HTML[name].partition("\n")
    head = (("MIME-Version", "1.0"), ("Content-Type", "text/html; charset=utf-8"))
    raw = mail(sender=MARA, subject=subject, body=body.replace("WORDS", "The parcel is not here."), headers=head)
    ticket = world.ticket(world.receive(raw, sender=MARA, trust="pass").ticket_id)
    assert ticket.requester_address == ANN
    assert [message.direction for message in world.thread(ticket.id)] == ["in", "note"]


def _as_attachment() -> bytes:
    inner = mail(sender=f"Ann Lee <{ANN}>", subject="Parcel", message_id="parcel@example.org", body="Where is it?")
    body = (
        "--x\r\nContent-Type: text/plain\r\n\r\nPlease help her.\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n"
        + inner.decode() + "\r\n--x--\r\n"
    )  # fmt: skip
    head = (("MIME-Version", "1.0"), ("Content-Type", "multipart/mixed; boundary=x"))
    return mail(sender=MARA, subject="Fwd: Parcel", body=body, headers=head)


def test_a_forward_as_attachment_keeps_the_customers_thread(world: World) -> None:
    kept = world.receive(_as_attachment(), sender=MARA, trust="pass")
    ticket = world.ticket(kept.ticket_id)
    assert ticket.requester_address == ANN
    said, note = world.thread(ticket.id)
    assert (said.text.strip(), note.direction, note.text) == ("Where is it?", "note", "Please help her.")
    reply = mail(sender=ANN, subject="Re: Parcel", headers=(("In-Reply-To", "<parcel@example.org>"),))
    assert world.receive(reply, sender=ANN).ticket_id == ticket.id


def test_commands_above_a_forward_are_carried_out(world: World) -> None:
    raw = _forward("Gmail", "#assign me\n#priority high\nShe called, too.\n\n")
    ticket = world.ticket(world.receive(raw, sender=MARA, trust="pass").ticket_id)
    assert (ticket.requester_address, ticket.priority) == (ANN, "high")
    assert ticket.assignee_id is not None
    assert world.thread(ticket.id)[-1].text == "She called, too."


def test_a_mistaken_command_loses_no_forward(world: World) -> None:
    raw = _forward("Gmail", "#asign me\n\n")
    ticket = world.ticket(world.receive(raw, sender=MARA, trust="pass").ticket_id)
    assert ticket.requester_address == ANN
    assert "no command #asign" in world.thread(ticket.id)[-1].text


@pytest.mark.parametrize(("trust", "cause"), [("none", "unauthenticated-agent"), ("fail", "forged-sender")])
def test_a_forward_that_proves_nothing_is_held(world: World, trust: str, cause: str) -> None:
    for raw in (_forward("Gmail"), _as_attachment(), mail(sender=MARA, body="#priority urgent\r\nMy printer burns.")):
        kept = world.receive(raw, sender=MARA, trust=trust)
        assert (kept.outcome, kept.cause) == ("held", cause)
    assert world.count("SELECT count(*) FROM tickets") == 0
    assert world.reconciles()


def test_what_a_customer_forwards_is_the_customers(world: World) -> None:
    subject, _, text = PLAIN["Gmail"].partition("\n")
    kept = world.receive(mail(subject=subject, body=text.replace("WORDS", WORDS), headers=_UTF8), trust="pass")
    assert world.ticket(kept.ticket_id).requester_address == "ana@lusitel.example"


def test_a_forward_into_a_ticket_is_a_note_and_goes_to_nobody(world: World) -> None:
    ticket = world.ticket(world.receive(mail()).ticket_id)
    subject, _, text = PLAIN["Gmail"].partition("\n")
    raw = mail(sender=MARA, subject=f"{subject} [#{ticket.number}]", body="Look.\n\n" + text, headers=_UTF8)
    back = world.receive(raw, sender=MARA, trust="pass")
    assert (back.outcome, back.ticket_id) == ("appended", ticket.id)
    assert world.thread(ticket.id)[-1].direction == "note"
    assert len(world.relay.taken) == 1


def test_a_new_request_of_an_agent_with_commands_is_theirs(world: World) -> None:
    raw = mail(sender=MARA, subject="My printer", body="#priority urgent\r\nIt burns.")
    ticket = world.ticket(world.receive(raw, sender=MARA, trust="pass").ticket_id)
    assert (ticket.requester_address, ticket.priority) == (MARA, "urgent")
