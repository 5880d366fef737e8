"""What somebody narrowed the inbox to: read from the address, told as chips, offered as choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from mailgate.store.db import Session
from mailgate.store.listing import SORTS, Filters
from mailgate.store.views import SavedView
from web.show.fields import LONGEST, RISKS, Known, Option
from web.show.language import Said, Understood, understand
from web.show.views import VIEWS, Search, View
from web.speech import later, say

SORT_NAMES = {
    "-updated": later("Newest first"),
    "updated": later("Oldest first"),
    "-created": later("Last opened first"),
    "created": later("First opened first"),
    "-priority": later("Most urgent first"),
    "due": later("Due first"),
}
assert set(SORT_NAMES) <= set(SORTS)
DEFAULT_SORT, WORDS_LENGTH = "-updated", 300


class Chip(NamedTuple):
    """A filter that is set, and the address without it."""

    name: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as the filter form shows it."""

    name: str
    label: str
    kind: str
    example: str
    value: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the inbox's address asks for. What makes no sense there is as good as not said."""

    view: View | Search
    q: Understood
    sort: str
    values: Mapping[str, str]
    known: Known

    def url(self, **changed: str) -> str:
        """The address of the same question with something changed."""
        said = {name: value for name, value in {**self.said(), **changed}.items() if value}
        return f"/?{urlencode(said)}" if said else "/"

    def said(self) -> dict[str, str]:
        """The question as it stands in an address."""
        sort = self.sort if self.sort != self.sorts[0] else ""
        said = {"view": self.view.key, "q": self.q.text, **self.values, "sort": sort}
        return {name: value for name, value in said.items() if value}

    @property
    def sorts(self) -> list[str]:
        """The orders these tickets can be shown in, the usual one first. By what is due, where clocks are asked for."""
        given = {**self.values, **{one.field: one.value for one in self.q.said}}
        is_risky = self.view.key == "risk" or given.get("is") in RISKS
        # Whoever asks for tickets opened before a day looks at that day: by their last change, most of those on file
        # would be walked over to find them.
        usual = "due" if is_risky else "-created" if "before" in given else DEFAULT_SORT
        return sorted((name for name in SORT_NAMES if is_risky or name != "due"), key=lambda name: name != usual)

    @property
    def query(self) -> str:
        """The same, to be kept."""
        return urlencode(self.said())

    def filters(self, session: Session, agent: int) -> Filters:
        """The question in the store's words. The view goes first: a filter narrows it, or looks elsewhere."""
        narrowed = self.view.narrow(Filters(), agent) if isinstance(self.view, View) else Filters()
        for name, value in (*self.values.items(), *((one.field, one.value) for one in self.q.said)):
            narrowed = self.known.fields[name].narrow(narrowed, value, session)
        return replace(narrowed, words=self.q.words or None)

    def chips(self) -> list[Chip]:
        """Every condition, and how to be rid of it."""
        chosen = [Chip(self._words(name, value), self.url(**{name: ""})) for name, value in self.values.items()]
        return chosen + [self._typed(one) for one in self.q.said]

    def form(self) -> list[Shown]:
        """The fields of the filter form."""
        return [
            Shown(
                field.name,
                field.label,
                field.kind,
                field.example,
                self.values.get(field.name, ""),
                [Option("", say("Anybody") if field.name == "assignee" else say("Any")), *field.options],
            )
            for field in self.known.fields.values()
        ]

    def _typed(self, one: Said) -> Chip:
        return Chip(self._words(one.field, one.value), self.url(q=self.q.without(one)))

    def _words(self, name: str, value: str) -> str:
        field = self.known.fields[name]
        return f"{field.label}: {field.word(value)}"


def read(known: Known, query: Mapping[str, str]) -> Asked:
    """Understand the inbox's address."""
    text = " ".join(query.get("q", "").replace("\0", " ").split())[:WORDS_LENGTH]
    understood = understand(text, known.fields)
    values = {
        name: value
        for name, field in known.fields.items()
        if (value := field.understood(query.get(name, "").replace("\0", "")[:LONGEST]))
    }
    view = VIEWS.get(query.get("view", "")) or (Search() if text or values else VIEWS["mine"])
    asked = Asked(view, understood, query.get("sort", ""), values, known)
    return asked if asked.sort in asked.sorts else replace(asked, sort=asked.sorts[0])


def of_saved(known: Known, saved: SavedView) -> Asked:
    """What a saved view asks for, as far as it still makes sense."""
    return read(known, dict(parse_qsl(saved.query)))
