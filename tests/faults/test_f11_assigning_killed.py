"""F11: workers die at each step of assigning, also what was escalated or comes back; nothing is doubled or lost."""

from collections import Counter
from pathlib import Path

import pytest

from mailgate import clock
from mailgate.office.routing import set_presence
from mailgate.store.agents import agent_by_email
from mailgate.store.db import Session
from mailgate.store.events import history_of
from mailgate.store.office import team_named
from mailgate.store.tickets import Ticket, by_id
from mailgate.tickets.escalate import Whereto, escalate
from mailgate.tickets.history import Actor
from tests.faults.test_every_failpoint import PATIENCE, ROUTING
from tests.support.databases import Fresh
from tests.support.desks import file_tickets, give_out, staff
from tests.support.processes import eventually, gateway
from tests.support.world import World

MARA = Actor("agent", "Mara Koch", 1)
_CAPACITY = 8


@pytest.mark.parametrize("rounds", [1, pytest.param(6, marks=pytest.mark.slow)])
def test_killed_at_each_step_of_assigning(world: World, fresh: Fresh, tmp_path: Path, rounds: int) -> None:
    """Each round somebody goes away and a ticket is escalated, while workers are killed at every step."""
    with world.database.desk(1) as session:
        staff(session, "Service", ["Ann", "Bob", "Cleo"], capacity=_CAPACITY * rounds)
        staff(session, "Second line", ["Zoe"], capacity=_CAPACITY * rounds, tier=2)
        give_out(session, "Service", known="ignore", when_away="hand_on", away_minutes=0)
        give_out(session, "Second line", known="ignore")
    ids: list[int] = []
    with gateway(fresh, tmp_path) as gate:
        for number in range(rounds):
            for place, step in enumerate(ROUTING):
                ids += file_tickets(world.database, "Service", 2, first=100 * number + 10 * place)
                with world.database.desk(1) as session:
                    _go(session, ("ann", "bob", "cleo")[(number + place) % 3])
                    if place == 2:
                        _escalate(session, ids[-1])
                gate.start("worker-1", failpoints=f"{step}=kill@{1 + number % 2}")
                world.shop.bell.ring("route_tickets")
                eventually(lambda: gate.has_died("worker-1") or _is_settled(world), within=PATIENCE)
                gate.kill("worker-1")
        gate.start("worker-1", "worker-2")
        world.shop.bell.ring("route_tickets")
        eventually(lambda: _is_settled(world), within=PATIENCE)
    _require_one_each(world, ids, rounds)


def _go(session: Session, name: str) -> None:
    """This one is away, and the others are back."""
    for each in ("ann", "bob", "cleo"):
        agent = agent_by_email(session, f"{each}@nordlicht.example")
        assert agent is not None
        set_presence(agent, "away" if each == name else "available", clock.now())


def _escalate(session: Session, ticket_id: int) -> None:
    ticket, team = by_id(session, ticket_id, lock=True), team_named(session, "Second line")
    assert ticket is not None
    escalate(session, ticket, Whereto(2, team, None), "The customer is a hospital.", MARA, clock.now())


def _is_settled(world: World) -> bool:
    """Nothing wants an agent, and nobody who is away has a ticket."""
    away = "assignee_id IN (SELECT id FROM agents WHERE presence = 'away')"
    return world.count(f"SELECT count(*) FROM tickets WHERE wants_agent_since IS NOT NULL OR {away}") == 0


def _require_one_each(world: World, ids: list[int], rounds: int) -> None:
    """Whoever has a ticket was given it last, and by its history nobody ever had it beside somebody else."""
    with world.database.desk(1) as session:
        for ticket_id in ids:
            holder: object = None
            for event in history_of(session, ticket_id):
                if "assignee" in event.data:
                    before, holder_after = event.data["assignee"]
                    assert before == holder, (ticket_id, event.kind)
                    holder = holder_after
            assert holder is not None, ticket_id
        tickets: list[Ticket | None] = [by_id(session, ticket_id) for ticket_id in ids]
    loads = Counter(one.assignee_id for one in tickets if one is not None)
    assert max(loads.values()) <= _CAPACITY * rounds
    assert sum(one.escalation for one in tickets if one is not None) == rounds
