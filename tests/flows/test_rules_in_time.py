"""Rules that wait: for time to pass, for a time of day, for a promise to be at risk; once each, also when late."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailgate import clock
from mailgate.office.promises import StepGiven
from mailgate.office.rules import adopt_shipped, change_rule, given_by, switch_rule, the_rule
from mailgate.office.shipped_rules import SHIPPED
from mailgate.store.tickets import by_id
from mailgate.tickets.change import change
from mailgate.tickets.history import Actor
from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.promises import Hands, promise, two_levels
from tests.support.ruled import asks, history, names, rule, runs
from tests.support.world import World

MARA = Actor("agent", "Mara Koch", agent_id=1)
DAY = timedelta(days=1)


@pytest.fixture
def world(hands: Hands, fresh: Fresh, tmp_path: Path) -> Iterator[World]:
    with two_levels(fresh, tmp_path) as made:
        yield made


def _open(world: World, message_id: str | None = None) -> int:
    ticket_id = world.receive(mail(message_id=message_id)).ticket_id
    assert ticket_id is not None
    return ticket_id


def _set(world: World, ticket_id: int, status: str) -> None:
    with world.database.desk(1) as session:
        ticket = by_id(session, ticket_id, lock=True)
        assert ticket is not None
        change(session, ticket, MARA, clock.now(), status=status)
    world.work()


def test_what_is_solved_is_closed_after_a_letter(hands: Hands, world: World) -> None:
    with world.database.desk(1) as session:
        for key in SHIPPED:
            switch_rule(session, adopt_shipped(session, key, "Ida", clock.now()).id, "Ida", clock.now(), on=True)
    solved, opened_again, open_still = (_open(world, message_id=f"{each}@lusitel.example") for each in "abc")
    for each in (solved, opened_again):
        _set(world, each, "resolved")
    hands.moment += 4 * DAY
    world.work()
    assert names(world, solved) == []
    hands.moment += DAY
    world.work()
    assert names(world, solved) == ["Say that a solved ticket will be closed"]
    assert "we close it on" in world.relay.to("ana@lusitel.example")[-1].raw.decode()
    world.receive(mail(headers=(("In-Reply-To", "<b@lusitel.example>"),), body="It is not."))
    assert world.ticket(opened_again).status == "open"
    hands.moment += 2 * DAY
    world.work()
    assert (world.ticket(solved).status, world.ticket(opened_again).status) == ("closed", "open")
    # Whoever was asked to look was asked once for each time the customer wrote.
    assert names(world, open_still).count("Remind whoever has the ticket") == 1
    before = world.count("SELECT count(*) FROM rule_runs")
    world.work()
    assert world.count("SELECT count(*) FROM rule_runs") == before
    # A customer who does not answer is reminded, once.
    _set(world, open_still, "pending")
    for _ in range(9):
        hands.moment += DAY / 2
        world.work()
    assert names(world, open_still).count("Remind the customer of our answer") == 1
    assert any("wait to hear from you" in letter.raw.decode() for letter in world.relay.to("ana@lusitel.example"))


def test_what_was_missed_is_done_late_and_what_was_due_before_the_rule_is_let_be(hands: Hands, world: World) -> None:
    early = _open(world)
    hands.moment += 3 * DAY
    wait = {"since": "created", "minutes": 2 * 24 * 60}
    rule_id = rule(world, "Old", "time", ("tag", "old"), wait=wait)
    world.work()
    late = _open(world, message_id="late@lusitel.example")
    hands.moment += 10 * DAY
    world.work()
    assert (names(world, early), names(world, late)) == ([], ["Old"])
    with world.database.desk(1) as session:
        given = given_by(the_rule(session, rule_id))
        change_rule(session, rule_id, given.model_copy(update={"active": False}), "Ida", clock.now())
    world.work()
    assert world.count("SELECT count(*) FROM rule_timers") == 0


def test_working_time_and_conditions_are_those_of_the_moment(hands: Hands, world: World) -> None:
    promise(world)
    rule(
        world, "Slow", "time", ("priority", "high"),
        where=[asks("turn", "is", "us"), asks("hours", "within", "Office")],
        wait={"since": "customer_wrote", "minutes": 9 * 60, "calendar": "Office"},
    )  # fmt: skip
    answered, waiting = _open(world), _open(world, message_id="w@lusitel.example")
    _set(world, answered, "pending")
    hands.moment += timedelta(hours=23)
    world.work()
    assert names(world, waiting) == []  # eight hours of Monday, none of the night
    hands.moment += timedelta(hours=2)
    world.work()
    assert (names(world, answered), names(world, waiting)) == ([], ["Slow"])
    (run,) = runs(world, waiting)
    assert run.saw == {"turn": "us", "hours": "Office"}


def test_a_schedule_is_kept_once_a_day_for_every_ticket(
    hands: Hands, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailgate.steps.rule_clock.TICKETS_AT_ONCE", 2)
    ids = [_open(world, message_id=f"s{each}@lusitel.example") for each in range(5)]
    _set(world, ids[0], "resolved")
    _set(world, ids[0], "closed")
    rule(world, "Daily", "schedule", ("tag", "seen"), schedule={"days": [0, 1], "at": "09:00"})
    for moment, times in ((30, 0), (30, 1), (60, 1), (22 * 60 + 30, 1), (30, 2), (24 * 60, 2), (5 * 24 * 60, 3)):
        hands.moment += timedelta(minutes=moment)
        world.work()
        assert [len(names(world, each)) for each in ids] == [0, *[times] * 4], (moment, hands.moment)


def test_rules_hear_of_promises_at_risk_and_broken_and_steps_call_them(hands: Hands, world: World) -> None:
    steps = (
        StepGiven("first_response", 30, does={"rule": "Called"}),
        StepGiven("resolution", 0, does={"tell_customer": "status_changed"}),
    )
    promise(world, steps)
    rule(world, "Risk", "at_risk", ("tag", "risk"), where=[asks("promise", "is", "first_response")])
    rule(
        world,
        "Broken",
        "breached",
        ("notify", "ida@nordlicht.example"),
        where=[asks("promise", "is", "first_response")],
    )
    rule(world, "Called", "called", ("team", "Second level"))
    rule(world, "Never", "called", ("team", ""))
    ticket_id = _open(world)
    for minutes, wanted in ((89, []), (2, ["Risk"]), (30, ["Risk", "Broken"]), (30, ["Risk", "Broken", "Called"])):
        hands.moment += timedelta(minutes=minutes)
        world.work()
        assert names(world, ticket_id) == wanted
    assert "Please look at the ticket" in world.relay.to("ida@nordlicht.example")[-1].raw.decode()
    assert [event.kind for event in history(world, ticket_id)].count("at_risk") >= 1
    hands.moment += 3 * DAY
    world.work()
    assert "customer_told" in {event.kind for event in history(world, ticket_id)}
