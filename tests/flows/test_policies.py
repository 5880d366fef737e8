"""What a reply does to a ticket that was merged, resolved or closed, and one mail to several mailboxes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mailgate import clock
from mailgate.errors import Conflict
from mailgate.mail import Address
from mailgate.office.setup import add_mailbox
from mailgate.store.beside import beside
from mailgate.store.events import Event, history_of
from mailgate.store.office import mailbox_by_address
from mailgate.store.tickets import Ticket, by_id, by_ids, participants_of
from mailgate.tickets.answer import answer, note
from mailgate.tickets.change import set_status
from mailgate.tickets.history import Actor
from mailgate.tickets.merge import merge
from tests.support.mails import mail
from tests.support.world import DESK, World

ANA, BEN = "ana@lusitel.example", "ben@lusitel.example"
MARA = Actor("agent", "Mara Koch")
SALES = "sales@nordlicht.example"


@pytest.fixture
def moment() -> Iterator[dict[str, datetime]]:
    """A clock that stands until it is moved."""
    moment = {"now": datetime(2026, 11, 2, 9, tzinfo=UTC)}
    clock.follow(lambda: moment["now"])
    yield moment
    clock.follow(None)


def _merge(world: World, one: int | None, other: int | None) -> None:
    with world.database.desk(1) as session:
        both = by_ids(session, [one or 0, other or 0], lock=True)
        merge(session, both[one or 0], both[other or 0], MARA, clock.now())


def _set(world: World, ticket_id: int | None, status: str) -> None:
    with world.database.desk(1) as session:
        ticket = by_id(session, ticket_id or 0, lock=True)
        assert ticket is not None
        set_status(ticket, status, clock.now())
        ticket.is_unread = False


def _events(world: World, ticket_id: int | None) -> list[Event]:
    with world.database.desk(1) as session:
        return history_of(session, ticket_id or 0)


def _links(world: World, ticket_id: int | None) -> list[tuple[str, str]]:
    with world.database.desk(1) as session:
        ticket = by_id(session, ticket_id or 0)
        assert ticket is not None
        return sorted(beside(session, ticket).links)


def _reply(world: World, ticket: Ticket, *, sender: str = ANA, **more: str) -> bytes:
    return mail(sender=sender, subject=f"Re: [#{ticket.number}] {ticket.subject}", **more)  # type: ignore[arg-type]


def test_reply_to_a_merged_ticket_lands_where_it_goes_on(world: World) -> None:
    anas, bens = world.receive(mail()), world.receive(mail(sender=BEN))
    _merge(world, bens.ticket_id, anas.ticket_id)
    merged = world.ticket(bens.ticket_id)
    assert (merged.status, merged.merged_into_id) == ("closed", anas.ticket_id)
    back = world.receive(_reply(world, merged, sender=BEN, body="Any news?"), sender=BEN)
    assert (back.outcome, back.ticket_id) == ("appended", anas.ticket_id)
    assert "which was merged into" in back.reasons[0]
    assert world.ticket(bens.ticket_id).message_count == 1


def test_a_chain_of_merges_leads_to_its_end(world: World) -> None:
    one, two, three = (world.receive(mail(subject=f"Request {n}")) for n in range(3))
    _merge(world, one.ticket_id, two.ticket_id)
    _merge(world, two.ticket_id, three.ticket_id)
    back = world.receive(_reply(world, world.ticket(one.ticket_id)))
    assert back.ticket_id == three.ticket_id
    with pytest.raises(Conflict, match="merged already"):
        _merge(world, one.ticket_id, three.ticket_id)
    with pytest.raises(Conflict, match="into itself"):
        _merge(world, three.ticket_id, three.ticket_id)


def test_who_wrote_in_the_merged_ticket_takes_part_in_the_other_and_strangers_do_not(world: World) -> None:
    anas, bens = world.receive(mail()), world.receive(mail(sender=BEN))
    _merge(world, bens.ticket_id, anas.ticket_id)
    with world.database.desk(1) as session:
        assert participants_of(session, [anas.ticket_id or 0]) == {anas.ticket_id: {BEN}}
    by_number = world.receive(_reply(world, world.ticket(anas.ticket_id), sender=BEN), sender=BEN)
    assert by_number.ticket_id == anas.ticket_id
    eve = world.receive(_reply(world, world.ticket(bens.ticket_id), sender="eve@elsewhere.example"))
    assert eve.outcome == "opened"
    assert [event.kind for event in _events(world, anas.ticket_id)][-2:] == ["took_in", "customer_wrote"]
    assert _events(world, bens.ticket_id)[-1].data == {"into": world.ticket(anas.ticket_id).number,
                                                       "status": ["new", "closed"]}  # fmt: skip


def test_an_unanswered_request_merged_into_a_closed_one_opens_it(world: World) -> None:
    old, new = world.receive(mail(subject="Old")), world.receive(mail(subject="New"))
    _set(world, old.ticket_id, "closed")
    _merge(world, new.ticket_id, old.ticket_id)
    ticket = world.ticket(old.ticket_id)
    assert (ticket.status, ticket.is_unread, ticket.reopen_count) == ("open", True, 1)


def test_a_merged_ticket_is_neither_answered_nor_reopened_where_it_was(world: World) -> None:
    one, two = world.receive(mail(subject="One")), world.receive(mail(subject="Two"))
    _merge(world, one.ticket_id, two.ticket_id)
    with world.database.desk(1) as session:
        ticket = by_id(session, one.ticket_id or 0, lock=True)
        mailbox = mailbox_by_address(session, DESK)
        assert ticket is not None
        assert mailbox is not None
        with pytest.raises(Conflict, match="goes on there"):
            answer(session, ticket, mailbox, "Hello", MARA, clock.now(), world.shop.marks, channel="web")
        note(session, ticket, "A note is no harm.", MARA, clock.now(), channel="web")


@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_a_reply_reopens(world: World, moment: dict[str, datetime], status: str) -> None:
    kept = world.receive(mail())
    _set(world, kept.ticket_id, status)
    moment["now"] += timedelta(days=29)
    back = world.receive(_reply(world, world.ticket(kept.ticket_id), body="Not quite."))
    assert (back.outcome, back.ticket_id) == ("appended", kept.ticket_id)
    ticket = world.ticket(kept.ticket_id)
    assert (ticket.status, ticket.is_unread, ticket.closed_at, ticket.reopen_count) == ("open", True, None, 1)


def test_a_reply_long_after_closing_opens_a_new_ticket_that_follows(world: World, moment: dict[str, datetime]) -> None:
    kept = world.receive(mail(message_id="first@lusitel.example"))
    (ack,) = world.relay.to(ANA)
    _set(world, kept.ticket_id, "closed")
    moment["now"] += timedelta(days=31)
    cited = (("In-Reply-To", str(ack.mail["Message-ID"])), ("References", "<first@lusitel.example>"))
    back = world.receive(mail(subject="Re: it broke again", headers=cited))
    old, new = world.ticket(kept.ticket_id), world.ticket(back.ticket_id)
    assert (back.outcome, old.status, new.status) == ("opened", "closed", "new")
    assert "closed more than 30 days ago" in back.reasons[0]
    assert _links(world, new.id) == [("follows", old.number)]
    assert _events(world, old.id)[-1].data == {"follows_by": new.number}
    once_more = world.receive(mail(subject="Re: it broke again", body="And again.", headers=cited))
    assert (once_more.outcome, once_more.ticket_id) == ("appended", new.id), "the same thread goes on in one ticket"


def test_a_machine_never_reopens_nor_opens_anew(world: World, moment: dict[str, datetime]) -> None:
    kept = world.receive(mail())
    _set(world, kept.ticket_id, "closed")
    moment["now"] += timedelta(days=400)
    away = mail(
        subject=f"Automatic reply: [#{world.ticket(kept.ticket_id).number}]",
        headers=(("Auto-Submitted", "auto-replied"),),
    )
    back = world.receive(away)
    assert (back.outcome, back.ticket_id) == ("appended", kept.ticket_id)
    assert (world.ticket(kept.ticket_id).status, world.ticket(kept.ticket_id).is_unread) == ("closed", False)


def test_a_stranger_who_cites_our_letters_does_not_lead_their_thread_away(world: World) -> None:
    kept = world.receive(mail(message_id="root@lusitel.example"))
    eve = "eve@elsewhere.example"
    stray = world.receive(mail(sender=eve, headers=(("References", "<root@lusitel.example>"),)), sender=eve)
    assert stray.outcome == "opened"
    back = world.receive(mail(subject="more", headers=(("References", "<root@lusitel.example>"),)))
    assert (back.outcome, back.ticket_id) == ("appended", kept.ticket_id)


def _second_mailbox(world: World) -> None:
    with world.database.desk(1) as session:
        add_mailbox(session, SALES, clock.now(), name="Nordlicht Sales")


def _to_both(world: World, raw: bytes) -> tuple[int, int]:
    first, second = world.deliver(raw), world.deliver(raw, to=SALES)
    world.work()
    return first, second


def test_one_mail_to_two_mailboxes_is_a_ticket_each_linked_and_answered_once(world: World) -> None:
    _second_mailbox(world)
    ids = _to_both(world, mail(to=f"{DESK}, {SALES}", headers=(("References", "<elsewhere@lusitel.example>"),)))
    one, two = (world.kept(each) for each in ids)
    assert (one.outcome, two.outcome) == ("opened", "opened")
    first, second = world.ticket(one.ticket_id), world.ticket(two.ticket_id)
    assert _links(world, second.id) == [("same-mail", first.number)]
    assert _links(world, first.id) == [("same-mail_by", second.number)]
    assert len(world.relay.to(ANA)) == 1
    (why,) = [event for event in _events(world, second.id) if event.kind == "not_acknowledged"]
    assert why.data["reasons"] == [f"The same mail opened {first.number}, which is where it is answered."]
    again = world.receive(mail(to=f"{DESK}, {SALES}"), to=SALES)
    assert again.outcome == "opened", "another mail is another matter"


def test_a_reply_that_comes_to_two_mailboxes_stands_once_on_its_ticket(world: World) -> None:
    _second_mailbox(world)
    kept = world.receive(mail())
    ids = _to_both(world, _reply(world, world.ticket(kept.ticket_id), to=f"{DESK}, {SALES}"))
    assert [world.kept(each).outcome for each in ids] == ["appended", "duplicate"]
    assert {world.kept(each).ticket_id for each in ids} == {kept.ticket_id}
    assert world.ticket(kept.ticket_id).message_count == 2


def test_what_a_list_sends_round_is_one_request(world: World) -> None:
    _second_mailbox(world)
    ids = _to_both(world, mail(to="all@nordlicht.example", headers=(("List-Id", "<all.nordlicht.example>"),)))
    assert [world.kept(each).outcome for each in ids] == ["opened", "duplicate"]
    assert world.count("SELECT count(*) FROM tickets") == 1


def test_a_blind_copy_to_a_second_mailbox_is_not_lost(world: World) -> None:
    _second_mailbox(world)
    ids = _to_both(world, mail(to=DESK))
    assert [world.kept(each).outcome for each in ids] == ["opened", "opened"]


@pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To"])
def test_a_token_counts_in_whatever_header_the_host_left_it(world: World, header: str) -> None:
    kept = world.receive(mail())
    (ack,) = world.relay.to(ANA)
    raw = mail(subject="another subject", to="undisclosed-recipients:;", headers=((header, str(ack.mail["Reply-To"])),))
    assert world.receive(raw).ticket_id == kept.ticket_id


def test_people_in_cc_of_an_answer_take_part(world: World) -> None:
    kept = world.receive(mail())
    with world.database.desk(1) as session:
        ticket, mailbox = by_id(session, kept.ticket_id or 0, lock=True), mailbox_by_address(session, DESK)
        assert ticket is not None
        assert mailbox is not None
        answer(session, ticket, mailbox, "Hello both.", MARA, clock.now(), world.shop.marks,
               channel="web", cc=[Address(BEN)])  # fmt: skip
    world.work()
    assert world.receive(_reply(world, world.ticket(kept.ticket_id), sender=BEN)).ticket_id == kept.ticket_id
