"""F11: clocks and workers die at random, and come twice; each step and each rule is done once, in order."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from mailgate import clock
from mailgate.office.promises import StepGiven, policies
from mailgate.office.rules import read_rules
from mailgate.rules.times import dues
from mailgate.sla.escalation import planned
from mailgate.store.claims import work_waiting
from mailgate.store.rules import runs_of_ticket
from mailgate.store.tickets import by_ids
from mailgate.store.timing import happened_on
from mailgate.tickets.clocks import time_tickets
from mailgate.tickets.rule_times import moments_of
from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.processes import Gateway, eventually, gateway
from tests.support.promises import TARGETS, USUAL, Hands, promise
from tests.support.ruled import rule
from tests.support.world import World, small_world

CLOCKS, WORKERS = ("clock-1", "clock-2"), ("worker-1", "worker-2")
STEPS = (
    StepGiven("first_response", -30, does={"notify": ["team"]}),
    StepGiven("first_response", 0, does={"tags": ["late"]}),
    StepGiven("first_response", 60, every=120, times=3, does={"notify": ["admins"]}),
    StepGiven("resolution", 60, does={"tags": ["very late"]}),
)
DAY = 24 * 60


@pytest.fixture
def desk(hands: Hands, fresh: Fresh, tmp_path: Path) -> Iterator[World]:
    """A desk with a policy of many steps, and rules that wait."""
    with small_world(fresh, tmp_path) as made:
        promise(made, STEPS, targets=dict.fromkeys(TARGETS, USUAL))
        for days in (1, 2, 3):
            wait = {"since": "created", "minutes": days * DAY}
            rule(made, f"After {days}", "time", ("tag", f"after {days}"), wait=wait)
        yield made


def _require_once_and_in_order(world: World) -> int:
    """What every history asks for by now was done, once each, in order; how much that was."""
    count, now = 0, clock.now()
    with world.database.desk(1) as session:
        tickets = by_ids(session, range(1, 1000))
        histories, rules = happened_on(session, tickets), read_rules(session, now)
        for timed in time_tickets(session, tickets.values(), policies(session, now)):
            assert timed.policy is not None
            history = histories[timed.ticket.id]
            wanted = [one.key for one in planned(timed.policy, timed.clocks, ()) if one.at <= now]
            assert [event.data["step"] for event in history if "step" in event.data] == wanted
            due = [one.key for one in dues(rules.all, moments_of(history), {}, ()) if one.at <= now]
            assert [f"{run.once}" for run in runs_of_ticket(session, timed.ticket.id)] == due
            count += len(wanted) + len(due)
    return count


def _trouble(gate: Gateway, chance: Random) -> None:
    """One process dies in the middle of whatever it does; sometimes nobody else is there for a while."""
    for victim in chance.sample([*CLOCKS, *WORKERS], chance.randint(1, 3)):
        gate.kill(victim)


@pytest.mark.parametrize(("days", "tickets", "moves"), [(4, 3, 6), pytest.param(30, 30, 150, marks=pytest.mark.slow)])
def test_each_step_and_rule_is_done_once_and_in_order(
    hands: Hands, desk: World, fresh: Fresh, tmp_path: Path, days: int, tickets: int, moves: int
) -> None:
    chance, face, sent = Random(11), tmp_path / "hands", 0
    face.write_text(hands.moment.isoformat())
    with gateway(fresh, tmp_path, TEST_HANDS=str(face)) as gate:
        for move in range(moves):
            gate.start(*[role for role in (*CLOCKS, *WORKERS) if role not in gate.running])
            while sent * moves < tickets * (move + 1):
                sent += 1
                desk.deliver(mail(sender=f"p{sent}@lusitel.example", message_id=f"{sent}@lusitel.example"))
            eventually(lambda: desk.count("SELECT count(*) FROM kept_mail WHERE state = 'waiting'") == 0, within=120)
            _trouble(gate, chance)
            _move(hands, face, timedelta(days=days) * 2 * chance.random() / moves)
        gate.start(*[role for role in (*CLOCKS, *WORKERS) if role not in gate.running])
        eventually(lambda: _is_quiet(desk, hands, face), within=120)
    assert desk.count("SELECT count(*) FROM tickets") == tickets
    assert _require_once_and_in_order(desk) >= tickets * 3


def _move(hands: Hands, face: Path, by: timedelta) -> None:
    hands.moment += by
    new = face.with_suffix(".new")
    new.write_text(hands.moment.isoformat())
    new.rename(face)  # nobody reads half of it


def _is_quiet(world: World, hands: Hands, face: Path) -> bool:
    """Nothing is left to do. What a killed one had claimed is free again after a while, which passes at once here."""
    with world.database.crossing() as connection:
        is_busy = any(work_waiting(connection, clock.now() + timedelta(minutes=11)))
    if is_busy:
        _move(hands, face, timedelta(seconds=5))
    return not is_busy
