"""Clocks agree with a naive second implementation over random histories; and some stories told out."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.sla.calendar import Calendar
from mailgate.sla.clocks import Clock, State, clocks
from mailgate.sla.escalation import planned
from mailgate.sla.explained import counted
from mailgate.sla.facts import Fact, What
from mailgate.sla.policy import About, Goal, Policy, Step, chosen
from tests.sla import naive
from tests.sla.test_calendar import NINE_TO_FIVE

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)  # 9:00 in Berlin
OFFICE = Calendar("Europe/Berlin", NINE_TO_FIVE)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
STATUSES = ("new", "open", "pending", "on_hold", "resolved", "closed")


def _policy(calendar: Calendar = OFFICE, steps: tuple[Step, ...] = (), **targets: int) -> Policy:
    goals = {Goal(name): minutes * MINUTE for name, minutes in targets.items()}
    return Policy(1, "Usual", calendar, {"normal": goals, "urgent": {Goal.FIRST_RESPONSE: 15 * MINUTE}}, steps=steps)


def _one(facts: list[Fact], policy: Policy, goal: Goal) -> Clock:
    return [clock for clock in clocks(facts, policy, "normal") if clock.goal is goal][-1]


def _at(hours: float) -> datetime:
    return MONDAY + hours * HOUR


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """Anything that can happen to a ticket, in any order; an answer may fail later."""
    facts = [Fact(1, What.OPENED, MONDAY, "new")]
    moment = MONDAY
    for key in range(2, draw(st.integers(2, 12))):
        moment += draw(st.integers(0, 700)) * MINUTE
        what = draw(st.sampled_from([What.ASKED, What.ANSWERED, What.FAILED, What.ASSIGNED, What.OTHER, What.OTHER]))
        answers = [fact.key for fact in facts if fact.what is What.ANSWERED]
        of = draw(st.sampled_from(answers)) if what is What.FAILED and answers else None
        facts.append(Fact(key, what, moment, draw(st.none() | st.sampled_from(STATUSES)), of))
    if draw(st.integers(0, 9)) == 0:
        facts.append(Fact(99, What.ENDED, moment + MINUTE, "closed"))
    return facts


def _agree(facts: list[Fact], policy: Policy) -> None:
    until = facts[-1].at + 3 * 24 * HOUR
    expected = naive.times(facts, policy, "normal", until)
    found = {(clock.goal, clock.round): clock for clock in clocks(facts, policy, "normal")}
    assert found.keys() == expected.keys()
    for key, (due, state) in expected.items():
        clock = found[key]
        words = {State.RUNNING: "runs", State.PAUSED: "runs"}.get(clock.state, clock.state.value)
        assert words == state, (key, clock)
        if state in ("runs", "missed") and (clock.due is None or clock.due < until):
            assert clock.due == due, (key, clock)
        for part in counted(clock, policy.calendar, until):
            assert naive.minutes_between(policy.calendar, *part) == part.minutes


@settings(max_examples=25, deadline=None)
@given(histories())
def test_a_naive_clock_agrees(facts: list[Fact]) -> None:
    _agree(facts, _policy(first_response=90, next_response=60, resolution=900, assignment=30))


@pytest.mark.slow
@settings(max_examples=int(os.environ.get("HISTORIES", "5000")), deadline=None, database=None)
@given(histories(), st.booleans())
def test_a_naive_clock_agrees_at_length(facts: list[Fact], around_the_clock: bool) -> None:
    calendar = Calendar("Europe/Berlin") if around_the_clock else OFFICE
    _agree(facts, _policy(calendar, first_response=90, next_response=60, resolution=900, assignment=30))


def test_an_answer_that_came_back_stops_nothing() -> None:
    opened, answer = Fact(1, What.OPENED, MONDAY, "new"), Fact(2, What.ANSWERED, _at(1), "pending")
    policy = _policy(first_response=120)
    kept = _one([opened, answer], policy, Goal.FIRST_RESPONSE)
    assert (kept.state, kept.due) == (State.KEPT, _at(2))
    back = _one([opened, answer, Fact(3, What.FAILED, _at(4), "open", of=2)], policy, Goal.FIRST_RESPONSE)
    assert (back.state, back.due) == (State.RUNNING, _at(5)), "what was left when it was answered is left again"


def test_waiting_for_the_customer_counts_nothing_and_reopening_goes_on() -> None:
    policy = _policy(resolution=240)
    facts = [
        Fact(1, What.OPENED, MONDAY, "new"), Fact(2, What.ANSWERED, _at(1), "pending"),
        Fact(3, What.ASKED, _at(3), "open"), Fact(4, What.OTHER, _at(4), "resolved"),
    ]  # fmt: skip
    assert _one(facts[:2], policy, Goal.RESOLUTION).due is None
    assert _one(facts[:2], policy, Goal.RESOLUTION).left == 3 * HOUR
    done = _one(facts, policy, Goal.RESOLUTION)
    assert (done.state, done.due) == (State.KEPT, _at(6))
    again = _one([*facts, Fact(5, What.ASKED, _at(5), "open")], policy, Goal.RESOLUTION)
    assert (again.state, again.due) == (State.RUNNING, _at(7))


def test_next_response_counts_from_the_first_word_unanswered() -> None:
    policy = _policy(next_response=60)
    facts = [
        Fact(1, What.OPENED, MONDAY, "new"), Fact(2, What.ASKED, _at(0.5)), Fact(3, What.ANSWERED, _at(1), "pending"),
        Fact(4, What.ASKED, _at(2), "open"), Fact(5, What.ASKED, _at(2.5)),
    ]  # fmt: skip
    assert _one(facts, policy, Goal.NEXT_RESPONSE).due == _at(3)


def test_steps_come_once_in_order_and_nothing_before_the_policy() -> None:
    steps = (
        Step(1, Goal.FIRST_RESPONSE, -30 * MINUTE), Step(2, Goal.FIRST_RESPONSE, 0 * MINUTE),
        Step(3, Goal.FIRST_RESPONSE, HOUR, every=HOUR, times=3),
    )  # fmt: skip
    policy = _policy(steps=steps, first_response=60)
    facts: list[Fact] = [Fact(1, What.OPENED, MONDAY, "new")]
    keys = ["1.1:1:0", "due:first_response:1", "1.2:1:0", "1.3:1:0", "1.3:1:1", "1.3:1:2"]
    coming = planned(policy, clocks(facts, policy, "normal"), ())
    assert [each.key for each in coming] == keys
    assert [each.at for each in coming] == [_at(0.5), _at(1), _at(1), _at(2), _at(3), _at(4)]
    assert [each.key for each in planned(policy, clocks(facts, policy, "normal"), keys[:4])] == keys[4:]
    answered = clocks([*facts, Fact(2, What.ANSWERED, _at(2.5))], policy, "normal")
    assert [each.key for each in planned(policy, answered, ())] == keys[:4], "what came before the answer, however late"
    younger = Policy(1, "", OFFICE, policy.targets, steps=steps, since=_at(1.5))
    assert [each.key for each in planned(younger, clocks(facts, younger, "normal"), ())] == keys[3:]


def test_the_first_policy_that_fits_is_chosen() -> None:
    def named(name: str, **conditions: Any) -> Policy:
        return Policy(1, name, OFFICE, {}, conditions=conditions)

    policies = [
        named("vip", customers=["@big.example", "ana@lusitel.example"], tags=["gold"]), named("de", languages=["de"]),
        named("any"),
    ]  # fmt: skip

    def found(customer: str, tags: tuple[str, ...] = (), language: str | None = None) -> str:
        policy = chosen(policies, About(1, None, customer, language, tags))
        return policy.name if policy else ""

    assert found("joe@big.example", ("gold",)) == "vip"
    assert found("joe@big.example", (), "de") == "de"
    assert found("ana@lusitel.example", ("gold", "x")) == "vip"
    assert found("eve@notbig.example", ("gold",)) == "any"
    assert chosen(policies[:1], About(1, None, "x@y.example", None, ())) is None


def test_a_target_reached_as_the_day_ends_is_missed_a_minute_later() -> None:
    """No open minute has gone by, and yet it was not done when it was due."""
    policy = _policy(resolution=60)
    open_minutes = naive.minutes_between(policy.calendar, MONDAY, MONDAY + 12 * HOUR)
    close = naive.moment_after(policy.calendar, MONDAY, open_minutes)
    whole = _policy(resolution=open_minutes)
    for late, state in ((0, State.KEPT), (1, State.MISSED)):
        facts = [Fact(1, What.OPENED, MONDAY, "new"), Fact(2, What.OTHER, close + late * MINUTE, "resolved")]
        assert [clock.state for clock in clocks(facts, whole, "normal")] == [state]
        _agree(facts, whole)
