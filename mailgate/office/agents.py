"""Who works at the desk: invite somebody, change what they may, see and take on, and let them go or come back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from mailgate.errors import BadInput, Conflict, Forbidden, NotFound
from mailgate.office.leaving import switch_off, switch_on
from mailgate.office.setup import add_agent
from mailgate.rights import Right, may
from mailgate.store.account_letters import ask as ask_for_letter
from mailgate.store.agents import (
    ROLES,
    Agent,
    TeamMember,
    active_admins,
    agent_by_id,
    lock_agents,
    memberships,
)
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.office import Team

LONGEST_NAME, LONGEST_SKILL, MOST, MOST_TICKETS = 100, 50, 40, 9999
TIERS = (1, 2, 3)
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Profile:
    """What an admin says of an agent. `capacity`: open tickets they are given at most; None: as many as come."""

    name: str
    role: str
    teams: tuple[int, ...] = ()
    only_own_teams: bool = False
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    capacity: int | None = None
    tier: int = 1
    region: str = ""


def profile_of(session: Session, agent: Agent) -> Profile:
    """What is said of them now."""
    teams = tuple(member.team_id for member in memberships(session, agent.id))
    return Profile(
        agent.name, agent.role, teams, agent.only_own_teams, tuple(agent.languages), tuple(agent.skills),
        agent.capacity, agent.tier, agent.region,
    )  # fmt: skip


def invite(session: Session, email: str, profile: Profile, known_teams: Iterable[Team], at: datetime, by: str) -> Agent:
    """Somebody new, who signs in by a link first, which is mailed to them. `by`: the role of whoever invites them."""
    _require_right(by, profile.role)
    checked = _checked(profile)
    agent = add_agent(session, email, checked.role, at, name=checked.name or None)
    _set(session, agent, checked, known_teams)
    ask_for_letter(session, agent.id, "sign_in", at)
    return agent


def change(session: Session, agent: Agent, profile: Profile, known_teams: Iterable[Team], by: str) -> None:
    """Say something else of them. It holds from their next request on."""
    checked = _checked(profile)
    if not checked.name:
        raise BadInput("An agent needs a name: customers read it below answers.", name="is empty")
    if checked.role != agent.role:
        _require_right(by, agent.role)
        _require_right(by, checked.role)
        if agent.active and may(agent.role, Right.SET_UP) and not may(checked.role, Right.SET_UP):
            _require_another_admin(session, agent)
    elif agent.role == "owner":
        _require_right(by, agent.role)
    agent.name, agent.role = checked.name, checked.role
    _set(session, agent, checked, known_teams)


def set_active(session: Session, agent: Agent, *, active: bool, by: str) -> None:
    """Let somebody go, from this moment on, or let them work again."""
    _require_right(by, agent.role)
    if active == agent.active:
        return
    if active:
        switch_on(session, agent)
        return
    if may(agent.role, Right.SET_UP):
        _require_another_admin(session, agent)
    switch_off(session, agent)


def require_may_change(agent: Agent, by: str) -> None:
    """Whoever may not change somebody's role may not get into their account either."""
    _require_right(by, agent.role)


def known_agent(session: Session, agent_id: int) -> Agent:
    found = agent_by_id(session, agent_id)
    if found is None:
        raise NotFound(f"There is no agent {agent_id}.")
    return found


def _set(session: Session, agent: Agent, profile: Profile, known_teams: Iterable[Team]) -> None:
    agent.only_own_teams = profile.only_own_teams
    agent.languages, agent.skills = list(profile.languages), list(profile.skills)
    agent.capacity, agent.tier, agent.region = profile.capacity, profile.tier, profile.region
    known = {team.id for team in known_teams}
    if not set(profile.teams) <= known:
        raise BadInput("One of these teams is not there any more.", teams="are not all known")
    have = {member.team_id: member for member in memberships(session, agent.id)}
    for team_id in sorted(set(profile.teams) - have.keys()):
        add(session, TeamMember(team_id=team_id, agent_id=agent.id))
    for team_id in have.keys() - set(profile.teams):
        session.delete(have[team_id])
    session.flush()


def _require_right(by: str, role: str) -> None:
    if role == "owner" and not may(by, Right.OWN):
        raise Forbidden("Only an owner may make somebody an owner, or change the account of one.")


def _require_another_admin(session: Session, agent: Agent) -> None:
    """Two who switch each other off at once must not both succeed."""
    lock_agents(session)
    if not [each for each in active_admins(session) if each.id != agent.id]:
        raise Conflict(f"{agent.name} is the last one here who can set things up: make somebody else an admin first.")


def _checked(profile: Profile) -> Profile:
    name = " ".join(profile.name.split())
    if len(name) > LONGEST_NAME:
        raise BadInput(f"A name has {LONGEST_NAME} characters at most.", name="is too long")
    if profile.role not in ROLES:
        raise BadInput(f"There is no role {profile.role!r}.", role=f"must be one of {', '.join(ROLES)}")
    languages = tuple(dict.fromkeys(each.strip().lower() for each in profile.languages if each.strip()))
    if not all(_LANGUAGE.fullmatch(each) for each in languages) or len(languages) > MOST:
        raise BadInput("Languages are codes such as en, de or fr.", languages="are not all codes")
    skills = tuple(dict.fromkeys(" ".join(each.lower().split()) for each in profile.skills if each.strip()))
    if any(len(each) > LONGEST_SKILL for each in skills) or len(skills) > MOST:
        raise BadInput(
            f"There may be {MOST} skills of {LONGEST_SKILL} characters each.", skills="are too many or too long"
        )
    if profile.capacity is not None and not 0 <= profile.capacity <= MOST_TICKETS:
        raise BadInput(f"The number of tickets lies between 0 and {MOST_TICKETS}.", capacity="is out of range")
    if profile.tier not in TIERS:
        raise BadInput("The tiers of support are 1, 2 and 3.", tier="must be 1, 2 or 3")
    region = " ".join(profile.region.split())
    if len(region) > LONGEST_SKILL:
        raise BadInput(f"A region has {LONGEST_SKILL} characters at most.", region="is too long")
    return replace(profile, name=name, languages=languages, skills=skills, region=region)
