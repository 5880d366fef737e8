"""`mailgate explain`: whoever asks learns what happened and why, by number, Message-ID or KEPT-ID."""

import json
from typing import Any

import pytest

from mailgate import clock
from mailgate.mail import Address
from mailgate.store.agents import agent_by_email
from mailgate.store.office import mailbox_by_address
from mailgate.store.tickets import by_id
from mailgate.tickets.answer import answer, note
from mailgate.tickets.change import change
from mailgate.tickets.history import Actor
from tests.cli.conftest import Mailgate
from tests.support.mails import mail
from tests.support.ruled import asks, rule
from tests.support.world import DESK, World


def _json(mailgate: Mailgate, reference: str) -> Any:
    said = mailgate("explain", reference, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def _work_on(world: World, ticket_id: int | None) -> None:
    """An agent leaves a note, raises the priority and answers."""
    with world.database.desk(1) as session:
        ticket = by_id(session, ticket_id or 0, lock=True)
        mailbox = mailbox_by_address(session, DESK)
        mara = agent_by_email(session, "mara@nordlicht.example")
        assert ticket is not None
        assert mailbox is not None
        assert mara is not None
        by = Actor("agent", mara.name, agent_id=mara.id)
        note(session, ticket, "Ask the bank.", by, clock.now(), channel="web")
        change(session, ticket, by, clock.now(), priority="high", tags=["vip"])
        cc = [Address("ben@lusitel.example")]
        answer(session, ticket, mailbox, "Done.", by, clock.now(), world.shop.marks, channel="web", cc=cc)
    world.work()


def test_a_ticket_is_told_from_its_first_mail_to_its_last_letter(world: World, mailgate: Mailgate) -> None:
    first = world.receive(mail(message_id="first@lusitel.example"))
    _work_on(world, first.ticket_id)
    world.receive(mail(headers=(("References", "<first@lusitel.example>"),)))
    number = world.ticket(first.ticket_id).number
    said = mailgate("explain", number)
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == f"Ticket {number}: Cannot sign in after reset"
    told = [
        f"Mail {first.id}: It came in by SMTP from 127.0.0.1, sent by <ana@lusitel.example> to <{DESK}>",
        "Read as: a person's mail",
        f"It opened {number}.",
        "It refers to nothing: a new request.",
        "Ana Ferreira opened the ticket.",
        "Mailgate wrote the automatic answer.",
        "The copy for ana@lusitel.example was sent at",
        "Mara Koch left a note.",
        "Mara Koch changed the ticket.",
        "Tags: none → vip",
        "Priority: normal → high",
        "Mara Koch answered.",
        "Status: new → pending",
        "The copy for ben@lusitel.example was sent at",
        "Looked at known Message-ID first@lusitel.example: leads to " + number,
        "Looked at authority ana@lusitel.example: the sender is its requester",
        f"It was added to {number}.",
        "Ana Ferreira wrote again.",
        "Status: pending → open",
    ]
    place = 0
    for words in told:
        place = next((n for n in range(place, len(lines)) if words in lines[n]), -1)
        assert place >= 0, f"{words!r} is missing, or out of order, in:\n{said.out}"
    assert "The relay said: 250" in said.out


@pytest.mark.parametrize("form", ["{}", "<{}>", " {} "])
def test_a_message_id_leads_to_every_delivery_of_that_mail(world: World, mailgate: Mailgate, form: str) -> None:
    raw = mail(message_id="once@lusitel.example")
    first, again = world.receive(raw), world.receive(raw)
    told = _json(mailgate, form.format("once@lusitel.example"))
    assert [one["about"] for one in told] == [f"Mail {first.id}", f"Mail {again.id}"]
    assert told[1]["mails"][0]["reasons"] == [f"The same mail was kept before, as {first.id}."]


def test_our_own_message_id_leads_to_its_ticket(world: World, mailgate: Mailgate) -> None:
    kept = world.receive(mail())
    (ack,) = world.relay.taken
    (told,) = _json(mailgate, str(ack.mail["Message-ID"]))
    assert told["about"] == f"Ticket {world.ticket(kept.ticket_id).number}"


def test_a_kept_mail_tells_why_no_answer_went_out(world: World, mailgate: Mailgate) -> None:
    kept = world.receive(mail(headers=(("Auto-Submitted", "auto-generated"),)))
    (told,) = _json(mailgate, str(kept.id))
    (mail_told,) = told["mails"]
    assert mail_told["outcome"].startswith("It opened TKT-")
    suppressed = [event for event in told["history"] if event["kind"] == "not_acknowledged"]
    assert len(suppressed) == 1
    assert any("Auto-Submitted" in reason for reason in suppressed[0]["details"])


def test_a_strangers_claim_is_told_with_what_was_refused(world: World, mailgate: Mailgate) -> None:
    number = world.ticket(world.receive(mail()).ticket_id).number
    odd = world.receive(
        mail(sender="eve@elsewhere.example", subject=f"Re: [#{number}] hi"), sender="eve@elsewhere.example"
    )
    (told,) = _json(mailgate, str(odd.id))
    looked = told["mails"][0]["looked"]
    assert [(one["signal"], one["state"]) for one in looked] == [
        ("number in the subject", ""),
        ("authority", "refused"),
    ]
    assert any(f"It says it belongs to {number}" in detail for event in told["history"] for detail in event["details"])


def test_a_held_mail_is_found_and_says_why(world: World, mailgate: Mailgate) -> None:
    world.receive(mail(sender=DESK, message_id="loop@nordlicht.example"))
    said = mailgate("explain", "loop@nordlicht.example")
    assert "It is held back, on the shelf." in said.out
    assert f"It was sent from our own address {DESK}." in said.out


def test_a_mail_that_waits_says_so(world: World, mailgate: Mailgate) -> None:
    kept_id = world.deliver(mail())
    assert "It waits to be read." in mailgate("explain", str(kept_id)).out


def test_a_refused_letter_is_told_with_the_relays_words(world: World, mailgate: Mailgate) -> None:
    world.relay.answer = "550 5.7.1 Not from you"
    kept = world.receive(mail())
    said = mailgate("explain", world.ticket(kept.ticket_id).number)
    assert "The letter to ana@lusitel.example could not be sent." in said.out
    assert "550 5.7.1 Not from you" in said.out


def test_what_a_mail_says_cannot_move_the_terminal(world: World, mailgate: Mailgate) -> None:
    kept = world.receive(mail(subject="=?utf-8?q?=1B[2Jgone?="), sender="a\x1bb@lusitel.example")
    assert "\x1b" not in mailgate("explain", str(kept.id)).out


@pytest.mark.parametrize("reference", ["TKT-1999-000001", "99999", "nobody@nowhere.example", "", "9" * 40, "\x1b[2J"])
def test_what_leads_nowhere_is_one_clear_line(mailgate: Mailgate, reference: str) -> None:
    said = mailgate("explain", reference)
    assert said.code == 1
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert "\x1b" not in said.err


def test_the_rules_that_acted_are_told_with_what_they_saw(world: World, mailgate: Mailgate) -> None:
    rule(world, "Sign-in", "created", ("tag", "sign-in"), where=[asks("words", "contains", "sign in")])
    number = world.ticket(world.receive(mail(subject="Cannot sign in")).ticket_id).number
    said = mailgate("explain", number).out
    assert "Rule “Sign-in” acted." in said
    assert "The rule “Sign-in” (version 1) acted. It saw:" in said
    assert "the subject or text: Cannot sign in" in said
    assert "Add the tag “sign-in”." in said
    (ran,) = _json(mailgate, number)[0]["rules"]
    assert (ran["rule"], ran["did"]) == ("Sign-in", ["Add the tag “sign-in”."])
