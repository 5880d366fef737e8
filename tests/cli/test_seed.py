"""`mailgate seed`: invented tickets that are as good as real ones, as many as were asked for, and room for more."""

import pytest

from mailgate import clock
from mailgate.store.founding import found
from tests.cli.conftest import Mailgate
from tests.support.mails import mail
from tests.support.world import World

# A reply to what was closed long ago opens a ticket of its own.
ANSWERED = (
    "SELECT min(m.ticket_id) FROM messages m JOIN tickets t ON t.id = m.ticket_id"
    " WHERE m.direction = 'out' AND t.status <> 'closed'"
)


def test_as_many_tickets_and_messages_as_asked_for(world: World, mailgate: Mailgate) -> None:
    said = mailgate("seed", "--tickets", "60", "--messages", "150")
    assert (said.code, said.err) == (0, "")
    assert said.out == "Added 60 tickets with 150 messages to Support.\n"
    assert world.count("SELECT count(*) FROM tickets") == 60
    assert world.count("SELECT count(*) FROM messages") == 150
    assert world.count("SELECT count(DISTINCT ticket_id) FROM messages WHERE direction = 'in'") == 60
    assert world.count("SELECT count(*) FROM tickets WHERE created_at > updated_at OR updated_at > now()") == 0


def test_seeding_again_adds_more(world: World, mailgate: Mailgate) -> None:
    for _ in range(2):
        assert mailgate("seed", "--tickets", "20", "--seed", "7").code == 0
    assert world.count("SELECT count(*) FROM tickets") == 40
    assert world.count("SELECT count(DISTINCT number) FROM tickets") == 40
    assert world.count("SELECT count(*) FROM teams") == 4


def test_every_ticket_has_its_history_and_nothing_follows_from_it(world: World, mailgate: Mailgate) -> None:
    mailgate("seed", "--tickets", "40")
    assert world.count("SELECT count(*) FROM events WHERE kind = 'opened'") == 40
    assert world.count("SELECT count(DISTINCT ticket_id) FROM events WHERE kind = 'opened'") == 40
    lost = "SELECT count(*) FROM messages m WHERE NOT EXISTS (SELECT FROM events e WHERE e.message_id = m.id)"
    assert world.count(lost) == 0
    world.work()
    assert world.relay.taken == []
    assert world.reconciles()


def test_a_mail_that_comes_afterwards_gets_the_next_number(world: World, mailgate: Mailgate) -> None:
    mailgate("seed", "--tickets", "30")
    year = clock.now().year
    last = world.count(f"SELECT max(right(number, 6)::int) FROM tickets WHERE number LIKE 'TKT-{year}-%'")
    kept = world.receive(mail())
    assert world.ticket(kept.ticket_id).number == f"TKT-{year}-{last + 1:06}"


def test_a_reply_to_an_invented_letter_lands_in_its_ticket(world: World, mailgate: Mailgate) -> None:
    mailgate("seed", "--tickets", "100", "--messages", "400")
    ticket = world.ticket(world.count(ANSWERED))
    letter = next(message for message in world.thread(ticket.id) if message.direction == "out")
    reply = mail(sender=ticket.requester_address, headers=(("References", f"<{letter.message_id}>"),))
    kept = world.receive(reply, sender=ticket.requester_address)
    assert (kept.outcome, kept.ticket_id) == ("appended", ticket.id)


def test_only_the_organisation_named_is_filled(world: World, mailgate: Mailgate) -> None:
    with world.owner.desk(0) as session:
        other = found(session, "Werft").id
    assert "name one with --org" in mailgate("seed", "--tickets", "5").err
    said = mailgate("seed", "--tickets", "5", "--org", "Werft")
    assert said.code == 0, said.err
    assert world.count("SELECT count(*) FROM tickets WHERE org_id = 1") == 0
    assert (
        world.count(f"SELECT count(*) FROM tickets t JOIN mailboxes m ON m.id = t.mailbox_id AND m.org_id = {other}")
        == 5
    )


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--tickets", "0"], "0 is not in the range x>=1"),
        (["--tickets", "many"], "'many' is not a valid integer"),
        (["--tickets", "10", "--messages", "3"], "10 tickets have at least as many messages"),
        ([], "Missing option '--tickets'"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(
    world: World, mailgate: Mailgate, words: list[str], complaint: str
) -> None:
    said = mailgate("seed", *words)
    assert said.code != 0
    assert complaint in said.err
    assert world.count("SELECT count(*) FROM tickets") == 0


def test_without_the_owners_credential_it_says_what_is_missing(mailgate: Mailgate) -> None:
    said = mailgate("seed", "--tickets", "5", MAILGATE_DATABASE_OWNER_URL="")
    assert said.code == 78
    assert "MAILGATE_DATABASE_OWNER_URL is missing" in said.err
