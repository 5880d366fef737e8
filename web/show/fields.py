"""What tickets can be narrowed by: the fields of the filter form and of the search language, and what each can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from mailgate.errors import BadInput
from mailgate.rights import Right, may
from mailgate.store.beside import Box, office_of
from mailgate.store.db import Session
from mailgate.store.fields import OwnField, own_fields
from mailgate.store.listing import Filters
from mailgate.store.people import people_by_address
from mailgate.store.tickets import PRIORITIES, STATUSES
from mailgate.tickets.fields import kept_as
from web.show import words
from web.speech import say

LONGEST = 200
_YEARS = range(1970, 2200)
RISKS = ("at_risk", "late")
_NOBODY = -1  # no row has this id


class Option(NamedTuple):
    """One choice of a field."""

    value: str
    word: str


def said(options: Iterable[Option]) -> list[Option]:
    """Choices that are marked where they are written down, in the language of this page."""
    return [Option(option.value, say(option.word)) for option in options]


@dataclass(frozen=True, slots=True)
class Field:
    """Something tickets can be narrowed by. Without options it takes text or (`kind`) a date."""

    name: str
    label: str
    narrow: Callable[[Filters, str, Session], Filters]
    options: tuple[Option, ...] = ()
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # other words for a value, in lower case
    kind: str = "choice"
    example: str = ""

    def understood(self, said: str) -> str | None:
        """The value somebody means by a word, or None when there is no such thing."""
        wanted = " ".join(said.lower().split())[:LONGEST]
        match self.kind:
            case "text":
                return wanted or None
            case "date":
                return wanted if day(wanted) else None
        exact = [one.value for one in self.options if self._is_called(one, wanted)]
        if exact or not wanted:
            return exact[0] if exact else None
        begun = {one.value for one in self.options if one.word.lower().startswith(wanted)}
        return begun.pop() if len(begun) == 1 else None

    def _is_called(self, option: Option, wanted: str) -> bool:
        return wanted in (option.value, option.word.lower(), *self.also.get(option.value, ()))

    def word(self, value: str) -> str:
        """How a value is called."""
        return next((one.word for one in self.options if one.value == value), value)


@dataclass(frozen=True, slots=True)
class Known:
    """The fields of one organisation, and its mailboxes, which a page needs besides."""

    fields: dict[str, Field]
    mailboxes: list[Box]


def known_fields(session: Session, agent: int, zone: str) -> Known:
    """Every field, with what there is to choose from."""
    office = office_of(session)
    workers = [one for one in office.agents if one.active and may(one.role, Right.WORK)]
    people = (
        Option("me", say("Me")),
        Option("none", say("Nobody")),
        *(Option(str(one.id), one.name) for one in workers),
    )
    called = {str(one.id): (one.email, one.name.lower().partition(" ")[0]) for one in workers}
    states = tuple(Option(name, say(words.STATUSES[name])) for name in STATUSES)
    ranks = tuple(Option(name, say(words.PRIORITIES[name])) for name in PRIORITIES)
    there = ZoneInfo(zone)
    fields = (
        Field("status", say("Status"), _status, states, _OTHER),
        Field("assignee", say("Assignee"), _assignee(agent), people, called | {"none": ("unassigned",)}),
        Field("priority", say("Priority"), _priority, ranks),
        Field("team", say("Team"), _team, _named(office.teams)),
        Field("category", say("Category"), _category, _named((one.id, one.name) for one in office.categories)),
        Field("mailbox", say("Mailbox"), _mailbox, _named((one.id, one.address) for one in office.mailboxes)),
        Field("tag", say("Tag"), _tag, kind="text", example="vip"),
        Field("from", say("Customer"), _customer, kind="text", example="ana@example.org"),
        Field("after", say("Opened from"), _after(there), kind="date", example="2026-01-01"),
        Field("before", say("Opened before"), _before(there), kind="date", example="2026-02-01"),
        Field(
            "is",
            say("Only"),
            _is,
            (
                Option("unread", say("Unread")),
                Option("read", say("Read")),
                Option("snoozed", say("Snoozed")),
                Option("at_risk", say("At risk")),
                Option("late", say("Late")),
            ),
            {"at_risk": ("risk",)},
        ),
    )
    own = (_of_ones_own(one) for one in own_fields(session))
    return Known({one.name: one for one in (*fields, *own) if one.kind != "choice" or one.options}, office.mailboxes)


def _of_ones_own(asked: OwnField) -> Field:
    """A field that an admin has defined, as `field.KEY`."""

    def narrow(filters: Filters, value: str, _: Session) -> Filters:
        try:
            kept = kept_as(asked, value)
        except BadInput:  # a number that is none stands in no field
            kept = value
        return replace(filters, fields=(*filters.fields, (asked.id, kept or value)))

    options = tuple(Option(str(each).lower(), str(each)) for each in asked.choices)
    match asked.kind:
        case "choice":
            return Field(f"field.{asked.key}", asked.name, narrow, options)
        case "yes_no":
            return Field(f"field.{asked.key}", asked.name, narrow, (Option("yes", say("Yes")), Option("no", say("No"))))
        case "date":
            return Field(f"field.{asked.key}", asked.name, narrow, kind="date", example="2026-01-01")
    return Field(f"field.{asked.key}", asked.name, narrow, kind="text", example="12" if asked.kind == "number" else "…")


_OTHER = {"pending": ("waiting",), "on_hold": ("hold",), "resolved": ("solved",)}


def _named(rows: Iterable[tuple[int, str]]) -> tuple[Option, ...]:
    return tuple(Option(str(row_id), name) for row_id, name in rows)


def _status(filters: Filters, value: str, _: Session) -> Filters:
    return replace(filters, statuses=(value,))


def _priority(filters: Filters, value: str, _: Session) -> Filters:
    return replace(filters, priorities=(value,))


def _assignee(me: int) -> Callable[[Filters, str, Session], Filters]:
    def narrow(filters: Filters, value: str, _: Session) -> Filters:
        if value == "none":
            return replace(filters, assignee_id=None, is_unassigned=True)
        return replace(filters, assignee_id=me if value == "me" else int(value), is_unassigned=False)

    return narrow


def _team(filters: Filters, value: str, _: Session) -> Filters:
    return replace(filters, team_id=int(value))


def _category(filters: Filters, value: str, _: Session) -> Filters:
    return replace(filters, category_id=int(value))


def _mailbox(filters: Filters, value: str, _: Session) -> Filters:
    return replace(filters, mailbox_id=int(value))


def _tag(filters: Filters, value: str, _: Session) -> Filters:
    return replace(filters, tags=(*filters.tags, value))


def _customer(filters: Filters, value: str, session: Session) -> Filters:
    person = people_by_address(session, [value]).get(value)
    return replace(filters, requester_id=person.id if person else _NOBODY)


def _after(there: ZoneInfo) -> Callable[[Filters, str, Session], Filters]:
    return lambda filters, value, _: replace(filters, created_from=_moment(value, there))


def _before(there: ZoneInfo) -> Callable[[Filters, str, Session], Filters]:
    return lambda filters, value, _: replace(filters, created_to=_moment(value, there))


def _is(filters: Filters, value: str, _: Session) -> Filters:
    if value == "snoozed":
        return replace(filters, is_snoozed=True)
    if value in RISKS:
        return replace(filters, risk=value)
    return replace(filters, is_unread=value == "unread")


def _moment(value: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day(value) or date(1970, 1, 1), time(), zone)


def day(text: str) -> date | None:
    """A day as it is typed or chosen; None when it is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in _YEARS else None
