"""Agents, to change: who works here, what they may, see and take on, and how they get in."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from mailgate import clock
from mailgate.errors import Conflict
from mailgate.office import agents as office_agents
from mailgate.office.agents import Profile, known_agent
from mailgate.office.links import SIGN_IN_MINUTES, sign_in_link
from mailgate.office.routing import set_presence
from mailgate.office.second_factor import take_away
from mailgate.office.wishes import set_pages
from mailgate.store.agents import end_sessions_of
from mailgate.store.office import teams
from web.access import desk, who
from web.api import lookups
from web.api.office import AgentShown, agent_shown
from web.api.operations import Answer, Body, operation
from web.api.shapes import Email, From, Moment, Name
from web.db import ring, tools

Role = Literal["owner", "admin", "agent", "viewer"]
Tier = Annotated[int, Field(ge=1, le=3)]
Names = Annotated[list[Name], Field(max_length=200)]


class NewAgent(Body):
    """Somebody to work here. Teams by name."""

    email: Email
    name: Annotated[str, Field(max_length=office_agents.LONGEST_NAME)] = ""
    role: Role = "agent"
    teams: Names = Field(default_factory=list)
    only_own_teams: Annotated[bool, Field(description="They see the tickets of their teams alone.")] = False
    languages: Names = Field(default_factory=list)
    skills: Names = Field(default_factory=list)
    tier: Tier = 1
    region: Annotated[str, Field(max_length=office_agents.LONGEST_SKILL)] = ""
    capacity: Annotated[int | None, Field(ge=0, le=office_agents.MOST_TICKETS, description="Open tickets at most.")] = (
        None
    )


class AgentChange(Body):
    """What changes; what is left out stays. `active`: false switches them off, at once and everywhere."""

    name: Annotated[str | None, Field(max_length=office_agents.LONGEST_NAME)] = None
    role: Role | None = None
    teams: Names | None = None
    only_own_teams: bool | None = None
    languages: Names | None = None
    skills: Names | None = None
    tier: Tier | None = None
    region: Annotated[str | None, Field(max_length=office_agents.LONGEST_SKILL)] = None
    capacity: Annotated[
        int | None, Field(ge=0, le=office_agents.MOST_TICKETS, description="Null: as many as come.")
    ] = None
    presence: Literal["available", "busy", "away"] | None = None
    away_until: From | None = None
    active: bool | None = None
    language: Annotated[
        Literal["en", "de", "fr", "es", ""] | None, Field(description="Of their pages; empty: the browser's.")
    ] = None
    time_zone: Annotated[str | None, Field(max_length=60, description="Empty: the organisation's.")] = None


class Link(Answer):
    """A link that signs somebody in, once. It is told now and never again."""

    url: str
    expires_at: Moment


@operation("POST", "/agents", body=NewAgent, answer=AgentShown, status=201)
def invite_agent(body: NewAgent) -> AgentShown:
    """Invite somebody: a link that lets them in is mailed to them. `POST /agents/ID/link` makes another."""
    with desk() as session:
        profile = Profile(
            body.name, body.role, lookups.team_ids(session, body.teams), body.only_own_teams, tuple(body.languages),
            tuple(body.skills), body.capacity, body.tier, body.region,
        )  # fmt: skip
        known = teams(session)
        agent = office_agents.invite(session, body.email, profile, known, clock.now(), who().role)
        shown = agent_shown(session, agent)
    ring("follow_event")
    return shown


@operation("PATCH", "/agents/<key:agent_id>", body=AgentChange, answer=AgentShown)
def change_agent(agent_id: int, body: AgentChange) -> AgentShown:
    """Change what somebody may, sees and takes on; say whether they are there; switch them off or on."""
    sent = body.model_fields_set
    with desk() as session:
        agent = known_agent(session, agent_id)
        now = office_agents.profile_of(session, agent)
        if sent - {"presence", "away_until", "active", "language", "time_zone"}:
            profile = Profile(
                body.name if body.name is not None else now.name,
                body.role or now.role,
                lookups.team_ids(session, body.teams) if body.teams is not None else now.teams,
                now.only_own_teams if body.only_own_teams is None else body.only_own_teams,
                tuple(body.languages) if body.languages is not None else now.languages,
                tuple(body.skills) if body.skills is not None else now.skills,
                body.capacity if "capacity" in sent else now.capacity,
                body.tier or now.tier,
                now.region if body.region is None else body.region,
            )
            office_agents.change(session, agent, profile, teams(session), who().role)
        if body.presence is not None or body.away_until is not None:
            presence = body.presence or agent.presence
            set_presence(agent, presence, clock.now(), until=body.away_until)
        if body.language is not None or body.time_zone is not None:
            language = agent.language if body.language is None else body.language
            zone = agent.time_zone if body.time_zone is None else body.time_zone
            set_pages(session, agent, language or "", zone or "", clock.now())
        if body.active is not None:
            office_agents.set_active(session, agent, active=body.active, by=who().role)
        session.flush()
        return agent_shown(session, agent)


@operation("POST", "/agents/<key:agent_id>/link", answer=Link, status=201)
def let_agent_in(agent_id: int) -> Link:
    """Make a link that signs somebody in, once."""
    at = clock.now()
    with desk() as session:
        agent = known_agent(session, agent_id)
        office_agents.require_may_change(agent, who().role)
        if not agent.active:
            raise Conflict(f"{agent.email} is switched off: switch them on first.")
        made = sign_in_link(session, agent, at, tools().settings.public_url)
    return Link(url=made, expires_at=at + timedelta(minutes=SIGN_IN_MINUTES))


@operation("DELETE", "/agents/<key:agent_id>/sessions", answer=AgentShown)
def sign_agent_out(agent_id: int) -> AgentShown:
    """Sign somebody out everywhere."""
    with desk() as session:
        agent = known_agent(session, agent_id)
        office_agents.require_may_change(agent, who().role)
        end_sessions_of(session, agent.id)
        return agent_shown(session, agent)


@operation("DELETE", "/agents/<key:agent_id>/factor", answer=AgentShown)
def take_agents_factor(agent_id: int) -> AgentShown:
    """Take away the second factor of somebody who has lost it, with the password it stood beside."""
    with desk() as session:
        agent = known_agent(session, agent_id)
        office_agents.require_may_change(agent, who().role)
        take_away(session, agent)
        return agent_shown(session, agent)
