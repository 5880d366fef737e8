"""Promises for tests: an office in Berlin and a policy that runs by it, and the proof that due times can be rebuilt."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from mailgate import clock
from mailgate.office.calendars import CalendarGiven, add_calendar
from mailgate.office.promises import PolicyGiven, StepGiven, add_policy, policies
from mailgate.office.setup import add_agent, add_team
from mailgate.store.tickets import by_ids
from mailgate.tickets.clocks import time_tickets, written
from tests.support.databases import Fresh
from tests.support.world import World, small_world

HOUR = 60
OFFICE = CalendarGiven("Office", "Europe/Berlin", [[(9 * HOUR, 17 * HOUR)]] * 5 + [[], []])
USUAL = {"first_response": 2 * HOUR, "next_response": 4 * HOUR, "resolution": 16 * HOUR, "assignment": HOUR}
TARGETS = {"low": USUAL, "normal": USUAL, "high": {**USUAL, "first_response": HOUR}, "urgent": {"first_response": 30}}


def promise(world: World, steps: Sequence[StepGiven] = (), **more: Any) -> int:
    """Set up a policy by the office's hours; its id."""
    now = clock.now()
    with world.database.desk(world.org) as session:
        calendar = add_calendar(session, OFFICE, now)
        given = PolicyGiven("Usual", more.pop("targets", TARGETS), calendar.id, steps=steps, **more)
        return add_policy(session, given, now).id


def require_rebuilt(world: World) -> None:
    """Working every due time out anew from what happened changes none of them. Only after all work is done."""
    ids = range(1, world.count("SELECT coalesce(max(id), 0) FROM tickets") + 1)
    with world.database.desk(world.org) as session:
        found = time_tickets(session, by_ids(session, ids).values(), policies(session, clock.now()))
        wrong = [(each.times, written(each.ticket)) for each in found if each.times != written(each.ticket)]
    assert not wrong, wrong[:3]


@contextmanager
def two_levels(fresh: Fresh, folder: Path) -> Iterator[World]:
    """A desk with a second level and Ida, an admin."""
    with small_world(fresh, folder) as made:
        with made.database.desk(1) as session:
            add_team(session, "Second level", clock.now())
            add_agent(session, "ida@nordlicht.example", "admin", clock.now(), name="Ida Holm")
        yield made


class Hands:
    """The hands of a clock that tests move."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


@contextmanager
def moved_by_hand(start: str = "2026-11-23T09:00+01:00") -> Iterator[Hands]:
    """Everybody goes by a clock that stands."""
    made = Hands(datetime.fromisoformat(start))
    clock.follow(made)
    try:
        yield made
    finally:
        clock.follow(None)
