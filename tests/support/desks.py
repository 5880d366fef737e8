"""Desks for tests of routing: teams of agents, and tickets for them."""

from collections.abc import Sequence
from typing import Any

from mailgate import clock
from mailgate.mail import Address
from mailgate.office.routing import RoutingGiven, set_routing
from mailgate.office.setup import add_agent, add_team
from mailgate.people.meet import meet
from mailgate.store.agents import TeamMember, agent_by_email
from mailgate.store.base import add, reserve
from mailgate.store.db import Database, Session
from mailgate.store.office import mailboxes, team_named
from mailgate.store.people import people_by_address
from mailgate.store.tickets import Ticket
from mailgate.tickets.history import Actor
from mailgate.tickets.open import Opening, open_ticket
from mailgate.tickets.route import want_agents
from mailgate.tickets.said import Said


def staff(session: Session, team: str, names: Sequence[str], **abilities: Any) -> None:
    """A team, and agents in it who can all do this much."""
    now = clock.now()
    one = add_team(session, team, now)
    for name in names:
        email = f"{name.lower()}@nordlicht.example"
        agent = agent_by_email(session, email) or add_agent(session, email, "agent", now, name=name)
        for ability, value in abilities.items():
            setattr(agent, ability, value)
        add(session, TeamMember(team_id=one.id, agent_id=agent.id))
    session.flush()


def give_out(session: Session, team: str | None, **given: Any) -> None:
    """A team gives its tickets out like this."""
    session.flush()
    found = team_named(session, team) if team else None
    set_routing(session, found.id if found else None, RoutingGiven(**{"method": "least_loaded", **given}), clock.now())


def file_tickets(database: Database, team: str, count: int, *, first: int = 1) -> list[int]:
    """Tickets of a team that want an agent; their ids."""
    now = clock.now()
    with database.desk(1) as session:
        mailbox, found = mailboxes(session)[0], team_named(session, team)
        assert found is not None
        reserve(session, tickets=count, messages=count, events=count)
        known = people_by_address(session, ["ana@lusitel.example"])
        ana = meet(session, known, Address("ana@lusitel.example", "Ana Ferreira"), now)
        tickets: list[Ticket] = []
        for number in range(first, first + count):
            said = Said(direction="in", kind="person", channel="mail", author="Ana", text="Help!")
            opening = Opening(f"R-{number}", mailbox, ana, "ana@lusitel.example", "Help", "mail")
            ticket = open_ticket(session, opening, said, Actor("customer", "Ana"), now)
            ticket.team_id = found.id
            tickets.append(ticket)
        want_agents(tickets, now)
        return [ticket.id for ticket in tickets]
