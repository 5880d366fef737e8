"""Who is told by mail of what happens to a ticket: customers where the office wants it, agents as they want it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from mailgate import clock
from mailgate.office.letters import Admin, Place, switch
from mailgate.office.rules import change_rule, given_by, understood
from mailgate.office.setup import add_agent
from mailgate.office.shipped_rules import SHIPPED
from mailgate.office.wishes import set_wishes
from mailgate.queue.live import Wire
from mailgate.rules.decide import ready
from mailgate.steps.digests import send_digests
from mailgate.steps.waking import wake_tickets
from mailgate.store.agents import Agent, agent_by_email
from mailgate.store.events import history_of
from mailgate.store.people import mark_failing
from mailgate.store.rules import rule_rows
from mailgate.store.tickets import Ticket, by_id
from mailgate.tickets.answer import note
from mailgate.tickets.by_customer import reopen
from mailgate.tickets.change import Named, change
from mailgate.tickets.history import MAILGATE, Actor
from mailgate.tickets.letters import ask_for_letter
from mailgate.tickets.rule_facts import Desk
from mailgate.tickets.rule_try import try_rule
from mailgate.tickets.snooze import snooze
from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.ruled import asks, history, names, shipped
from tests.support.world import World

IDA = Admin("Ida", None)
ANA, MARA, TOM = "ana@lusitel.example", "mara@nordlicht.example", "tom@nordlicht.example"
BY_TOM = Actor("agent", "Tom Berg", agent_id=2)


@pytest.fixture
def moment() -> Iterator[list[datetime]]:
    """A clock that stands until it is moved."""
    moment = [datetime(2026, 11, 2, 9, tzinfo=UTC)]
    clock.follow(lambda: moment[0])
    yield moment
    clock.follow(None)


@pytest.fixture
def tom(world: World) -> int:
    with world.database.desk(1) as session:
        return add_agent(session, TOM, "agent", clock.now(), name="Tom Berg").id


def _on(world: World, *letters: str, on: bool = True) -> None:
    with world.database.desk(1) as session:
        for letter in letters:
            switch(session, Place(letter, "en"), IDA, clock.now(), on=on)


def _do(world: World, ticket_id: int | None, verb: Callable[..., object], *args: object, **more: object) -> None:
    with world.database.desk(1) as session:
        ticket = by_id(session, ticket_id or 0, lock=True)
        assert ticket is not None
        verb(session, ticket, *args, clock.now(), **more)
    world.work()


def _give_to_mara(world: World, ticket_id: int | None, by: Actor) -> None:
    _do(world, ticket_id, change, by, given={"assignee": (None, Named(_mara(world).id, "Mara Koch"))})


def _mara(world: World) -> Agent:
    with world.database.desk(1) as session:
        mara = agent_by_email(session, MARA)
    assert mara is not None
    return mara


def _subjects(world: World, to: str) -> list[str]:
    """What somebody was sent, without tokens."""
    return [str(each.mail["Subject"]).partition("] ")[2] for each in world.relay.to(to)]


def _told(world: World, ticket: Ticket) -> list[tuple[str, list[str]]]:
    with world.database.desk(1) as session:
        history = history_of(session, ticket.id)
    return [(event.kind, event.data.get("reasons", [])) for event in history if event.kind.startswith("customer_")]


def test_a_customer_is_told_where_the_request_stands_if_the_office_wants_it(world: World) -> None:
    ticket = world.ticket(world.receive(mail()).ticket_id)
    _do(world, ticket.id, change, BY_TOM, status="open")
    assert len(_subjects(world, ANA)) == 1, "nobody switched these letters on"
    _on(world, "status_changed", "closed")
    for status in ("pending", "resolved", "closed", "open"):
        _do(world, ticket.id, change, BY_TOM, status=status)
    assert _subjects(world, ANA)[1:] == [
        *("News about your request", "News about your request", "Your request is closed", "News about your request")
    ]
    letter = world.relay.to(ANA)[-1]
    assert letter.mail["Auto-Submitted"] == "auto-generated"
    assert letter.sender == ""
    assert "https://desk.example/s/" in letter.text
    assert [kind for kind, _ in _told(world, ticket)] == ["customer_told"] * 4
    assert [each.kind for each in world.thread(ticket.id)][-1] == "status_changed"


def test_a_customer_is_not_told_what_they_did_themselves_nor_what_has_passed(world: World) -> None:
    _on(world, "reopened", "resolved")
    ticket = world.ticket(world.receive(mail()).ticket_id)
    with world.database.desk(1) as session:
        found = by_id(session, ticket.id, lock=True)
        assert found is not None
        change(session, found, BY_TOM, clock.now(), status="resolved")
        reopen(session, found, Actor("customer", "Ana"), clock.now())
    world.work()
    assert len(world.relay.to(ANA)) == 1


def test_no_machine_and_no_dead_address_is_told_and_nobody_too_often(world: World) -> None:
    _on(world, "status_changed")
    robot = world.ticket(world.receive(mail(headers=(("Auto-Submitted", "auto-generated"),))).ticket_id)
    _do(world, robot.id, change, BY_TOM, status="pending")
    ((kind, reasons),) = _told(world, robot)
    assert kind == "customer_not_told"
    assert "Auto-Submitted" in reasons[0]
    ticket = world.ticket(world.receive(mail(subject="Another")).ticket_id)
    for _ in range(4):
        _do(world, ticket.id, change, BY_TOM, status="pending")
        _do(world, ticket.id, change, BY_TOM, status="open")
    assert len(world.relay.to(ANA)) == 1 + 5
    assert _told(world, ticket)[-1] == (
        "customer_not_told",
        [f"{ANA} was sent 5 automatic letters on this ticket within a day."],
    )
    with world.database.desk(1) as session:
        mark_failing(session, ANA, clock.now())
    _do(world, ticket.id, ask_for_letter, "closed", BY_TOM)
    assert "come back since" in _told(world, ticket)[-1][1][0]
    assert len(world.relay.to(ANA)) == 1 + 5


def test_whoever_asks_for_a_letter_gets_it_sent_unless_an_admin_forbids_it(world: World) -> None:
    ticket = world.ticket(world.receive(mail()).ticket_id)
    closes = datetime(2026, 11, 30, 9, tzinfo=UTC)
    _do(world, ticket.id, ask_for_letter, "closing", MAILGATE, closes=closes)
    assert _subjects(world, ANA)[-1] == "Is your request solved?"
    assert "we close it on Monday, 30 November, 09:00" in world.relay.to(ANA)[-1].text
    _on(world, "closing", on=False)
    _do(world, ticket.id, ask_for_letter, "closing", MAILGATE, closes=closes)
    assert len(world.relay.to(ANA)) == 2
    assert _told(world, ticket)[-1] == ("customer_not_told", ["The letter “Closes soon” is switched off."])


def test_an_agent_is_told_what_concerns_them_and_not_what_they_did(world: World, tom: int) -> None:
    ticket = world.ticket(world.receive(mail()).ticket_id)
    _give_to_mara(world, ticket.id, Actor("agent", "Mara Koch", agent_id=_mara(world).id))
    assert _subjects(world, MARA) == []
    by_tom = Actor("agent", "Tom Berg", agent_id=tom)
    other = world.ticket(world.receive(mail(subject="Another")).ticket_id)
    _give_to_mara(world, other.id, by_tom)
    world.receive(mail(subject=f"Re: [#{other.number}] Another", body="It fails again."))
    world.receive(mail(subject=f"Re: [#{other.number}]", headers=(("Auto-Submitted", "auto-replied"),)))
    with world.database.desk(1) as session:
        found = by_id(session, other.id, lock=True)
        assert found is not None
        note(session, found, "@mara please look, not @tom. Write to x@tom", by_tom, clock.now(), channel="web")
    world.work()
    assert _subjects(world, MARA) == [
        "Assigned to you: Another",
        "Answer from Ana Ferreira: Another",
        "Tom Berg mentions you: Another",
    ]
    assert _subjects(world, TOM) == []
    letter = world.relay.to(MARA)[-1]
    assert "@mara please look" in letter.text
    assert "Tom Berg has assigned you" in world.relay.to(MARA)[0].text


def test_nobody_is_told_while_they_are_away(world: World) -> None:
    ticket = world.ticket(world.receive(mail()).ticket_id)
    with world.database.desk(1) as session:
        mara = agent_by_email(session, MARA)
        assert mara is not None
        mara.presence = "away"
    _give_to_mara(world, ticket.id, BY_TOM)
    assert _subjects(world, MARA) == []


def test_nobody_is_told_of_a_ticket_they_have_before_them(world: World, fresh: Fresh, moment: list[datetime]) -> None:
    world.shop.wire = Wire(fresh.redis_url)
    ticket, mara = world.ticket(world.receive(mail()).ticket_id), _mara(world)
    seen = {"agent": mara.id, "name": "Mara", "doing": "looking", "since": 0, "seen": int(moment[0].timestamp())}
    world.shop.wire.place(f"1:{ticket.id}", "a page", seen, 90)
    _give_to_mara(world, ticket.id, BY_TOM)
    assert _subjects(world, MARA) == []
    moment[0] += timedelta(seconds=50)
    world.receive(mail(subject=f"Re: [#{ticket.number}]"))
    assert len(_subjects(world, MARA)) == 1


def test_a_note_calls_nobody_who_may_not_see_the_ticket(world: World, tom: int) -> None:
    ticket = world.ticket(world.receive(mail()).ticket_id)
    with world.database.desk(1) as session:
        mara = agent_by_email(session, MARA)
        assert mara is not None
        mara.only_own_teams = True
    _do(world, ticket.id, note, "@mara @tom, look.", MAILGATE, channel="web")
    assert _subjects(world, MARA) == []
    assert len(_subjects(world, TOM)) == 1


def test_a_request_outside_business_hours_is_told_when_somebody_is_back(world: World, moment: list[datetime]) -> None:
    saturday, monday = datetime(2026, 11, 7, 12, tzinfo=UTC), datetime(2026, 11, 9, 8, 30, tzinfo=UTC)
    moment[0] = saturday
    world.receive(mail(subject="One"))
    assert "We are back on Monday, 9 November, 09:00" in world.relay.to(ANA)[-1].text
    assert world.relay.to(ANA)[-1].mail["Auto-Submitted"] == "auto-replied"
    for count in range(5):
        world.receive(mail(subject=f"Request {count}"))
    assert len(world.relay.to(ANA)) == 5, "it counts as an acknowledgement"
    moment[0] = monday
    world.receive(mail(subject="Two", sender="Ben <ben@lusitel.example>"), sender="ben@lusitel.example")
    assert "back on" not in world.relay.to("ben@lusitel.example")[-1].text
    _on(world, "received", on=False)
    moment[0] = saturday + timedelta(days=7)
    world.receive(mail(subject="Three"))
    assert len(world.relay.to(ANA)) == 5, "who acknowledges nothing does so at night, too"


def test_each_agent_chooses(world: World, tom: int) -> None:
    with world.database.desk(1) as session:
        set_wishes(session, tom, clock.now(), notes=["new_ticket"])
        set_wishes(session, _mara(world).id, clock.now(), notes=[])
    ticket = world.ticket(world.receive(mail()).ticket_id)
    _give_to_mara(world, ticket.id, BY_TOM)
    assert _subjects(world, MARA) == []
    assert [subject.partition(":")[0] for subject in _subjects(world, TOM)] == ["New ticket"]
    with world.database.desk(1) as session:
        set_wishes(session, tom, clock.now(), notes=["assigned"])
    world.receive(mail(subject="Another"))
    assert len(world.relay.to(TOM)) == 1


def test_nobody_is_told_more_than_twenty_times_an_hour_about_one_ticket(world: World, moment: list[datetime]) -> None:
    ticket = world.ticket(world.receive(mail()).ticket_id)
    _give_to_mara(world, ticket.id, BY_TOM)
    for count in range(25):
        world.deliver(mail(subject=f"Re: [#{ticket.number}]", body=f"Mail {count}"))
    world.work()
    assert len(world.relay.to(MARA)) == 20
    moment[0] += timedelta(hours=1, minutes=1)
    world.receive(mail(subject=f"Re: [#{ticket.number}]", body="Still there?"))
    assert len(world.relay.to(MARA)) == 21


def test_whoever_put_a_ticket_away_is_reminded(world: World, moment: list[datetime]) -> None:
    ticket = world.ticket(world.receive(mail()).ticket_id)
    with world.database.desk(1) as session:
        found = by_id(session, ticket.id, lock=True)
        assert found is not None
        by = Actor("agent", "Mara Koch", agent_id=_mara(world).id)
        snooze(session, found, moment[0] + timedelta(days=1), by, moment[0])
    moment[0] += timedelta(days=1, minutes=1)
    wake_tickets(world.shop)
    world.work()
    assert [subject.partition(":")[0] for subject in _subjects(world, MARA)] == ["Back on your desk"]


def _give(world: World, ticket_id: int | None, agent_id: int) -> None:
    with world.database.desk(1) as session:
        ticket = by_id(session, ticket_id or 0, lock=True)
        assert ticket is not None
        change(session, ticket, BY_TOM, clock.now(), given={"assignee": (None, Named(agent_id, "Mara Koch"))})


def test_a_digest_comes_once_at_the_agents_own_hour(world: World, moment: list[datetime]) -> None:
    """Two clock processes sweep; the agent is in Lisbon, an hour behind the office's calendar."""
    mara = _mara(world).id
    first, second = (world.receive(mail(subject=f"Request {count}")).ticket_id for count in (1, 2))
    with world.database.desk(1) as session:
        set_wishes(session, mara, clock.now(), notes=[], digest_hour=8, time_zone="Europe/Lisbon")
    for ticket_id in (first, second):
        _give(world, ticket_id, mara)
    world.work()
    moment[0] = datetime(2026, 11, 3, 7, 59, tzinfo=UTC)
    send_digests(world.shop)
    world.work()
    assert world.relay.to(MARA) == []
    moment[0] = datetime(2026, 11, 3, 8, 0, 1, tzinfo=UTC)
    both = [Thread(target=send_digests, args=(world.shop,)) for _ in range(4)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    send_digests(world.shop)
    world.work()
    (letter,) = world.relay.to(MARA)
    assert letter.mail["Subject"] == "What waits for you at Nordlicht Support"
    waiting, due = letter.text.split("Due today")
    assert waiting.index("Request 1") < waiting.index("Request 2")
    assert "11:00 · TKT-2026-000001 · Request 1" not in waiting
    assert "· TKT-2026-000001 · Request 1 · ana@lusitel.example" in due
    assert f"https://desk.example/t/{world.ticket(first).number}" in letter.text
    assert letter.mail["Auto-Submitted"] == "auto-generated"
    url = str(letter.mail["List-Unsubscribe"])
    assert url.startswith("<https://desk.example/stop/")
    assert letter.mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = world.shop.marks.read_stop(url.strip("<>").rpartition("/")[2])
    assert stop == (1, "digest", "a", mara)
    _the_rule_says_what_is_listed(world, moment, first)


def _the_rule_says_what_is_listed(world: World, moment: list[datetime], first: int | None) -> None:
    """A rule that ships lists what waits; its log tells, the ticket's history does not. Changed, it lists less."""
    assert names(world, first) == ["Each agent's digest"]
    assert "ruled" not in [event.kind for event in history(world, first)]
    with world.database.desk(1) as session:
        digests, reminders = rule_rows(session)
        assert (digests.shipped, given_by(digests)) == ("digest", SHIPPED["digest"].model_copy(update={"place": 10}))
        assert given_by(reminders) == SHIPPED["reminder"].model_copy(update={"place": 20})
        second_only = understood({**given_by(digests).plain(), "if": {"all": [asks("subject", "ends", "2")]}})
        tried = try_rule(Desk(session, moment[0]), ready(0, 0, second_only), 7)
        assert [hit.subject for hit in tried.hits] == ["Request 2"]
        change_rule(session, digests.id, second_only, "Ida", moment[0])
    moment[0] += timedelta(days=1)
    send_digests(world.shop)
    world.work()
    assert "Request 1" not in world.relay.to(MARA)[-1].text
    shipped(world, "digest", on=False)
    moment[0] += timedelta(days=1)
    send_digests(world.shop)
    world.work()
    assert len(world.relay.to(MARA)) == 2


def test_no_digest_comes_without_cause(world: World, moment: list[datetime], tom: int) -> None:
    """Nothing waits; a weekend and a holiday for who works then; somebody away; a night that was slept through."""
    with world.database.desk(1) as session:
        for agent_id in (tom, _mara(world).id):
            set_wishes(session, agent_id, clock.now(), notes=[], digest_hour=8)
    ticket_id = world.receive(mail()).ticket_id
    _give(world, ticket_id, _mara(world).id)

    def sent_at(day: int, hour: int) -> int:
        before = len(world.relay.to(MARA))
        moment[0] = datetime(2026, 11, day, hour, 5, tzinfo=UTC)
        send_digests(world.shop)
        world.work()
        return len(world.relay.to(MARA)) - before

    assert sent_at(3, 8) == 1
    assert [sent_at(7, 8), sent_at(8, 8)] == [0, 0], "Saturday and Sunday"
    assert sent_at(12, 20) == 1, "late, once, and not once for each day"
    with world.database.desk(1) as session:
        mara = agent_by_email(session, MARA)
        assert mara is not None
        mara.presence = "away"
    assert sent_at(13, 8) == 0
    assert world.relay.to(TOM) == []
