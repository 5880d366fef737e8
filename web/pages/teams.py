"""Teams: who belongs to each, which mailboxes' requests begin there, and which categories it sees besides its own."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, make_response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, Conflict
from mailgate.office.teams import TeamSetup, known_team, remove_team, save_team, setup_of
from mailgate.store.agents import agents, team_names
from mailgate.store.db import Session
from mailgate.store.office import Team, categories, mailboxes, teams
from web.access import desk
from web.answers import see_other
from web.forms import Form, Line
from web.show.agents import TIERS
from web.show.fields import Option, said
from web.show.shell import desk_page
from web.speech import say

pages = Blueprint("teams", __name__, url_prefix="/admin/teams")

_URL = "/admin/teams"
Ids = tuple[Annotated[Line, Field(pattern=r"^[0-9]{1,18}$")], ...]


class TeamForm(Form):
    """What an admin says of a team."""

    name: Line = ""
    members: Ids = ()
    mailboxes: Ids = ()
    categories: Ids = ()
    tier: Annotated[Line, Field(pattern=r"^[0-9]{1,2}$")] = "1"
    region: Line = ""
    parent: Annotated[Line, Field(pattern=r"^[0-9]{0,18}$")] = ""

    @property
    def setup(self) -> TeamSetup:
        return TeamSetup(
            self.name, _numbers(self.members), _numbers(self.mailboxes), _numbers(self.categories), int(self.tier),
            self.region, int(self.parent) if self.parent else None,
        )  # fmt: skip


def _numbers(ids: Ids) -> tuple[int, ...]:
    return tuple(int(each) for each in ids)


@pages.get("")
def show() -> str:
    """Show every team."""
    with desk() as session:
        of_agents = team_names(session)
        people = {agent.id: agent.name for agent in agents(session) if agent.active}
        lines = [
            (team, [name for agent_id, name in people.items() if team.name in of_agents.get(agent_id, ())])
            for team in teams(session)
        ]
        boxes = {team.id: [box.address for box in mailboxes(session) if box.team_id == team.id] for team, _ in lines}
        return desk_page(session, "teams.html", current="teams", teams=lines, boxes=boxes)


@pages.get("/new")
def show_new() -> str:
    """Ask what to call it."""
    with desk() as session:
        return _form(session, None, TeamForm())


@pages.post("")
def add() -> Response:
    """Found a team."""
    return _saved(TeamForm.read(request), None)


@pages.get("/<key:team_id>")
def show_one(team_id: int) -> str:
    """Show one, to change it."""
    with desk() as session:
        team = known_team(session, team_id)
        return _form(session, team, _filled(setup_of(session, team)))


@pages.post("/<key:team_id>")
def change(team_id: int) -> Response:
    """Change it."""
    return _saved(TeamForm.read(request), team_id)


@pages.post("/<key:team_id>/removal")
def remove(team_id: int) -> Response:
    """Remove one that nothing speaks of."""
    try:
        with desk() as session:
            remove_team(session, known_team(session, team_id))
    except Conflict as error:
        with desk() as session:
            team = known_team(session, team_id)
            page = _form(session, team, _filled(setup_of(session, team)), {"": str(error)})
        return make_response(page, HTTPStatus.CONFLICT)
    return see_other(_URL)


def _saved(form: TeamForm, team_id: int | None) -> Response:
    try:
        with desk() as session:
            team = known_team(session, team_id) if team_id is not None else None
            save_team(session, form.setup, clock.now(), team=team)
    except BadInput as error:
        with desk() as session:
            team = known_team(session, team_id) if team_id is not None else None
            page = _form(session, team, form, {next(iter(error.fields), ""): str(error)})
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other(_URL)


def _filled(setup: TeamSetup) -> TeamForm:
    return TeamForm(
        name=setup.name, members=tuple(map(str, setup.members)), mailboxes=tuple(map(str, setup.mailboxes)),
        categories=tuple(map(str, setup.categories)), tier=str(setup.tier), region=setup.region,
        parent=str(setup.parent_id or ""),
    )  # fmt: skip


def _form(session: Session, team: Team | None, form: TeamForm, errors: dict[str, str] | None = None) -> str:
    others = [Option(str(one.id), one.name) for one in teams(session) if one is not team]
    return desk_page(
        session, "team.html", current="teams", team=team, form=form, errors=errors,
        agents=[(str(one.id), one.name) for one in agents(session) if one.active or str(one.id) in form.members],
        mailboxes=[(str(one.id), one.address) for one in mailboxes(session)],
        categories=[(str(one.id), one.name) for one in categories(session)], tiers=said(TIERS),
        parents=[Option("", say("No other team")), *others],
    )  # fmt: skip
