"""Teams: who belongs to one, which mailboxes' requests begin with it, and which categories it sees besides its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mailgate.errors import BadInput, Conflict, NotFound
from mailgate.store.agents import TeamMember, agents, members
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.office import (
    Team,
    TeamCategory,
    categories,
    categories_of,
    mailboxes,
    remove_unused,
    team_by_id,
    team_named,
    teams,
)

LONGEST_NAME = 100
TIERS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class TeamSetup:
    """What an admin says of a team; everything else by its ids."""

    name: str
    members: tuple[int, ...] = ()
    mailboxes: tuple[int, ...] = ()
    categories: tuple[int, ...] = ()
    tier: int = 1
    region: str = ""
    parent_id: int | None = None  # the department or branch it belongs to


def setup_of(session: Session, team: Team) -> TeamSetup:
    """What is said of it now."""
    return TeamSetup(
        team.name,
        tuple(member.agent_id for member in members(session, team.id)),
        tuple(mailbox.id for mailbox in mailboxes(session) if mailbox.team_id == team.id),
        tuple(each.category_id for each in categories_of(session, team.id)),
        team.tier,
        team.region,
        team.parent_id,
    )


def save_team(session: Session, setup: TeamSetup, at: datetime, *, team: Team | None = None) -> Team:
    """Found a team, or change one."""
    name = " ".join(setup.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"A team needs a name, of {LONGEST_NAME} characters at most.", name="is empty or too long")
    region = " ".join(setup.region.split())
    if len(region) > LONGEST_NAME:
        raise BadInput(f"A region has {LONGEST_NAME} characters at most.", region="is too long")
    if setup.tier not in TIERS:
        raise BadInput("The tiers of support are 1, 2 and 3.", tier="must be 1, 2 or 3")
    namesake = team_named(session, name)
    if namesake is not None and namesake is not team:
        raise BadInput(f"There is a team “{name}” already.", name="is taken")
    if team is None:
        team = add(session, Team(name=name, created_at=at))
    team.name, team.tier, team.region = name, setup.tier, region
    _set_parent(session, team, setup.parent_id)
    _set_members(session, team, set(setup.members))
    _set_mailboxes(session, team, set(setup.mailboxes))
    _set_categories(session, team, set(setup.categories))
    session.flush()
    return team


def remove_team(session: Session, team: Team) -> None:
    """Only what no ticket, mailbox or rule speaks of can go: history keeps its names."""
    if not remove_unused(session, team):
        raise Conflict(
            f"There are tickets or mailboxes of the team {team.name}: "
            "give them to another team first, or give this one another name."
        )


def known_team(session: Session, team_id: int) -> Team:
    found = team_by_id(session, team_id)
    if found is None:
        raise NotFound(f"There is no team {team_id}.")
    return found


def _set_parent(session: Session, team: Team, parent_id: int | None) -> None:
    """No team lies within itself."""
    known = {each.id: each.parent_id for each in teams(session)}
    at, seen = parent_id, {team.id}
    while at is not None:
        if at not in known or at in seen:
            raise BadInput("A team cannot lie within itself, or within one that is not there.", parent="is wrong")
        seen.add(at)
        at = known[at]
    team.parent_id = parent_id


def _set_members(session: Session, team: Team, wanted: set[int]) -> None:
    _require(wanted, (agent.id for agent in agents(session)), "members", "One of these agents is not known.")
    have = {member.agent_id: member for member in members(session, team.id)}
    for agent_id in sorted(wanted - have.keys()):
        add(session, TeamMember(team_id=team.id, agent_id=agent_id))
    for agent_id in have.keys() - wanted:
        session.delete(have[agent_id])


def _set_mailboxes(session: Session, team: Team, wanted: set[int]) -> None:
    known = {mailbox.id: mailbox for mailbox in mailboxes(session)}
    _require(wanted, known, "mailboxes", "One of these mailboxes is not known.")
    for mailbox in known.values():
        if mailbox.id in wanted:
            mailbox.team_id = team.id
        elif mailbox.team_id == team.id:
            mailbox.team_id = None


def _set_categories(session: Session, team: Team, wanted: set[int]) -> None:
    _require(
        wanted, (category.id for category in categories(session)), "categories", "One of these categories is not known."
    )
    have = {each.category_id: each for each in categories_of(session, team.id)}
    for category_id in sorted(wanted - have.keys()):
        add(session, TeamCategory(team_id=team.id, category_id=category_id))
    for category_id in have.keys() - wanted:
        session.delete(have[category_id])


def _require(wanted: set[int], known: Iterable[int], field: str, words: str) -> None:
    if not wanted <= set(known):
        raise BadInput(words, **{field: "are not all known"})
