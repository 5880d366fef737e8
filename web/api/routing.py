"""Who gets which ticket: by hand, by what a team goes by, the next one, and escalation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mailgate import clock
from mailgate.errors import Conflict, NotFound
from mailgate.office import routing as office
from mailgate.office.routing import RoutingGiven, given_for
from mailgate.store.agents import agent_by_id
from mailgate.store.listing import listed
from mailgate.store.office import teams
from mailgate.store.routing import routings
from mailgate.tickets import escalate as escalation
from mailgate.tickets import place
from mailgate.tickets.change import Named, change
from mailgate.tickets.escalate import REASON_LENGTH, Whereto
from mailgate.tickets.place import REGION_LENGTH
from mailgate.tickets.route import route, take_next
from web.access import agent, desk, who
from web.api import lookups
from web.api.operations import Answer, Body, operation
from web.api.shapes import Moment, Page, PageQuery
from web.api.ticket_shapes import TicketShown, shown
from web.db import ring
from web.forms import Line

Weight = Literal["ignore", "prefer", "require"]
Name = Annotated[Line, Field(max_length=254)]


class Assign(Body):
    """To whom: an agent's address; null takes it from whoever has it."""

    assignee: Name | None


class Region(Body):
    """A region as agents and teams have them; empty: it is not known."""

    region: Annotated[Line, Field(max_length=REGION_LENGTH)]


class Escalate(Body):
    """To whom, and why. Without tier, team and assignee: to the next tier."""

    reason: Annotated[Line, Field(min_length=1, max_length=REASON_LENGTH)]
    tier: Annotated[int | None, Field(ge=1, le=3)] = None
    team: Name | None = None
    assignee: Name | None = None


class Routed(Answer):
    """Who was given the ticket, or null, and why: a sentence an agent."""

    assignee: str | None
    reasons: list[str]


class Routing(Body):
    """How a team gives out its tickets; team null: those that have none."""

    team: Name | None
    method: Literal["by_hand", "round_robin", "least_loaded"]
    skill: Weight = "prefer"
    language: Weight = "prefer"
    region: Weight = "prefer"
    known: Annotated[Literal["ignore", "prefer"], Field(description="The agent the customer had to do with last.")] = (
        "prefer"
    )
    when_away: Annotated[
        Literal["stay", "return", "hand_on"], Field(description="What becomes of tickets whose agent is away.")
    ] = "stay"
    away_minutes: Annotated[int, Field(ge=0, le=10_080)] = 60


class RoutingShown(Answer):
    """How a team gives out its tickets; team null: those that have none."""

    team: str | None
    method: str
    skill: str
    language: str
    region: str
    known: str
    when_away: str
    away_minutes: int


class RoutingPage(Page[RoutingShown]):
    """Every team's way, and that of tickets without a team."""


class Presence(Body):
    """Whether an agent is there; `until`: when away ends by itself."""

    presence: Literal["available", "busy", "away"]
    until: Moment | None = None


class PresenceShown(Answer):
    """Whether an agent is there."""

    id: int
    presence: str
    until: Moment | None


@operation("POST", "/tickets/<number:number>/assign", body=Assign, answer=TicketShown)
def assign_ticket(number: str, body: Assign) -> TicketShown:
    """Give a ticket to an agent, or take it from whoever has it."""
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number, lock=True)
        before = listed(session, ticket.id)
        had = Named(ticket.assignee_id, before.assignee_name or "") if ticket.assignee_id is not None else None
        found = lookups.worker(session, body.assignee) if body.assignee is not None else None
        given = {"assignee": (had, Named(found.id, found.name) if found is not None else None)}
        change(session, ticket, agent(), clock.now(), given=given)
        return shown(session, ticket.id)


@operation("PUT", "/tickets/<number:number>/region", body=Region, answer=TicketShown)
def place_customer(number: str, body: Region) -> TicketShown:
    """Say where a ticket's customer is. Routing goes by it, now and for whatever they ask later."""
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number, lock=True)
        place.place_customer(session, ticket, body.region, agent(), clock.now())
        return shown(session, ticket.id)


@operation("POST", "/tickets/<number:number>/route", answer=Routed)
def route_ticket(number: str) -> Routed:
    """Find an agent for a ticket that nobody has, as its team goes about it."""
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number, lock=True)
        choice = route(session, ticket, agent(), clock.now())
        name = listed(session, ticket.id).assignee
    return Routed(assignee=name if choice.agent is not None else None, reasons=list(choice.reasons))


@operation("POST", "/tickets/next", answer=TicketShown)
def take_next_ticket() -> TicketShown:
    """Take the most urgent ticket that nobody has, of one's teams or of none. 404 when there is none."""
    with desk() as session:
        me = agent_by_id(session, who().agent_id or 0)
        if me is None:
            raise Conflict("An application takes no tickets: assign one to an agent instead.")
        return shown(session, take_next(session, me, agent(), clock.now()).id)


@operation("POST", "/tickets/<number:number>/escalate", body=Escalate, answer=TicketShown)
def escalate_ticket(number: str, body: Escalate) -> TicketShown:
    """Escalate a ticket by a level. Whoever gets it is told."""
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number, lock=True)
        to = Whereto(
            body.tier,
            lookups.team(session, body.team) if body.team is not None else None,
            lookups.worker(session, body.assignee) if body.assignee is not None else None,
        )
        escalation.escalate(session, ticket, to, body.reason, agent(), clock.now())
        answer = shown(session, ticket.id)
    ring("follow_event")
    return answer


@operation("POST", "/tickets/<number:number>/deescalate", answer=TicketShown)
def bring_back_ticket(number: str) -> TicketShown:
    """Take the last escalation back: team, agent and tier are what they were."""
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number, lock=True)
        escalation.bring_back(session, ticket, agent(), clock.now())
        return shown(session, ticket.id)


@operation("GET", "/routing", query=PageQuery, answer=RoutingPage)
def list_routing(query: PageQuery) -> RoutingPage:
    """List how each team gives out its tickets. They come on one page."""
    del query
    with desk() as session:
        rows, known = routings(session), teams(session)
    places = [(team.id, team.name) for team in known]
    items = [_routing(name, given_for(rows.get(team_id))) for team_id, name in [*places, (None, None)]]
    return RoutingPage(items=items, next=None)


@operation("PUT", "/routing", body=Routing, answer=RoutingShown)
def set_routing(body: Routing) -> RoutingShown:
    """Give out a team's tickets like this from now on."""
    with desk() as session:
        team = lookups.team(session, body.team) if body.team is not None else None
        given = RoutingGiven(**body.model_dump(exclude={"team"}))
        row = office.set_routing(session, team.id if team is not None else None, given, clock.now())
        return _routing(body.team, given_for(row))


@operation("PUT", "/agents/<key:agent_id>/presence", body=Presence, answer=PresenceShown)
def set_presence(agent_id: int, body: Presence) -> PresenceShown:
    """Say whether an agent is there, for a telephone system, say. Agents do it themselves on their pages."""
    with desk() as session:
        found = agent_by_id(session, agent_id)
        if found is None:
            raise NotFound(f"There is no agent {agent_id}.")
        office.set_presence(found, body.presence, clock.now(), until=body.until)
    ring("route_tickets")
    return PresenceShown(id=found.id, presence=found.presence, until=found.away_until)


def _routing(team: str | None, given: RoutingGiven) -> RoutingShown:
    return RoutingShown.model_validate({"team": team} | {name: getattr(given, name) for name in RoutingGiven.__slots__})
