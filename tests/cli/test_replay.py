"""`mailgate replay`: mail from the shelf is read again; what cannot be is named."""

import json

import pytest
from sqlalchemy import text

from mailgate import clock
from mailgate.office.senders import treat
from mailgate.office.setup import add_mailbox
from mailgate.store.founding import found
from tests.cli.conftest import Mailgate
from tests.support.mails import mail
from tests.support.world import DESK, World


def _shelve(world: World, kept_id: int) -> None:
    """A mail as a bug in its reader left it."""
    with world.owner.engine.begin() as connection:
        connection.execute(
            text("UPDATE kept_mail SET state = 'quarantined', outcome = 'quarantined', tries = 3 WHERE id = :id"),
            {"id": kept_id},
        )


def test_a_quarantined_mail_is_read_again(world: World, mailgate: Mailgate) -> None:
    kept_id = world.deliver(mail())
    _shelve(world, kept_id)
    world.work()
    assert world.kept(kept_id).state == "quarantined"
    assert mailgate("replay", str(kept_id)).out == "1 mail is read again.\n"
    world.work()
    assert world.kept(kept_id).outcome == "opened"


def test_held_means_everything_on_the_shelf(world: World, mailgate: Mailgate) -> None:
    for _ in range(3):
        _shelve(world, world.deliver(mail()))
    world.receive(mail(sender=DESK))  # our own address: held
    assert world.count("SELECT count(*) FROM kept_mail WHERE state = 'held'") == 1
    assert mailgate("replay", "--held").out == "4 mails are read again.\n"
    world.work()
    assert world.count("SELECT count(*) FROM tickets") == 3
    assert world.reconciles()


def test_what_is_not_on_the_shelf_is_named(world: World, mailgate: Mailgate) -> None:
    kept_id = world.deliver(mail())
    _shelve(world, kept_id)
    opened = world.receive(mail()).id
    waiting = world.deliver(mail())
    said = mailgate("replay", "999", str(opened), str(waiting), str(kept_id))
    assert said.code == 1
    assert said.out == "1 mail is read again.\n"
    assert said.err.splitlines() == [
        "mailgate: There is no kept mail 999.",
        f"mailgate: Mail {opened} is not on the shelf: it was read, and its outcome is 'opened'.",
        f"mailgate: Mail {waiting} waits to be read already.",
    ]
    assert world.count("SELECT count(*) FROM tickets") == 1


@pytest.mark.parametrize("words", [[], ["--held", "1"], ["x"], ["0"]])
def test_wrong_words_are_answered_with_how_to_say_it(mailgate: Mailgate, words: list[str]) -> None:
    said = mailgate("replay", *words)
    assert said.code == 2
    assert "Error:" in said.err


def test_an_organisation_that_does_not_exist_is_named(mailgate: Mailgate) -> None:
    said = mailgate("replay", "--held", "--org", "Nobody")
    assert said.code != 0
    assert "There is no organisation 'Nobody'" in said.err


def test_another_organisations_shelf_is_left_alone(world: World, mailgate: Mailgate) -> None:
    with world.owner.desk(0) as session:
        other = found(session, "Another desk").id
    with world.database.desk(other) as session:
        add_mailbox(session, "help@other.example", clock.now())
    theirs = world.deliver(mail(to="help@other.example"), to="help@other.example")
    ours = world.deliver(mail())
    _shelve(world, theirs)
    _shelve(world, ours)
    assert mailgate("replay", "--held").code != 0  # whose shelf?
    assert mailgate("replay", "--held", "--org", "Support").out == "1 mail is read again.\n"
    said = mailgate("replay", str(theirs), "--org", "Support")
    assert said.err == f"mailgate: There is no kept mail {theirs}.\n"
    assert world.count("SELECT count(*) FROM kept_mail WHERE state = 'quarantined'") == 1
    assert mailgate("explain", str(theirs), "--org", "Support").code == 1
    assert mailgate("explain", str(theirs), "--org", "Another desk").code == 0


def test_one_cause_is_read_again_and_the_rest_stays(world: World, mailgate: Mailgate) -> None:
    held = world.receive(mail(sender=DESK))  # our own address: held as a loop
    hostile = world.receive(mail(headers=(("To", ", ".join(f"p{n}@x.example" for n in range(2000))),)))
    assert mailgate("replay", "--cause", "loop").out == "1 mail is read again.\n"
    assert (world.kept(held.id).state, world.kept(hostile.id).state) == ("waiting", "held")


def test_the_shelf_is_listed_and_emptied_from_the_command_line(world: World, mailgate: Mailgate) -> None:
    first, second = (world.receive(mail(sender=DESK, body=str(number))) for number in range(2))
    assert mailgate("shelf", "list", "--cause", "spam").out == ""
    listed = json.loads(mailgate("shelf", "list", "--json").out)
    assert [(row["id"], row["cause"]) for row in listed] == [(second.id, "loop"), (first.id, "loop")]
    assert "own address" in listed[0]["reason"]
    mailgate("shelf", "file", str(first.id))
    world.work()
    assert world.kept(first.id).reasons == ["The command line made it a request of its own."]
    assert mailgate("shelf", "discard", str(second.id)).out == f"Mail {second.id} is discarded.\n"
    assert mailgate("shelf", "discard", str(second.id)).err.startswith("mailgate: Only mail that is held")
    assert mailgate("shelf", "file", "999").code != 0


def _sums(world: World) -> dict[str, str]:
    """Every table's rows and their checksum, and where its numbering stands."""
    found = {}
    with world.owner.engine.begin() as connection:
        for (table,) in connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all():
            question = f"SELECT count(*) || ' ' || coalesce(sum(hashtext(t::text)::bigint), 0) FROM {table} t"
            found[table] = str(connection.execute(text(question)).scalar_one())
        numbering = "SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences"
        found |= {name: str(last) for name, last in connection.execute(text(numbering))}
    return found


def test_a_dry_run_tells_what_would_end_otherwise_and_changes_nothing(world: World, mailgate: Mailgate) -> None:
    first = world.receive(mail(subject="Opened", message_id="root@lusitel.example"))
    number = world.ticket(first.ticket_id).number
    reply = world.receive(mail(subject="Answer", headers=(("In-Reply-To", "<root@lusitel.example>"),)))
    unread = world.receive(mail(subject="Late", headers=(("References", "<later@x.example>"),)))
    world.receive(mail(subject="Known by it", message_id="later@x.example"))
    copy = mail(subject="Copy", sender="bo@other.example")
    for _ in range(2):
        world.receive(copy)
    loop = world.receive(mail(sender=DESK))
    by_hand = world.receive(mail(sender=DESK, subject="By hand"))
    assert mailgate("shelf", "discard", str(by_hand.id)).code == 0
    bounce = world.receive(
        mail(sender="MAILER-DAEMON@x.example", subject="Undelivered", headers=(("X-Failed-Recipients", "a@b.example"),))
    )
    assert (reply.outcome, unread.outcome, loop.outcome, bounce.outcome) == ("appended", "opened", "held", "bounce")
    before = _sums(world)
    said = mailgate("replay", "--dry-run", "--since", "7d")
    assert said.code == 0, said.err
    assert said.out.splitlines()[0] == "7 mails were looked at, 0 would end otherwise today. Nothing was changed."
    assert _sums(world) == before
    with world.database.desk(1) as session:
        treat(session, "lusitel.example", "hold", "Zoe", clock.now())
    before = _sums(world)
    rows = json.loads(mailgate("replay", "--dry-run", "--json").out)
    assert _sums(world) == before
    of_ana = {first.id, reply.id, unread.id, unread.id + 1, unread.id + 2}  # the last in the envelope alone
    assert {row["id"] for row in rows} == of_ana
    (told,) = [row for row in rows if row["id"] == reply.id]
    assert told["was"] == {"outcome": "appended", "cause": None, "ticket": number}
    assert told["would_be"] == {"outcome": "held", "cause": "blocked", "ticket": None}
    assert "Zoe put it there" in told["why"]
    assert json.loads(mailgate("replay", "--dry-run", "--json", "--since", "2031-01-01").out) == []
    for wrong in (("--since", "soon"), ("--since", "9999999999d"), ("--held",)):
        assert mailgate("replay", "--dry-run", *wrong).code == 2
