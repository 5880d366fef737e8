"""Give tickets to the agents who fit best, and say why; those for whom nobody is found wait, and that is said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailgate.errors import NotFound
from mailgate.failpoints import point
from mailgate.routing.choice import Candidate, Choice, Method, Need, Rule, Weight, choose
from mailgate.store.agents import Agent, names_of
from mailgate.store.db import Session
from mailgate.store.events import told_unrouted
from mailgate.store.office import Category, Team, categories, teams
from mailgate.store.people import regions_of
from mailgate.store.routing import (
    Routing,
    Taker,
    known_agents,
    loads_of,
    lock_takers,
    members_by_team,
    next_untaken,
    routings,
    take_turns,
)
from mailgate.store.tickets import PRIORITIES, Ticket, by_id
from mailgate.tickets.change import Named, change
from mailgate.tickets.history import MAILGATE, Actor, record

_DONE = frozenset({"resolved", "closed"})
_TRIES = 5  # so many colleagues may be faster before somebody is told that nothing waits
_BY_HAND = Rule(Method.BY_HAND)


@dataclass
class _Round:
    """What choosing for some tickets needs to know; the agents as this round has left them."""

    rules: dict[int | None, Rule]
    teams: dict[int, Team]
    members: dict[int, set[int]]
    agents: dict[int, Candidate]
    categories: dict[int, Category]
    regions: dict[int, str]
    known: dict[int, int]


def want_agents(tickets: Iterable[Ticket], at: datetime) -> None:
    """Put tickets that nobody has on the list of those that routing gives out."""
    for ticket in tickets:
        if _is_waiting(ticket):
            ticket.wants_agent_since = at


def route(session: Session, ticket: Ticket, by: Actor, at: datetime) -> Choice:
    """Find somebody for one ticket, which is locked, because a person or a rule asks; a team that gives its tickets
    out by hand is served, too. Whoever has it keeps it.
    """
    if not _is_waiting(ticket):
        names = names_of(session, {ticket.assignee_id} if ticket.assignee_id is not None else set())
        has_it = next(iter(names.values()), None)
        return Choice(None, (f"{has_it} has the ticket." if has_it else "The ticket is done.",))
    return route_all(session, [ticket], by, at, is_asked=True)[ticket.id]


def route_all(
    session: Session, tickets: Sequence[Ticket], by: Actor, at: datetime, *, is_asked: bool = False
) -> dict[int, Choice]:
    """Find somebody for each of some locked tickets, the most urgent first; the others wait."""
    rules = {team_id: _rule(row) for team_id, row in routings(session).items()}
    waiting = [ticket for ticket in tickets if _is_waiting(ticket)]
    mine = [ticket for ticket in waiting if is_asked or _rule_for(rules, ticket).method != Method.BY_HAND]
    for ticket in tickets:
        if ticket not in mine:
            ticket.wants_agent_since = None
    if not mine:
        return {}
    session.flush()  # what this transaction has given out counts
    found = _begin(session, rules, mine, at)
    point("route.after_lock")
    chosen: dict[int, Choice] = {}
    for ticket in sorted(mine, key=lambda one: (-PRIORITIES.index(one.priority), one.created_at, one.id)):
        chosen[ticket.id] = choice = _choose(found, ticket)
        if choice.agent is not None:
            given = {"assignee": (None, Named(choice.agent.id, choice.agent.name))}
            change(session, ticket, by, at, given=given, reasons=choice.reasons)
    left = [ticket for ticket in mine if chosen[ticket.id].agent is None]
    _say_who_waits(session, found, left, chosen, at, is_asked=is_asked)
    take_turns(session, {one.agent.id: found.agents[one.agent.id].turn for one in chosen.values() if one.agent})
    return chosen


def take_next(session: Session, agent: Agent, by: Actor, at: datetime) -> Ticket:
    """Give an agent the most urgent ticket that nobody has, of their teams or of none; of several the oldest."""
    session.flush()
    for _ in range(_TRIES):
        ticket_id = next_untaken(session, agent.id)
        ticket = by_id(session, ticket_id, lock=True) if ticket_id is not None else None
        if ticket is None:
            break
        session.refresh(ticket)
        if _is_waiting(ticket):
            change(session, ticket, by, at, given={"assignee": (None, Named(agent.id, agent.name))})
            return ticket
    raise NotFound("No ticket waits for somebody.")


def give_back(session: Session, tickets: Collection[Ticket], at: datetime) -> int:
    """Take tickets, which are locked, from agents who are away or gone, as their teams want it; how many."""
    rows = routings(session)
    names = names_of(session, {ticket.assignee_id for ticket in tickets if ticket.assignee_id is not None})
    count = 0
    for ticket in tickets:
        had_id, row = ticket.assignee_id, rows.get(ticket.team_id)
        if had_id is None or row is None or ticket.status in _DONE:
            continue
        name = names.get(had_id, "")
        given = {"assignee": (Named(had_id, name), None)}
        change(session, ticket, MAILGATE, at, given=given, reasons=[f"{name} is away: the ticket comes back."])
        if row.when_away == "hand_on":
            want_agents([ticket], at)
        count += 1
    return count


def _is_waiting(ticket: Ticket) -> bool:
    return ticket.assignee_id is None and ticket.status not in _DONE and ticket.merged_into_id is None


def _rule(row: Routing) -> Rule:
    weights = (Weight(getattr(row, name)) for name in ("skill", "language", "region", "known"))
    return Rule(Method(row.method), *weights)


def _rule_for(rules: dict[int | None, Rule], ticket: Ticket) -> Rule:
    return rules.get(ticket.team_id, _BY_HAND)


def _begin(session: Session, rules: dict[int | None, Rule], tickets: Sequence[Ticket], at: datetime) -> _Round:
    takers = lock_takers(session, {ticket.team_id for ticket in tickets})
    loads = loads_of(session, [taker.id for taker in takers])
    return _Round(
        rules,
        {team.id: team for team in teams(session)},
        members_by_team(session),
        {taker.id: _candidate(taker, loads[taker.id], at) for taker in takers},
        {one.id: one for one in categories(session)},
        regions_of(session, {ticket.requester_id for ticket in tickets}),
        known_agents(session, tickets),
    )


def _candidate(taker: Taker, load: int, at: datetime) -> Candidate:
    is_back = taker.away_until is not None and taker.away_until <= at
    return Candidate(
        taker.id, taker.name, taker.capacity, load, "available" if is_back else taker.presence, taker.tier, taker.turn,
        frozenset(str(skill).casefold() for skill in taker.skills), frozenset(map(str, taker.languages)), taker.region,
    )  # fmt: skip


def _choose(found: _Round, ticket: Ticket) -> Choice:
    """Choose for one ticket; whoever is chosen has one more from now on, and had the last turn."""
    team = found.teams.get(ticket.team_id or 0)
    there: Iterable[Candidate] = found.agents.values()
    if team is not None:
        members = found.members.get(team.id, set())
        there = [replace(one, tier=max(one.tier, team.tier)) for one in there if one.id in members]
    choice = choose(_need(found, ticket, team), list(there), _rule_for(found.rules, ticket))
    if choice.agent is not None:
        latest = max(one.turn for one in found.agents.values())
        had = found.agents[choice.agent.id]
        found.agents[had.id] = replace(had, load=had.load + 1, turn=latest + 1)
    return choice


def _need(found: _Round, ticket: Ticket, team: Team | None) -> Need:
    names, category = [], found.categories.get(ticket.category_id or 0)
    own = category.name if category is not None else ""
    while category is not None and category.name not in names:
        names.append(category.name)
        category = found.categories.get(category.parent_id or 0)
    region = found.regions.get(ticket.requester_id) or (team.region if team is not None else "")
    skills = frozenset(name.casefold() for name in names)
    return Need(skills, own, ticket.language, region, ticket.tier, found.known.get(ticket.id))


def _say_who_waits(
    session: Session,
    found: _Round,
    tickets: Sequence[Ticket],
    chosen: dict[int, Choice],
    at: datetime,
    *,
    is_asked: bool,
) -> None:
    """That a ticket waits is told once a team, or when asked. If others had room, the next look goes on behind it."""
    told = told_unrouted(session, [ticket.id for ticket in tickets]) if tickets else set()
    is_room = any(one.presence == "available" and not one.is_full for one in found.agents.values())
    for ticket in tickets:
        team = found.teams.get(ticket.team_id or 0)
        name = team.name if team is not None else ""
        if is_asked or (ticket.id, name) not in told:
            data = {"team_name": name, "reasons": list(chosen[ticket.id].reasons)}
            record(session, ticket, "not_routed", MAILGATE, at, data=data)
        if _rule_for(found.rules, ticket).method == Method.BY_HAND:
            ticket.wants_agent_since = None
        elif ticket.wants_agent_since is None or is_room:
            ticket.wants_agent_since = at
