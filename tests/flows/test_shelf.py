"""Mail from the shelf goes where somebody says, whatever rule put it there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailgate import clock, jobs
from mailgate.errors import BadInput, Conflict, NotFound
from mailgate.mail import Ruling
from mailgate.office.senders import treat
from mailgate.office.shelf import discard, file_it
from mailgate.store.events import history_of
from mailgate.store.kept import put_back
from mailgate.tickets.in_words import happened
from tests.support.mails import mail
from tests.support.world import DESK, World

ANA = "ana@lusitel.example"


def _looping() -> bytes:
    return b"Received: from a by b\r\n" * 51 + mail(subject="Round and round", body="It is real all the same.")


def test_a_held_mail_becomes_a_request_of_its_own_and_is_not_answered_by_itself(world: World) -> None:
    kept = world.receive(_looping())
    assert kept.state == "held"
    with world.database.desk(1) as session:
        file_it(session, kept.id, None, "Zoe")
    world.work()
    filed = world.kept(kept.id)
    assert (filed.state, filed.outcome, filed.cause) == ("done", "opened", None)
    assert filed.reasons == ["Zoe made it a request of its own."]
    assert [message.text for message in world.thread(filed.ticket_id)] == ["It is real all the same."]
    assert world.ticket(filed.ticket_id).requester_address == ANA
    assert world.relay.taken == []
    assert world.reconciles()


def test_a_held_mail_goes_onto_the_ticket_named_and_wakes_it(world: World) -> None:
    ticket = world.ticket(world.receive(mail()).ticket_id)
    kept = world.receive(_looping())
    with world.database.desk(1) as session:
        file_it(session, kept.id, ticket.number, "Zoe")
    world.work()
    filed = world.kept(kept.id)
    assert (filed.outcome, filed.ticket_id) == ("appended", ticket.id)
    assert filed.reasons == [f"Zoe put it on {ticket.number}."]
    assert "It is real all the same." in [message.text for message in world.thread(ticket.id)]


def test_a_mail_that_is_not_read_can_still_be_on_a_ticket(world: World) -> None:
    kept = world.receive(mail(headers=(("To", ", ".join(f"p{n}@x.example" for n in range(2000))),)))
    assert kept.cause == "hostile"
    with world.database.desk(1) as session:
        file_it(session, kept.id, None, "Zoe")
    world.work()
    (message,) = world.thread(world.kept(kept.id).ticket_id)
    assert message.text.startswith("Mailgate does not read this mail: ")


def test_a_ruling_holds_once(world: World) -> None:
    kept = world.receive(_looping())
    with world.database.desk(1) as session:
        put_back(session, [kept.id], Ruling("Zoe"))
        assert put_back(session, [kept.id]) == [], "it is off the shelf"
    world.work()
    assert world.kept(kept.id).outcome == "opened"


def test_a_discarded_mail_stays_kept_and_says_who_did_it(world: World) -> None:
    kept = world.receive(_looping())
    with world.database.desk(1) as session:
        discard(session, kept.id, "Zoe")
    gone = world.kept(kept.id)
    assert (gone.state, gone.outcome, gone.cause, gone.reasons) == ("done", "discarded", None, ["Zoe discarded it."])
    assert world.reconciles()
    with world.database.desk(1) as session, pytest.raises(Conflict, match="on the shelf"):
        discard(session, kept.id, "Zoe")


def test_what_cannot_be_done_is_said_and_changes_nothing(world: World) -> None:
    kept, done = world.receive(_looping()), world.receive(mail())
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO kept_mail (org_id, mailbox_id, door, peer, sender, recipient, size, sha256, received_at,"
            " state, outcome) SELECT org_id, mailbox_id, door, peer, sender, recipient, size, sha256, received_at,"
            f" 'quarantined', 'quarantined' FROM kept_mail WHERE id = {kept.id}"
        )
    unread = world.count("SELECT max(id) FROM kept_mail")
    with world.database.desk(1) as session:
        with pytest.raises(BadInput, match="no ticket TKT-1"):
            file_it(session, kept.id, "TKT-1", "Zoe")
        with pytest.raises(NotFound, match="no kept mail 999"):
            file_it(session, 999, None, "Zoe")
        with pytest.raises(Conflict, match="on the shelf"):
            file_it(session, done.id, None, "Zoe")
        with pytest.raises(Conflict, match="could not be read"):
            file_it(session, unread, None, "Zoe")
    assert world.kept(kept.id).state == "held"


def test_files_of_a_mail_on_the_shelf_lie_in_it_and_nowhere_else(world: World) -> None:
    """So that nothing of it is left when it is discarded; from the shelf onto a ticket, they come along."""
    parts = "--x\r\n\r\nSee.\r\n--x\r\nContent-Disposition: attachment; filename=a.bin\r\n\r\nsecret plans\r\n--x--"
    headers = (("X-Loop", DESK), ("MIME-Version", "1.0"), ("Content-Type", 'multipart/mixed; boundary="x"'))
    held = world.receive(mail(headers=headers, body=parts))
    assert held.state == "held"
    assert list(world.shop.blobs.every()) == []
    with world.database.desk(1) as session:
        put_back(session, [held.id], Ruling("Zoe"))
    world.work()
    assert world.kept(held.id).outcome == "opened"
    assert len(list(world.shop.blobs.every())) == 1


def test_the_shelf_is_cleared_by_age_and_the_counts_reconcile(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = world.ticket(world.receive(mail()).ticket_id)
    old = world.receive(_looping())
    with world.database.desk(1) as session:
        treat(session, ANA, "hold", "Zoe", clock.now())
    beside = world.receive(mail(subject=f"Re: [#{ticket.number}]"))
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=29))
    young = world.receive(mail(subject="Later", sender="bo@other.example", headers=(("X-Loop", DESK),)))
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=30, minutes=1))
    jobs.sweep()
    assert world.kept(old.id).state == "held", "0 days mean for ever"
    world.shop.keep_shelf = 30
    jobs.sweep()
    for kept_id in (old.id, beside.id):
        gone = world.kept(kept_id)
        assert (gone.state, gone.outcome, gone.cause) == ("done", "discarded", None)
        assert "for 30 days" in gone.reasons[0]
        assert gone.raw_removed_at is not None
    assert world.kept(young.id).state == "held"
    assert world.count("SELECT count(*) FROM kept_mail WHERE raw IS NOT NULL AND state = 'done'") == 0
    with world.database.desk(1) as session:
        told = [happened(event) for event in history_of(session, ticket.id)]
    assert told[-1] == "A mail that was held beside this ticket was discarded."
    assert world.reconciles()
    jobs.sweep()
    with world.database.desk(1) as session:
        assert put_back(session, [old.id]) == [], "it is gone"
