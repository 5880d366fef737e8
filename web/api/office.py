"""The set-up, to read: agents, teams, categories, mailboxes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import Field

from mailgate.store import agents as store_agents
from mailgate.store import office as store_office
from mailgate.store.db import Session
from web import cursors
from web.access import desk
from web.api.operations import Answer, operation
from web.api.shapes import MOST, Moment, Page, PageQuery


class AgentShown(Answer):
    """Somebody who works at the desk."""

    id: int
    email: str
    name: str
    role: str
    active: bool
    teams: list[str]
    only_own_teams: Annotated[bool, Field(description="They see the tickets of their teams alone.")]
    languages: list[str]
    skills: list[str]
    tier: Annotated[int, Field(description="Of support: 1, 2 or 3.")]
    region: str
    capacity: Annotated[int | None, Field(description="Open tickets they are given at most; null: as many as come.")]
    presence: Literal["available", "busy", "away"]
    away_until: Moment | None
    language: Annotated[str | None, Field(description="Of their pages; null: what their browser asks for.")]
    time_zone: Annotated[str | None, Field(description="Null: the organisation's.")]


class TeamShown(Answer):
    """A team."""

    id: int
    name: str
    tier: Annotated[int, Field(description="Of support: 1, 2 or 3.")]
    region: str
    parent: Annotated[str | None, Field(description="The team it belongs to.")]
    members: Annotated[list[str], Field(description="Their mail addresses.")]
    mailboxes: Annotated[list[str], Field(description="Whose new tickets are this team's.")]
    categories: Annotated[list[str], Field(description="What it sees besides its own tickets.")]


class CategoryShown(Answer):
    """A node in the tree of what tickets are about."""

    id: int
    name: str
    parent: str | None
    description: str
    active: Annotated[bool, Field(description="It can be chosen.")]


class MailboxShown(Answer):
    """An address customers write to."""

    id: int
    address: str
    name: str
    team: str | None
    language: str | None
    signature: Annotated[str, Field(description="Below agents' answers; empty: its name.")]
    quoting: Annotated[Literal["off", "last", "all"], Field(description="What stands below an answer.")]
    largest_files: Annotated[int | None, Field(description="Bytes that travel with one letter; null: by the setting.")]
    plus: Annotated[bool, Field(description="Its host delivers plus-addresses.")]
    catch_all: Annotated[bool, Field(description="It takes all mail to its domain that no other mailbox takes.")]
    active: bool


class AgentPage(Page[AgentShown]):
    """Some agents."""


class TeamPage(Page[TeamShown]):
    """Some teams."""


class CategoryPage(Page[CategoryShown]):
    """Some categories."""


class MailboxPage(Page[MailboxShown]):
    """Some mailboxes."""


class OfficeQuery(PageQuery):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = MOST


class _HasId(Protocol):
    id: int


Row = TypeVar("Row", bound=_HasId)
Shown = TypeVar("Shown")


@operation("GET", "/agents", query=OfficeQuery, answer=AgentPage)
def list_agents(query: OfficeQuery) -> AgentPage:
    """List agents."""
    with desk() as session:
        rows, teams = store_agents.agents(session), store_agents.team_names(session)

    items, following = part_of(rows, query, lambda row: _agent(row, teams))
    return AgentPage(items=items, next=following)


@operation("GET", "/teams", query=OfficeQuery, answer=TeamPage)
def list_teams(query: OfficeQuery) -> TeamPage:
    """List teams."""
    with desk() as session:
        rows = store_office.teams(session)
        shown = _teams(session, rows)
    items, following = part_of(rows, query, lambda row: shown[row.id])
    return TeamPage(items=items, next=following)


@operation("GET", "/categories", query=OfficeQuery, answer=CategoryPage)
def list_categories(query: OfficeQuery) -> CategoryPage:
    """List categories."""
    with desk() as session:
        rows = store_office.categories(session)
    names = {row.id: row.name for row in rows}
    items, following = part_of(rows, query, lambda row: _category(row, names))
    return CategoryPage(items=items, next=following)


def agent_shown(session: Session, agent: store_agents.Agent) -> AgentShown:
    """One agent, as this transaction has left them."""
    session.flush()
    return _agent(agent, store_agents.team_names(session))


def team_shown(session: Session, team: store_office.Team) -> TeamShown:
    """One team, as this transaction has left it."""
    session.flush()
    return _teams(session, [team])[team.id]


def _teams(session: Session, rows: Iterable[store_office.Team]) -> dict[int, TeamShown]:
    members, seen = store_agents.member_emails(session), store_office.category_names_of_teams(session)
    names = {row.id: row.name for row in store_office.teams(session)}
    boxes: dict[int, list[str]] = {}
    for mailbox in store_office.mailboxes(session):
        boxes.setdefault(mailbox.team_id or 0, []).append(mailbox.address)
    return {
        row.id: TeamShown(
            id=row.id, name=row.name, tier=row.tier, region=row.region, parent=names.get(row.parent_id or 0),
            members=members.get(row.id, []), mailboxes=boxes.get(row.id, []),
            categories=seen.get(row.id, []),
        )
        for row in rows
    }  # fmt: skip


def category_shown(session: Session, category: store_office.Category) -> CategoryShown:
    """One category, as this transaction has left it."""
    session.flush()
    return _category(category, {row.id: row.name for row in store_office.categories(session)})


def _agent(row: store_agents.Agent, teams: dict[int, list[str]]) -> AgentShown:
    return AgentShown.model_validate(
        {name: getattr(row, name) for name in AgentShown.model_fields if name != "teams"}
        | {"teams": teams.get(row.id, [])}
    )


def _category(row: store_office.Category, names: dict[int, str]) -> CategoryShown:
    parent = names.get(row.parent_id) if row.parent_id else None
    return CategoryShown(id=row.id, name=row.name, parent=parent, description=row.description, active=row.active)


@operation("GET", "/mailboxes", query=OfficeQuery, answer=MailboxPage)
def list_mailboxes(query: OfficeQuery) -> MailboxPage:
    """List mailboxes, without their secrets."""
    with desk() as session:
        rows = store_office.mailboxes(session)
        teams = {team.id: team.name for team in store_office.teams(session)}

    items, following = part_of(rows, query, lambda row: mailbox_shown(row, teams))
    return MailboxPage(items=items, next=following)


def mailbox_shown(row: store_office.Mailbox, teams: dict[int, str]) -> MailboxShown:
    """One mailbox; `teams`: their names."""
    return MailboxShown.model_validate(
        {
            "id": row.id, "address": row.address, "name": row.name, "team": teams.get(row.team_id or 0),
            "language": row.language, "signature": row.signature, "quoting": row.quoting or "off",
            "largest_files": row.largest_files, "plus": row.plus, "catch_all": row.catch_all, "active": row.active,
        }
    )  # fmt: skip


def part_of(rows: Iterable[Row], query: PageQuery, show: Callable[[Row], Shown]) -> tuple[list[Shown], str | None]:
    """An office is small, so it is asked for whole and cut here, in the order things were added."""
    after = cursors.read_id(query.cursor) or 0
    following = sorted((row for row in rows if row.id > after), key=lambda row: row.id)
    page, cursor = cursors.cut(following, query.limit, lambda row: cursors.make(row.id))
    return [show(row) for row in page], cursor
