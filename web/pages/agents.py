"""Agents: who works here, what they may, see and take on; invite somebody, let them in again, switch them off."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, make_response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, Conflict, Forbidden
from mailgate.office.agents import (
    Profile,
    change,
    invite,
    known_agent,
    profile_of,
    require_may_change,
    set_active,
)
from mailgate.office.links import SIGN_IN_MINUTES, sign_in_link
from mailgate.office.routing import set_presence
from mailgate.office.second_factor import take_away
from mailgate.store.agents import Agent, agents, end_sessions_of, sessions_of, team_names
from mailgate.store.db import Session
from mailgate.store.office import teams
from web.access import desk, who
from web.answers import see_other
from web.db import ring, tools
from web.forms import Form, Line
from web.show.agents import ROLES, ROLES_OF_OTHERS, TIERS, split, until
from web.show.fields import Option, said
from web.show.shell import desk_page
from web.speech import later

pages = Blueprint("agents", __name__, url_prefix="/admin/agents")

_URL = "/admin/agents"
PRESENCES = (Option("available", later("Available")), Option("busy", later("Busy")), Option("away", later("Away")))


class AgentForm(Form):
    """What an admin says of an agent. `email` is asked of a new one alone."""

    email: Line = ""
    name: Line = ""
    role: Line = "agent"
    teams: tuple[Annotated[Line, Field(pattern=r"^[0-9]{1,18}$")], ...] = ()
    only_own_teams: bool = False
    languages: Line = ""
    skills: Line = ""
    capacity: Annotated[Line, Field(pattern=r"^[0-9]{0,5}$")] = ""
    tier: Annotated[Line, Field(pattern=r"^[0-9]{1,2}$")] = "1"
    region: Line = ""

    @property
    def profile(self) -> Profile:
        return Profile(
            self.name, self.role, tuple(int(each) for each in self.teams), self.only_own_teams, split(self.languages),
            split(self.skills), int(self.capacity) if self.capacity else None, int(self.tier), self.region,
        )  # fmt: skip


class ActivityForm(Form):
    active: bool


class PresenceForm(Form):
    presence: Line
    until: Line = ""


@pages.get("")
def show() -> str:
    """Show everybody, those who work here now first."""
    with desk() as session:
        everybody = sorted(agents(session), key=lambda agent: not agent.active)
        return desk_page(
            session, "agents.html", current="agents", agents=everybody, teams=team_names(session), roles=said(ROLES)
        )


@pages.get("/new")
def show_new() -> str:
    """Ask whom to invite."""
    with desk() as session:
        return _form(session, None, AgentForm())


@pages.post("")
def add() -> Response:
    """Invite somebody, and show the link that lets them in."""
    form = AgentForm.read(request)
    try:
        with desk() as session:
            agent = invite(session, form.email, form.profile, teams(session), clock.now(), who().role)
            page = _page(session, agent, link=_link(session, agent))
    except (BadInput, Forbidden) as error:
        return _refused(None, form, error)
    ring("follow_event")
    return make_response(page, HTTPStatus.CREATED)


@pages.get("/<key:agent_id>")
def show_one(agent_id: int) -> str:
    """Show somebody, to change what is said of them."""
    with desk() as session:
        return _page(session, known_agent(session, agent_id))


@pages.post("/<key:agent_id>")
def edit(agent_id: int) -> Response:
    """Change it."""
    form = AgentForm.read(request)
    try:
        with desk() as session:
            change(session, known_agent(session, agent_id), form.profile, teams(session), who().role)
    except (BadInput, Conflict, Forbidden) as error:
        return _refused(agent_id, form, error)
    return see_other(f"{_URL}/{agent_id}?done=saved")


@pages.post("/<key:agent_id>/activity")
def switch(agent_id: int) -> Response:
    """Switch somebody off, or on again."""
    form = ActivityForm.read(request)
    try:
        with desk() as session:
            set_active(session, known_agent(session, agent_id), active=form.active, by=who().role)
    except (Conflict, Forbidden) as error:
        return _refused(agent_id, None, error)
    return see_other(f"{_URL}/{agent_id}?done={'on' if form.active else 'off'}")


@pages.post("/<key:agent_id>/presence")
def say_presence(agent_id: int) -> Response:
    """Say whether somebody is there."""
    form = PresenceForm.read(request)
    try:
        with desk() as session:
            agent = known_agent(session, agent_id)
            set_presence(agent, form.presence, clock.now(), until=until(session, form.until))
    except BadInput as error:
        return _refused(agent_id, None, error)
    return see_other(f"{_URL}/{agent_id}?done=saved")


@pages.post("/<key:agent_id>/link")
def let_in(agent_id: int) -> str:
    """Make a one-time link to hand over. It is shown now and never again."""
    with desk() as session:
        agent = known_agent(session, agent_id)
        require_may_change(agent, who().role)
        return _page(session, agent, link=_link(session, agent))


@pages.post("/<key:agent_id>/sessions/removal")
def sign_out(agent_id: int) -> Response:
    """Sign somebody out everywhere."""
    with desk() as session:
        agent = known_agent(session, agent_id)
        require_may_change(agent, who().role)
        end_sessions_of(session, agent.id)
    return see_other(f"{_URL}/{agent_id}?done=signed-out")


@pages.post("/<key:agent_id>/factor/removal")
def take_factor(agent_id: int) -> Response:
    """Take away the second factor of somebody who has lost it, with the password it stood beside."""
    with desk() as session:
        agent = known_agent(session, agent_id)
        require_may_change(agent, who().role)
        take_away(session, agent)
    return see_other(f"{_URL}/{agent_id}?done=factor")


def _link(session: Session, agent: Agent) -> str:
    if not agent.active:
        raise Conflict(f"{agent.name} is switched off: switch them on first.")
    return sign_in_link(session, agent, clock.now(), tools().settings.public_url)


def _refused(agent_id: int | None, form: AgentForm | None, error: BadInput | Conflict | Forbidden) -> Response:
    fields = error.fields if isinstance(error, BadInput) else {}
    errors = {next(iter(fields), ""): str(error)}
    with desk() as session:
        agent = known_agent(session, agent_id) if agent_id is not None else None
        page = _page(session, agent, errors=errors) if agent and form is None else _form(session, agent, form, errors)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(error, BadInput) else HTTPStatus.CONFLICT
    return make_response(page, HTTPStatus.FORBIDDEN if isinstance(error, Forbidden) else status)


def _page(session: Session, agent: Agent, *, link: str | None = None, errors: dict[str, str] | None = None) -> str:
    said = profile_of(session, agent)
    form = AgentForm(
        name=said.name, role=said.role, teams=tuple(map(str, said.teams)), only_own_teams=said.only_own_teams,
        languages=", ".join(said.languages), skills=", ".join(said.skills),
        capacity="" if said.capacity is None else str(said.capacity), tier=str(said.tier), region=said.region,
    )  # fmt: skip
    return _form(session, agent, form, errors, link=link)


def _form(
    session: Session,
    agent: Agent | None,
    form: AgentForm | None,
    errors: dict[str, str] | None = None,
    *,
    link: str | None = None,
) -> str:
    return desk_page(
        session, "agent.html", current="agents", agent=agent, form=form, errors=errors, link=link,
        minutes=SIGN_IN_MINUTES, roles=said(ROLES if who().role == "owner" else ROLES_OF_OTHERS),
        presences=said(PRESENCES),
        tiers=said(TIERS),
        teams=[(str(team.id), team.name) for team in teams(session)], done=request.args.get("done", ""),
        sessions=sessions_of(session, agent.id, clock.now()) if agent is not None else [],
    )  # fmt: skip
