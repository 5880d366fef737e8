"""Teams and categories, to change."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mailgate import clock
from mailgate.office import categories as office_categories
from mailgate.office import teams as office_teams
from mailgate.store.db import Session
from web.access import desk
from web.api import lookups
from web.api.office import CategoryShown, TeamShown, category_shown, team_shown
from web.api.operations import Body, operation
from web.api.shapes import Name

Tier = Annotated[int, Field(ge=1, le=3)]
Names = Annotated[list[Name], Field(max_length=200)]


class NewTeam(Body):
    """A team: members by mail address, mailboxes by address, categories by name."""

    name: Annotated[Name, Field(max_length=office_teams.LONGEST_NAME)]
    tier: Tier = 1
    region: Annotated[str, Field(max_length=office_teams.LONGEST_NAME)] = ""
    parent: Annotated[str | None, Field(description="The team it belongs to.")] = None
    members: Names = Field(default_factory=list)
    mailboxes: Names = Field(default_factory=list)
    categories: Names = Field(default_factory=list)


class TeamChange(Body):
    """What changes; what is left out stays."""

    name: Annotated[Name | None, Field(max_length=office_teams.LONGEST_NAME)] = None
    tier: Tier | None = None
    region: Annotated[str | None, Field(max_length=office_teams.LONGEST_NAME)] = None
    parent: Annotated[str | None, Field(description="Null: none.")] = None
    members: Names | None = None
    mailboxes: Names | None = None
    categories: Names | None = None


class NewCategory(Body):
    """A category; `parent` by name."""

    name: Annotated[Name, Field(max_length=office_categories.LONGEST_NAME)]
    parent: str | None = None
    description: Annotated[str, Field(max_length=office_categories.LONGEST_DESCRIPTION)] = ""
    active: bool = True


class CategoryChange(Body):
    """What changes; what is left out stays. An empty `parent` puts it at the top."""

    name: Annotated[Name | None, Field(max_length=office_categories.LONGEST_NAME)] = None
    parent: str | None = None
    description: Annotated[str | None, Field(max_length=office_categories.LONGEST_DESCRIPTION)] = None
    active: bool | None = None


@operation("POST", "/teams", body=NewTeam, answer=TeamShown, status=201)
def add_team(body: NewTeam) -> TeamShown:
    """Found a team."""
    with desk() as session:
        setup = office_teams.TeamSetup(
            body.name, lookups.agent_ids(session, body.members), lookups.mailbox_ids(session, body.mailboxes),
            lookups.category_ids(session, body.categories), body.tier, body.region, _team(session, body.parent),
        )  # fmt: skip
        return team_shown(session, office_teams.save_team(session, setup, clock.now()))


@operation("PATCH", "/teams/<key:team_id>", body=TeamChange, answer=TeamShown)
def change_team(team_id: int, body: TeamChange) -> TeamShown:
    """Change a team: its name, who belongs to it, and what it sees."""
    with desk() as session:
        team = office_teams.known_team(session, team_id)
        now = office_teams.setup_of(session, team)
        setup = office_teams.TeamSetup(
            body.name if body.name is not None else now.name,
            lookups.agent_ids(session, body.members) if body.members is not None else now.members,
            lookups.mailbox_ids(session, body.mailboxes) if body.mailboxes is not None else now.mailboxes,
            lookups.category_ids(session, body.categories) if body.categories is not None else now.categories,
            body.tier or now.tier,
            now.region if body.region is None else body.region,
            _team(session, body.parent) if "parent" in body.model_fields_set else now.parent_id,
        )
        return team_shown(session, office_teams.save_team(session, setup, clock.now(), team=team))


@operation("DELETE", "/teams/<key:team_id>", answer=TeamShown)
def remove_team(team_id: int) -> TeamShown:
    """Remove a team no ticket or mailbox has; the answer is what it was."""
    with desk() as session:
        team = office_teams.known_team(session, team_id)
        shown = team_shown(session, team)
        office_teams.remove_team(session, team)
    return shown


@operation("POST", "/categories", body=NewCategory, answer=CategoryShown, status=201)
def add_category(body: NewCategory) -> CategoryShown:
    """Add a category."""
    with desk() as session:
        parent = _parent(session, body.parent)
        setup = office_categories.CategorySetup(body.name, parent, body.description, body.active)
        return category_shown(session, office_categories.save_category(session, setup, clock.now()))


@operation("PATCH", "/categories/<key:category_id>", body=CategoryChange, answer=CategoryShown)
def change_category(category_id: int, body: CategoryChange) -> CategoryShown:
    """Change a category, move it in the tree, or put it aside."""
    with desk() as session:
        category = office_categories.known_category(session, category_id)
        setup = office_categories.CategorySetup(
            body.name if body.name is not None else category.name,
            _parent(session, body.parent) if "parent" in body.model_fields_set else category.parent_id,
            body.description if body.description is not None else category.description,
            body.active if body.active is not None else category.active,
        )
        return category_shown(session, office_categories.save_category(session, setup, clock.now(), category=category))


@operation("DELETE", "/categories/<key:category_id>", answer=CategoryShown)
def remove_category(category_id: int) -> CategoryShown:
    """Remove a category nothing speaks of; the answer is what it was."""
    with desk() as session:
        category = office_categories.known_category(session, category_id)
        shown = category_shown(session, category)
        office_categories.remove_category(session, category)
    return shown


def _team(session: Session, name: str | None) -> int | None:
    return lookups.team(session, name, field="parent").id if name else None


def _parent(session: Session, name: str | None) -> int | None:
    return lookups.category(session, name, field="parent").id if name else None
