"""Who gets which ticket: how teams give them out, the next one, escalation, and who is there."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, NotFound
from mailgate.office.routing import RoutingGiven, given_for, set_presence, set_routing
from mailgate.rights import Right, may
from mailgate.store.agents import Agent, agent_by_id
from mailgate.store.db import Session
from mailgate.store.office import Team, teams
from mailgate.store.routing import routings
from mailgate.store.tickets import Ticket, by_number
from mailgate.tickets.escalate import Whereto, bring_back, escalate
from mailgate.tickets.route import route, take_next
from web.access import agent, desk, who, zone_of
from web.answers import see_other, see_ticket
from web.db import ring
from web.forms import Form, Line
from web.show.routing import desk_of_agents, teams_in_words
from web.show.shell import desk_page
from web.speech import say

pages = Blueprint("routing", __name__)

_URL = "/admin/routing"
_ID = r"^[0-9]{0,18}$"


class RoutingForm(Form):
    """How one team gives its tickets out."""

    method: Line
    skill: Line
    language: Line
    region: Line
    known: Line
    when_away: Line
    away_minutes: Annotated[str, Field(pattern=r"^[0-9]{1,6}$")]

    def given(self) -> RoutingGiven:
        return RoutingGiven(**{**self.model_dump(), "away_minutes": int(self.away_minutes)})


class EscalationForm(Form):
    """To whom, and why."""

    tier: Annotated[str, Field(pattern=r"^[1-3]?$")] = ""
    team: Annotated[str, Field(pattern=_ID)] = ""
    assignee: Annotated[str, Field(pattern=_ID)] = ""
    reason: Line = ""


class PresenceForm(Form):
    """Whether somebody is there; `until`: when `away` ends, in the organisation's time."""

    presence: Literal["available", "busy", "away"]
    until: Annotated[str, Field(max_length=40)] = ""


@pages.get(_URL)
def show() -> str:
    """Show how each team gives its tickets out, and who can have them."""
    with desk() as session:
        return desk_page(
            session, "routing.html", current="routing",
            teams=teams_in_words(teams(session), routings(session)), agents=desk_of_agents(session, clock.now()),
        )  # fmt: skip


@pages.get(f"{_URL}/<key:team_id>")
def edit(team_id: int) -> str:
    """Show one team's way, to change it; 0: tickets without a team."""
    with desk() as session:
        return _form(session, team_id, given_for(routings(session).get(team_id or None)))


@pages.post(f"{_URL}/<key:team_id>")
def change(team_id: int) -> Response | tuple[str, int]:
    """Give tickets out like this from now on."""
    given = RoutingForm.read(request).given()
    try:
        with desk() as session:
            _team(session, team_id)
            set_routing(session, team_id or None, given, clock.now())
    except BadInput as error:
        with desk() as session:
            return _form(session, team_id, given, error), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other(_URL)


@pages.post("/next")
def take() -> Response:
    """Give whoever asks the most urgent ticket that nobody has."""
    try:
        with desk() as session:
            number = take_next(session, _me(session), agent(), clock.now()).number
    except NotFound:
        return see_other("/?view=unassigned")
    return see_ticket(number)


@pages.post("/me/presence")
def be_there() -> Response:
    """Say whether one is there."""
    form = PresenceForm.read(request)
    with desk() as session:
        me, now = _me(session), clock.now()
        set_presence(me, form.presence, now, until=_moment(session, form.until) if form.presence == "away" else None)
    ring("route_tickets")
    return see_other("/me?done=saved")


@pages.post("/t/<number:number>/routing")
def find_agent(number: str) -> Response:
    """Find somebody for a ticket that nobody has. Its thread says who it is, or why nobody is."""
    with desk() as session:
        route(session, _locked(session, number), agent(), clock.now())
    return see_ticket(number)


@pages.post("/t/<number:number>/escalation")
def raise_level(number: str) -> Response:
    """Escalate it."""
    form = EscalationForm.read(request)
    with desk() as session:
        ticket = _locked(session, number)
        team = _team(session, int(form.team or 0))
        to = Whereto(int(form.tier) if form.tier else None, team, _worker(session, int(form.assignee or 0)))
        escalate(session, ticket, to, form.reason, agent(), clock.now())
    ring("follow_event")
    return see_ticket(number)


@pages.post("/t/<number:number>/escalation/removal")
def lower_level(number: str) -> Response:
    """Bring it back to where it was."""
    with desk() as session:
        bring_back(session, _locked(session, number), agent(), clock.now())
    return see_ticket(number)


def _form(session: Session, team_id: int, given: RoutingGiven, error: BadInput | None = None) -> str:
    team = _team(session, team_id)
    return desk_page(
        session, "routing_team.html", current="routing", given=given, url=f"{_URL}/{team_id}",
        name=team.name if team is not None else say("Tickets without a team"),
        errors=dict.fromkeys(error.fields or [""], str(error)) if error is not None else {},
    )  # fmt: skip


def _team(session: Session, team_id: int) -> Team | None:
    if not team_id:
        return None
    found = next((team for team in teams(session) if team.id == team_id), None)
    if found is None:
        raise NotFound("There is no such team.")
    return found


def _worker(session: Session, agent_id: int) -> Agent | None:
    if not agent_id:
        return None
    found = agent_by_id(session, agent_id)
    if found is None or not found.active or not may(found.role, Right.WORK):
        raise BadInput("This agent does not work on tickets.", assignee="is not active, or only looks on")
    return found


def _me(session: Session) -> Agent:
    known = agent_by_id(session, who().agent_id or 0)
    if known is None:
        raise NotFound("An application takes no tickets. Sign in as an agent.")
    return known


def _locked(session: Session, number: str) -> Ticket:
    found = by_number(session, number, lock=True)
    if found is None:
        raise NotFound(f"There is no ticket {number}.")
    return found


def _moment(session: Session, written: str) -> datetime | None:
    """A moment in the organisation's time; none where nothing is written."""
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise BadInput("That is no day and time: write it as 2026-01-31 08:00.", until="is no time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone_of(session)))
