"""Spam and blocked senders: held under a named cause, let in where somebody says so, explained in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailgate import clock, parse
from mailgate.errors import BadInput, NotFound
from mailgate.mail import Envelope, Verdict
from mailgate.office.senders import forget, treat
from mailgate.steps.file import file_letters
from mailgate.store.kept import KeptMail
from mailgate.store.senders import sender_rules
from mailgate.thread.arrival import Arrival
from mailgate.trust.case import Believed
from mailgate.trust.checker import Checker
from tests.support.mails import mail
from tests.support.signing import CLIENT
from tests.support.world import DESK, World

SPAM = (("X-Spam-Status", "Yes, score=12.3 required=5.0"),)


def _treat(world: World, pattern: str, treatment: str) -> None:
    with world.database.desk(1) as session:
        treat(session, pattern, treatment, "Zoe", clock.now())


def _junk(world: World, raw: bytes) -> KeptMail:
    incoming = replace(world.incoming(raw), door="imap", peer="imap.example", folder="Junk", is_junk=True)
    (kept_id,) = world.keeper.keep([incoming]).result(30)
    world.work()
    return world.kept(kept_id)


def _words(kept: KeptMail) -> list[str]:
    return [" ".join(step) for step in kept.trail]


def test_mail_from_a_junk_folder_is_held_as_spam_until_its_sender_is_let_in(world: World) -> None:
    held = _junk(world, mail(subject="One"))
    assert (held.state, held.outcome, held.cause, held.author) == ("held", "held", "spam", "ana@lusitel.example")
    assert held.reasons == ["It lay in the folder Junk where its host puts spam."]
    _treat(world, "lusitel.example", "allow")
    let_in = _junk(world, mail(subject="Two"))
    assert let_in.outcome == "opened"
    assert world.reconciles()


def test_what_our_filter_marks_is_held_and_what_others_mark_is_not(world: World) -> None:
    assert world.receive(mail(subject="One", headers=SPAM)).outcome == "opened", "no filter is named"
    world.shop.trust = Checker(None, Believed(filters=("spamassassin",)))
    held = world.receive(mail(subject="Two", headers=SPAM))
    assert (held.cause, held.reasons) == ("spam", ["SpamAssassin took it for spam, with a score of 12.3."])
    assert _words(held)[-1].startswith("spam filter ana@lusitel.example")
    forged = world.deliver(mail(subject="Three", headers=SPAM), peer=CLIENT)
    world.work()
    assert world.kept(forged).outcome == "opened", "its sender wrote the header himself"


def test_an_answer_that_is_marked_waits_on_the_shelf_beside_its_ticket(world: World) -> None:
    ticket = world.ticket(world.receive(mail()).ticket_id)
    held = _junk(world, mail(subject=f"Re: [#{ticket.number}]", body="It still burns."))
    assert (held.cause, held.ticket_id) == ("spam", ticket.id)
    assert len([message for message in world.thread(ticket.id) if message.direction == "in"]) == 1


def test_blocked_mail_is_held_or_discarded_and_the_narrower_rule_wins(world: World) -> None:
    _treat(world, "@LUSITEL.example", "hold")
    held = world.receive(mail(subject="One"))
    assert (held.state, held.cause) == ("held", "blocked")
    assert held.reasons == ["The block list holds back mail from lusitel.example: Zoe put it there."]
    assert _words(held)[-1] == "block list lusitel.example Zoe blocked it"
    below = world.receive(mail(subject="Below").replace(b"ana@lusitel", b"ana@mail.lusitel"))
    assert below.cause == "blocked"
    _treat(world, "ana@lusitel.example", "allow")
    assert world.receive(mail(subject="Two")).outcome == "opened"
    _treat(world, "ana@lusitel.example", "discard")
    gone = world.receive(mail(subject="Three"))
    assert (gone.state, gone.outcome, gone.cause) == ("done", "discarded", None)
    assert gone.reasons == ["The block list discards mail from ana@lusitel.example: Zoe put it there."]
    by_envelope = world.receive(mail(subject="Four").replace(b"ana@lusitel", b"bo@other"), sender="ana@lusitel.example")
    assert by_envelope.outcome == "discarded"
    assert world.reconciles()


def test_an_allowed_name_in_a_forged_mail_opens_no_door(world: World) -> None:
    _treat(world, "ana@lusitel.example", "allow")
    ends = {"pass": "opened", "none": "opened", "fail": "held"}
    for result, outcome in ends.items():
        raw = mail(subject=result)
        kept_id = world.deliver(raw)
        envelope = Envelope("ana@lusitel.example", DESK, "imap", "imap.example", "Junk", is_junk=True)
        arrival = Arrival(kept_id, world.kept(kept_id).mailbox_id, envelope, parse.read(raw), Verdict(result))
        file_letters(world.shop, 1, [arrival])
        assert world.kept(kept_id).outcome == outcome, result
    assert world.kept(kept_id).cause == "spam"
    assert "fails its sender's own authentication rules" in _words(world.kept(kept_id))[-1]


def test_whoever_asks_too_often_is_held_until_an_hour_is_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.shop.requests_per_sender = 3
    in_one_batch = [world.deliver(mail(subject=f"Flood {n}")) for n in range(5)]
    other = world.deliver(mail(subject="Honest", sender="bo@elsewhere.example"))
    world.work()
    kept = [world.kept(kept_id) for kept_id in in_one_batch]
    assert [each.outcome for each in kept] == ["opened"] * 3 + ["held"] * 2
    assert {each.cause for each in kept[3:]} == {"over-limits"}
    assert kept[3].reasons == ["ana@lusitel.example made 3 requests within an hour: as many as one sender may."]
    assert world.kept(other).outcome == "opened"
    ticket = world.ticket(kept[0].ticket_id)
    assert world.receive(mail(subject=f"Re: [#{ticket.number}]")).outcome == "appended", "answers are no requests"
    assert world.receive(mail(subject="One more")).cause == "over-limits"
    later = clock.now() + timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert world.receive(mail(subject="Later")).outcome == "opened"
    _treat(world, "lusitel.example", "allow")
    assert [world.receive(mail(subject=f"Free {n}")).outcome for n in range(4)] == ["opened"] * 4
    assert world.reconciles()


def test_lists_take_addresses_and_domains_and_nothing_else(world: World) -> None:
    with world.database.desk(1) as session:
        for wrong in ("", "com", "a b@x.example", "*.example.org", "ex ample.org", "x@", "a" * 300 + ".org"):
            with pytest.raises(BadInput):
                treat(session, wrong, "hold", "Zoe", clock.now())
        for own in ("help@nordlicht.example", "nordlicht.example"):
            with pytest.raises(BadInput, match="a mailbox of yours"):
                treat(session, own, "discard", "Zoe", clock.now())
        treat(session, "nordlicht.example", "allow", "Zoe", clock.now())
        with pytest.raises(BadInput, match="no 'burn'"):
            treat(session, "x.example", "burn", "Zoe", clock.now())
    with world.database.desk(1) as session:
        (rule,) = sender_rules(session, limit=10)
        assert forget(session, rule.id).pattern == "nordlicht.example"
    with world.database.desk(1) as session, pytest.raises(NotFound):
        forget(session, rule.id)
