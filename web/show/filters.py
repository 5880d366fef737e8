"""What somebody narrowed the inbox to: read from the address, told as chips, offered as choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlencode

from mailgate.rights import Right, may
from mailgate.store.agents import agents
from mailgate.store.db import Session
from mailgate.store.listing import SORTS, Filters
from mailgate.store.office import mailboxes, teams
from mailgate.store.tickets import PRIORITIES, STATUSES
from web.show import words
from web.show.views import VIEWS, Search, View

SORT_NAMES = {
    "-updated": "Newest first",
    "updated": "Oldest first",
    "-created": "Last opened first",
    "created": "First opened first",
    "-priority": "Most urgent first",
}
assert set(SORT_NAMES) <= set(SORTS)
DEFAULT_SORT, WORDS_LENGTH = "-updated", 300


class Option(NamedTuple):
    """One choice of a field."""

    value: str
    word: str


@dataclass(frozen=True, slots=True)
class Field:
    """Something tickets can be narrowed by."""

    name: str
    label: str
    value: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the inbox's address asks for. What makes no sense there is as good as not said."""

    view: View | Search
    words: str
    sort: str
    fields: list[Field]

    def url(self, **changed: str) -> str:
        """The address of the same question with something changed."""
        said = {name: value for name, value in {**self.said(), **changed}.items() if value}
        return f"/?{urlencode(said)}"

    def said(self) -> dict[str, str]:
        """The question as it stands in an address."""
        said = {"view": self.view.key, "q": self.words, **{field.name: field.value for field in self.fields}}
        said["sort"] = self.sort if self.sort != DEFAULT_SORT else ""
        return {name: value for name, value in said.items() if value}

    def filters(self, agent: int) -> Filters:
        """The question in the store's words. The view goes first: a filter narrows it, or looks elsewhere."""
        narrowed = self.view.narrow(Filters(), agent) if isinstance(self.view, View) else Filters()
        for field in self.fields:
            if field.value:
                narrowed = _narrow(narrowed, field.name, field.value, agent)
        return replace(narrowed, words=self.words or None)


def read(session: Session, query: Mapping[str, str]) -> Asked:
    """Understand the inbox's address."""
    said = " ".join(query.get("q", "").replace("\0", " ").split())[:WORDS_LENGTH]
    fields = [
        replace(field, value=value if value in {option.value for option in field.options} else "")
        for field in _fields(session)
        for value in (query.get(field.name, ""),)
    ]
    is_search = bool(said) or any(field.value for field in fields)
    view = VIEWS.get(query.get("view", "")) or (Search() if is_search else VIEWS["mine"])
    sort = query.get("sort", "")
    return Asked(view, said, sort if sort in SORT_NAMES else DEFAULT_SORT, fields)


def _fields(session: Session) -> list[Field]:
    workers = [agent for agent in agents(session) if agent.active and may(agent.role, Right.WORK)]
    people = [Option("me", "Me"), Option("none", "Nobody"), *(Option(str(one.id), one.name) for one in workers)]
    fields = [
        Field("status", "Status", "", [Option("", "Any"), *(Option(name, words.STATUSES[name]) for name in STATUSES)]),
        Field("assignee", "Assignee", "", [Option("", "Anybody"), *people]),
        Field("priority", "Priority", "", [Option("", "Any"), *(Option(name, name.title()) for name in PRIORITIES)]),
    ]
    for name, label, known in (
        ("team", "Team", [Option(str(team.id), team.name) for team in teams(session)]),
        ("mailbox", "Mailbox", [Option(str(mailbox.id), mailbox.address) for mailbox in mailboxes(session)]),
    ):
        if len(known) > 1:
            fields.append(Field(name, label, "", [Option("", "Any"), *known]))
    return fields


def _narrow(filters: Filters, name: str, value: str, agent: int) -> Filters:
    match name:
        case "status":
            return replace(filters, statuses=(value,))
        case "priority":
            return replace(filters, priorities=(value,))
        case "team":
            return replace(filters, team_id=int(value))
        case "mailbox":
            return replace(filters, mailbox_id=int(value))
        case _ if value == "none":
            return replace(filters, assignee_id=None, is_unassigned=True)
        case _:
            return replace(filters, assignee_id=agent if value == "me" else int(value), is_unassigned=False)
