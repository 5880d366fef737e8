"""Other services' sign-up mails to our desk are held: whoever could read them could sign up as us (THREATS row 12)."""

import pytest

from tests.support.mails import mail
from tests.support.world import DESK, World

ROBOT = "no-reply@chat.example"
SUBJECTS = [
    "Confirm your email address",
    "Verify your account on Chat",
    "Chat: your verification code",
    "123456 is your Chat code",
    "Complete your registration",
    "Reset your password",
    "You have been invited to join the Nordlicht workspace",
    "Bitte bestätigen Sie Ihre E-Mail-Adresse",
    "Confirmez votre adresse e-mail",
    "Confirma tu correo electrónico",
    "Bevestig je e-mailadres",
]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_sign_up_mail_is_held_and_seen_by_nobody_outside(world: World, subject: str) -> None:
    kept = world.receive(mail(sender=f"Chat <{ROBOT}>", subject=subject), sender=ROBOT)
    assert (kept.outcome, kept.cause, kept.ticket_id) == ("held", "verification", None)
    assert world.relay.taken == []
    assert world.count("SELECT count(*) FROM tickets") == 0
    assert world.reconciles()


def test_a_code_in_the_words_is_enough(world: World) -> None:
    kept = world.receive(mail(sender=ROBOT, subject="Welcome", body="Your security code is 998877."), sender=ROBOT)
    assert kept.cause == "verification"


def test_sent_to_the_address_of_a_ticket_it_is_held_too(world: World) -> None:
    """The trick itself: a customer signs up elsewhere with the reply address of their own ticket."""
    kept = world.receive(mail())
    (ack,) = world.relay.to("ana@lusitel.example")
    address = str(ack.mail["Reply-To"])
    back = world.receive(mail(sender=ROBOT, to=address, subject="Verify your email"), to=address, sender=ROBOT)
    assert (back.outcome, back.cause) == ("held", "verification")
    assert len(world.thread(kept.ticket_id)) == 2, "the customer's mail and its acknowledgement"


@pytest.mark.parametrize(
    "subject",
    ["I cannot confirm my email address", "No verification code arrives", "Reset my password, please"],
)
def test_people_who_write_about_it_get_their_ticket(world: World, subject: str) -> None:
    assert world.receive(mail(subject=subject)).outcome == "opened"


def test_a_machine_with_other_news_gets_its_ticket(world: World) -> None:
    assert world.receive(mail(sender=ROBOT, subject="Backup finished"), sender=ROBOT).outcome == "opened"


def test_our_own_house_is_not_outside(world: World) -> None:
    sender = f"noreply@{DESK.partition('@')[2]}"
    raw = mail(sender=sender, subject="Confirm your email address of the intranet")
    assert world.receive(raw, sender=sender, trust="pass").outcome == "opened"
    assert world.receive(raw + b"forged", sender=sender, trust="none").cause == "verification"
