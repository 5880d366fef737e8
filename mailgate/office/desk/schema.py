"""What may stand in desk.yaml. An item is what the file says of it: what it leaves out has its default here.

Secrets never stand there: passwords, tokens, second factors, how a mailbox is fetched and by what relay it sends.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Hours = Annotated[str, Field(description="Such as 9:00-12:30, 13:30-17:00; empty: nobody works.")]
Minutes = Annotated[int, Field(ge=1)]


class Part(BaseModel):
    """Something in the file. A field it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OrganisationPart(Part):
    name: str
    number_format: str = "TKT-{YYYY}-{N:6}"
    language: str = "en"
    time_zone: str = "UTC"
    needs_second_factor: bool = False


class CategoryPart(Part):
    name: str
    parent: str | None = None
    description: str = ""
    active: bool = True


class TagPart(Part):
    """A tag that means something; tickets may bear others."""

    name: str
    colour: str = ""
    description: str = ""


class FieldPart(Part):
    """A field of one's own. Without a key one is made of its name; it never changes."""

    name: str
    key: str = ""
    kind: Literal["text", "number", "choice", "date", "yes_no"] = "text"
    choices: list[str] = Field(default_factory=list)
    hint: str = ""
    place: int = 0
    active: bool = True


class DayPart(Part):
    date: str
    name: str = ""
    hours: Hours = ""


class CalendarPart(Part):
    """Seven days from Monday."""

    name: str
    zone: str
    week: Annotated[list[Hours], Field(min_length=7, max_length=7)]
    country: Annotated[str | None, Field(description="Whose public holidays nobody works on.")] = None
    region: str | None = None
    days: Annotated[list[DayPart], Field(description="Days of one's own.")] = Field(default_factory=list)


class RoutingPart(Part):
    """How tickets are given to agents."""

    method: str = "by_hand"
    skill: str = "prefer"
    language: str = "prefer"
    region: str = "prefer"
    known: str = "prefer"
    when_away: str = "stay"
    away_minutes: int = 60


class TeamPart(Part):
    """Who belongs to it is said of agents, whose mail it gets of mailboxes."""

    name: str
    tier: int = 1
    region: str = ""
    parent: str | None = None
    categories: Annotated[list[str], Field(description="It sees these besides its own tickets.")] = Field(
        default_factory=list
    )
    routing: RoutingPart = RoutingPart()


class AgentPart(Part):
    email: str
    name: str = ""
    role: Literal["owner", "admin", "agent", "viewer"] = "agent"
    active: bool = True
    teams: list[str] = Field(default_factory=list)
    only_own_teams: bool = False
    languages: list[str] = Field(default_factory=list)
    skills: list[str] = Field(default_factory=list)
    capacity: int | None = None
    tier: int = 1
    region: str = ""
    signature: str = ""


class MailboxPart(Part):
    address: str
    name: str = ""
    team: str | None = None
    language: str | None = None
    plus: bool = True
    catch_all: bool = False
    active: bool = True
    signature: str = ""
    quoting: Literal["off", "last", "all"] = "off"
    largest_files: Annotated[int | None, Field(description="Bytes; null: by the setting.")] = None


class ReplyPart(Part):
    name: str
    body: str
    shortcut: str = ""
    category: str = ""
    language: str = ""


class LetterPart(Part):
    """Own words of a letter, or whether it is sent. Without words: those that ship."""

    name: str
    language: str
    mailbox: str | None = None
    category: str | None = None
    is_on: bool | None = None
    subject: str | None = None
    text: str | None = None
    html: str | None = None


class StepPart(Part):
    """Minutes before (below zero) or after a goal is due, and what is done then."""

    goal: str
    minutes: int
    every: int | None = None
    times: int = 1
    does: dict[str, Any] = Field(default_factory=dict)


class PolicyPart(Part):
    """Conditions name mailboxes by address and categories by name; targets are minutes by priority and goal."""

    name: str
    targets: dict[str, dict[str, Minutes]]
    calendar: str | None = None
    conditions: dict[str, list[str]] = Field(default_factory=dict)
    pauses: list[str] = Field(default_factory=lambda: ["pending"])
    steps: list[StepPart] = Field(default_factory=list)
    place: int | None = None
    active: bool = True


class SurveysPart(Part):
    """What customers are asked beside whether we were of help; when they are asked, a rule says."""

    questions: Annotated[list[str], Field(description="Asked beside it, answered by 1 to 5.")] = Field(
        default_factory=list
    )


class Desk(Part):
    """The set-up of one organisation. A section that is left out, or an item that is not named, stays as it is."""

    version: Literal[1] = 1
    organisation: OrganisationPart | None = None
    categories: list[CategoryPart] = Field(default_factory=list)
    tags: list[TagPart] = Field(default_factory=list)
    fields: list[FieldPart] = Field(default_factory=list)
    calendars: list[CalendarPart] = Field(default_factory=list)
    teams: list[TeamPart] = Field(default_factory=list)
    agents: list[AgentPart] = Field(default_factory=list)
    mailboxes: list[MailboxPart] = Field(default_factory=list)
    replies: list[ReplyPart] = Field(default_factory=list)
    letters: list[LetterPart] = Field(default_factory=list)
    policies: list[PolicyPart] = Field(default_factory=list)
    rules: Annotated[list[dict[str, Any]], Field(description="As the API has them: POST /rules.")] = Field(
        default_factory=list
    )
    routing: Annotated[RoutingPart | None, Field(description="Of tickets without a team.")] = None
    surveys: SurveysPart | None = None


SECTIONS = (
    "categories", "tags", "fields", "calendars", "teams", "agents", "mailboxes", "replies", "letters", "policies",
    "rules",
)  # fmt: skip


def key_of(item: Part | dict[str, Any]) -> str:
    """What an item is known by within its section."""
    match item:
        case AgentPart():
            return item.email.lower()
        case MailboxPart():
            return item.address.lower()
        case LetterPart():
            return " ".join(filter(None, (item.name, item.language, item.mailbox, item.category)))
        case dict():
            return str(item.get("name", ""))
    return str(getattr(item, "name", ""))
