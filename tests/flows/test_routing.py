"""Tickets find their agents: by what a team wants, never above capacity, however many workers choose at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from mailgate import clock, jobs
from mailgate.errors import NotFound
from mailgate.office.promises import policies
from mailgate.office.routing import set_presence
from mailgate.office.setup import add_category
from mailgate.steps.routing import route_waiting
from mailgate.store.agents import agent_by_email, names_of
from mailgate.store.db import Database
from mailgate.store.office import mailboxes, team_named
from mailgate.store.organisations import own
from mailgate.store.tickets import Ticket, by_id
from mailgate.tickets.change import Named, change
from mailgate.tickets.explain import explain
from mailgate.tickets.history import Actor
from mailgate.tickets.route import route, take_next
from tests.support.databases import Fresh
from tests.support.desks import file_tickets, give_out, staff
from tests.support.mails import mail
from tests.support.promises import Hands
from tests.support.world import World

MARA = Actor("agent", "Mara Koch", 1)


def _whose(world: World, ticket_id: int | None) -> str | None:
    assignee = world.ticket(ticket_id).assignee_id
    with world.database.desk(1) as session:
        return names_of(session, {assignee})[assignee] if assignee is not None else None


def _history(world: World, ticket_id: int | None) -> list[tuple[str, tuple[str, ...]]]:
    now = clock.now()
    with world.database.desk(1) as session:
        told = explain(session, world.shop.marks, world.ticket(ticket_id).number, policies(session, now), now)
    return [(each.what, each.details) for each in told[0].history]


def _move(world: World, ticket_id: int | None, team: str) -> None:
    """Somebody gives a ticket to a team."""
    with world.database.desk(1) as session:
        ticket, to = by_id(session, ticket_id or 0, lock=True), team_named(session, team)
        assert ticket is not None
        assert to is not None
        change(session, ticket, MARA, clock.now(), given={"team": (None, Named(to.id, to.name))})


def test_a_mail_finds_its_agent_and_says_why(world: World) -> None:
    with world.database.desk(1) as session:
        staff(session, "Service", ["Ann", "Bob"], capacity=1)
        staff(session, "Bills", ["Cleo"], capacity=2, skills=["Billing"], languages=["de"])
        give_out(session, "Service")
        give_out(session, "Bills", skill="require")
        service, bills = team_named(session, "Service"), team_named(session, "Bills")
        assert service is not None
        assert bills is not None
        mailboxes(session)[0].team_id = service.id
        billing = add_category(session, "Billing", clock.now())
        category = Named(billing.id, billing.name)
        assert own(session).is_routed
    first, second, third = (world.receive(mail()).ticket_id for _ in range(3))
    jobs.sweep()
    jobs.route_tickets()
    assert sorted(str(_whose(world, each)) for each in (first, second)) == ["Ann", "Bob"]
    assert ("Mailgate changed the ticket.", ("Ann: 0 of 1.", "Bob: 0 of 1.", "Assignee: none → Ann")) in _history(
        world, first
    )
    assert _history(world, third)[-1] == (
        "Nobody could be given the ticket yet.",
        ("Ann: full, 1 of 1.", "Bob: full, 1 of 1."),
    )
    for _ in range(2):  # it is told once, however often they look
        jobs.route_tickets()
    assert sum(what.startswith("Nobody could") for what, _ in _history(world, third)) == 1
    _move(world, third, "Bills")
    jobs.route_tickets()
    assert _whose(world, third) == "Cleo"  # no category: nothing is required
    with world.database.desk(1) as session:
        fourth = by_id(session, world.receive(mail()).ticket_id or 0, lock=True)
        assert fourth is not None
        to = Named(bills.id, bills.name)
        change(
            session, fourth, MARA, clock.now(),
            given={"assignee": (Named(1, "?"), None), "team": (None, to), "category": (None, category)},
        )  # fmt: skip
        fourth.language = "de"
        chosen = route(session, fourth, MARA, clock.now())
    assert chosen.reasons == ("Cleo: the customer knows them, has Billing, speaks German, 1 of 2.",)


def test_whoever_goes_away_leaves_their_tickets_as_the_team_wants_it(hands: Hands, world: World) -> None:
    with world.database.desk(1) as session:
        staff(session, "Stays", ["Ann", "Adam"])
        staff(session, "Returns", ["Bob", "Bea"])
        staff(session, "Hands on", ["Cleo", "Carl"])
        give_out(session, "Stays")
        give_out(session, "Returns", known="ignore", when_away="return", away_minutes=30)
        give_out(session, "Hands on", method="round_robin", when_away="hand_on", away_minutes=0)
    mine = {team: file_tickets(world.database, team, 2, first=number * 10)
            for number, team in enumerate(("Stays", "Returns", "Hands on"))}  # fmt: skip
    jobs.route_tickets()
    had = {team: [_whose(world, each) for each in ids] for team, ids in mine.items()}
    assert had == {"Stays": ["Ann", "Adam"], "Returns": ["Bob", "Bea"], "Hands on": ["Cleo", "Carl"]}
    with world.database.desk(1) as session:
        for name in ("ann", "bob", "cleo"):
            agent = agent_by_email(session, f"{name}@nordlicht.example")
            assert agent is not None
            set_presence(agent, "away", hands(), until=hands() + timedelta(hours=2))
    jobs.route_tickets()
    assert [_whose(world, each) for each in mine["Hands on"]] == ["Carl", "Carl"]
    assert [_whose(world, each) for each in mine["Returns"]] == ["Bob", "Bea"]  # not yet
    hands.moment += timedelta(minutes=30)
    jobs.route_tickets()
    assert [_whose(world, each) for each in mine["Returns"]] == [None, "Bea"]
    assert [_whose(world, each) for each in mine["Stays"]] == ["Ann", "Adam"]
    assert _history(world, mine["Returns"][0])[-1][1] == ("Bob is away: the ticket comes back.", "Assignee: Bob → none")
    (late,) = file_tickets(world.database, "Returns", 1, first=90)
    jobs.route_tickets()
    assert _whose(world, late) == "Bea"
    hands.moment += timedelta(hours=2)  # away ends by itself
    (later,) = file_tickets(world.database, "Returns", 1, first=91)
    jobs.route_tickets()
    assert _whose(world, later) == "Bob"


def test_the_next_one_is_the_most_urgent_of_ones_teams(world: World) -> None:
    with world.database.desk(1) as session:
        staff(session, "Service", ["Ann"])
        staff(session, "Bills", ["Bob"])
    service, bills = file_tickets(world.database, "Service", 3), file_tickets(world.database, "Bills", 1, first=10)
    with world.database.desk(1) as session:
        urgent = by_id(session, service[2])
        ann = agent_by_email(session, "ann@nordlicht.example")
        assert urgent is not None
        assert ann is not None
        urgent.priority = "urgent"
        session.flush()
        taken = [take_next(session, ann, Actor("agent", "Ann", ann.id), clock.now()).id for _ in range(3)]
        with pytest.raises(NotFound, match="No ticket waits"):
            take_next(session, ann, Actor("agent", "Ann", ann.id), clock.now())
    assert taken == [service[2], *service[:2]]
    assert world.ticket(bills[0]).assignee_id is None


@pytest.mark.parametrize(
    ("tickets", "agents", "capacity"), [(110, 5, 20), pytest.param(2000, 20, 50, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("method", ["least_loaded", "round_robin"])
def test_many_workers_never_overfill_an_agent_and_stay_even(
    world: World, fresh: Fresh, tickets: int, agents: int, capacity: int, method: str
) -> None:
    """Two teams share all agents. First comes what half fills them: everybody has as many. Then more than they can."""
    names = [f"Agent{number}" for number in range(agents)]
    with world.database.desk(1) as session:
        staff(session, "Service", names, capacity=capacity)
        staff(session, "Bills", names, capacity=capacity)
        for team in ("Service", "Bills"):
            give_out(session, team, method=method, known="ignore")
    workers = [Database(fresh.app_url, pool=2) for _ in range(8)]
    spreads = []
    for first, count in ((1, agents * capacity // 2 + 3), (20_000, tickets - agents * capacity // 2 - 3)):
        for place, team in enumerate(("Service", "Bills")):
            file_tickets(world.database, team, (count + place) // 2, first=first + place * 5_000)
        with ThreadPoolExecutor(len(workers)) as pool:
            list(pool.map(_until_nothing_moves, workers))
        spreads.append(_loads(world))
    for worker in workers:
        worker.close()
    half, full = spreads
    assert max(half.values()) - min(half[name] for name in half) <= 1
    assert sum(half.values()) == agents * capacity // 2 + 3
    assert list(full.values()) == [capacity] * agents
    assert (
        world.count("SELECT count(*) FROM tickets WHERE wants_agent_since IS NOT NULL") == tickets - agents * capacity
    )


def _until_nothing_moves(database: Database) -> None:
    for _ in range(1000):
        if not route_waiting(database, 1):
            return


def _loads(world: World) -> Counter[int]:
    with world.database.desk(1) as session:
        ids = range(1, world.count("SELECT max(id) FROM tickets") + 1)
        tickets: list[Ticket | None] = [by_id(session, number) for number in ids]
    return Counter(one.assignee_id for one in tickets if one is not None and one.assignee_id is not None)
