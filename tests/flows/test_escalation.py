"""Steps of a policy: once each, in order, however late, by however many clocks and workers, killed or not."""

import contextlib
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from mailgate import clock, jobs
from mailgate.office.promises import StepGiven, policies
from mailgate.sla.escalation import Planned, planned
from mailgate.steps import timing
from mailgate.store.events import Event, history_of
from mailgate.store.tickets import by_ids
from mailgate.tickets.clocks import time_tickets
from tests.faults.test_every_failpoint import TIMING
from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.promises import TARGETS, USUAL, Hands, promise, two_levels
from tests.support.world import World

IDA = "ida@nordlicht.example"
STEPS = (
    StepGiven("first_response", -30, does={"notify": ["team"]}),
    StepGiven("first_response", 0, does={"priority": "high", "tags": ["late"]}),
    StepGiven("first_response", 60, every=120, times=3, does={"notify": ["admins"]}),
    StepGiven("resolution", 30, does={"next_tier": True}),
    StepGiven("resolution", 60, does={"team": "Second level", "assignee": "mara@nordlicht.example"}),
)


@pytest.fixture
def world(hands: Hands, fresh: Fresh, tmp_path: Any) -> Iterator[World]:
    """A desk whose policy has steps."""
    with two_levels(fresh, tmp_path) as made:
        promise(made, STEPS, targets=dict.fromkeys(TARGETS, USUAL))  # else a raised priority moves what is due
        yield made


def _history(world: World, ticket_id: int | None) -> list[Event]:
    with world.database.desk(1) as session:
        return history_of(session, ticket_id or 0)


def _steps(world: World, ticket_id: int | None) -> list[tuple[str, str]]:
    """When each step was due, and when it was done."""
    told = [event for event in _history(world, ticket_id) if event.kind in ("breached", "escalated")]
    return [(f"{datetime.fromisoformat(event.data['due']):%a %H:%M}", f"{event.at:%a %H:%M}") for event in told]


def test_steps_are_done_when_their_time_comes(hands: Hands, world: World) -> None:
    ticket_id = world.receive(mail()).ticket_id
    for _ in range(12):
        hands.moment += timedelta(minutes=30)
        world.work()
    ticket = world.ticket(ticket_id)
    assert ticket.priority == "high"
    kinds = [(event.kind, event.data.get("goal")) for event in _history(world, ticket_id) if "step" in event.data]
    assert kinds[:4] == [
        ("breached", "assignment"), ("escalated", "first_response"), ("breached", "first_response"),
        ("escalated", "first_response"),
    ]  # fmt: skip
    # Nobody has it, so an admin hears of it.
    first, second, *_ = [letter.raw.decode() for letter in world.relay.to(IDA)]
    assert "30 min before the first response is due." in first
    assert f"/t/{ticket.number}" in first
    assert "Auto-Submitted: auto-generated" in first
    assert "23 November, 10:00" in second
    assert all(due == done.replace("Mon", due[:3]) for due, done in _steps(world, ticket_id)[:3])


def test_what_was_missed_is_done_late_in_order_and_says_so(hands: Hands, world: World) -> None:
    ticket_id = world.receive(mail()).ticket_id
    hands.moment += timedelta(days=4)
    world.work()
    events = [event for event in _history(world, ticket_id) if "step" in event.data]
    due = [event.data["due"] for event in events if event.data["goal"] == "first_response"]
    assert due == sorted(due, key=datetime.fromisoformat)
    assert "This was due" in str(events[0].data["reasons"])
    ticket = world.ticket(ticket_id)
    assert (ticket.priority, ticket.escalation, ticket.wake_at) == ("high", 7, None)
    assert ticket.tier == 2
    assert ticket.assignee_id is not None
    assert ticket.team_id is not None
    before = len(_history(world, ticket_id))
    world.work()
    assert len(_history(world, ticket_id)) == before


class KilledError(BaseException):
    """The process is gone."""


def _watch_until_killed(name: str) -> None:
    """A worker that dies at this point, with whatever it holds."""

    def die(here: str, _about: bytes = b"") -> None:
        if here == name:
            raise KilledError

    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(KilledError):
        patch.setattr(jobs, "point", die)
        patch.setattr(timing, "point", die)
        jobs.watch_clocks()


def _expected(world: World) -> dict[int, list[Planned]]:
    """What every ticket's history asks for, by now, as if nothing had been done yet."""
    with world.database.desk(1) as session:
        promised = policies(session, clock.now())
        found = time_tickets(session, by_ids(session, range(1, 1000)).values(), promised)
        return {
            each.ticket.id: [one for one in planned(each.policy, each.clocks, ()) if one.at <= clock.now()]
            for each in found
            if each.policy
        }


@pytest.mark.parametrize(("days", "tickets"), [(4, 5), pytest.param(30, 40, marks=pytest.mark.slow)])
def test_clocks_that_die_and_come_twice_do_each_step_once(hands: Hands, world: World, days: int, tickets: int) -> None:
    chance = Random(7)
    end, sent = hands.moment + timedelta(days=days), 0
    while hands.moment < end:
        if sent < tickets and chance.random() < tickets / (days * 12):
            sent += 1
            world.receive(mail(sender=f"p{sent}@lusitel.example"))
        match chance.randrange(5):
            case 0:
                pass  # nobody ticks
            case 1:
                _watch_until_killed(chance.choice(TIMING))
            case 2:
                both = [threading.Thread(target=jobs.watch_clocks) for _ in range(3)]
                for each in both:
                    each.start()
                for each in both:
                    each.join()
            case _:
                jobs.watch_clocks()
        jobs.follow_event()
        hands.moment += timedelta(minutes=chance.randrange(1, 240))
    for _ in range(3):
        hands.moment += timedelta(minutes=3)  # what a killed one had claimed is free again
        world.work()
    expected = _expected(world)
    assert expected
    for ticket_id, wanted in expected.items():
        done = [event.data["step"] for event in _history(world, ticket_id) if "step" in event.data]
        assert done == [one.key for one in wanted]
