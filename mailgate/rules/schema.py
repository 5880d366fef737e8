"""A rule as it is written, by a page, a program or in desk.yaml: one schema for all of them.

name: Refund requests to Billing
when: created
if: {all: [{field: words, op: contains, value: refund}, {any: [{field: language, op: is, value: de}, …]}]}
then: [{do: category, value: Refunds}, {do: team, value: Billing}]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from mailgate.rules.facts import NUMBER
from mailgate.rules.fields import OPS, WITHOUT_VALUE, Kind, field_named
from mailgate.rules.patterns import PatternError, compiled

DEPTH, TESTS, ACTIONS = 3, 50, 20
_YEAR = 366 * 24 * 60  # minutes

Trigger = Literal[
    "created",
    "message",
    "status",
    "priority",
    "assigned",
    "changed",
    "woke",
    "rated",
    "at_risk",
    "breached",
    "time",
    "schedule",
    "digest",
    "called",
]
TRIGGERS: tuple[str, ...] = get_args(Trigger)
Deed = Literal[
    "status",
    "priority",
    "assignee",
    "team",
    "category",
    "tag",
    "untag",
    "note",
    "letter",
    "survey",
    "notify",
    "digest",
    "route",
    "escalate",
    "webhook",
]
DEEDS: tuple[str, ...] = get_args(Deed)
Since = Literal["status", "resolved", "customer_wrote", "answered", "assigned", "created"]
SINCES: tuple[str, ...] = get_args(Since)


def _plain(text: str) -> str:
    if any(ord(letter) < ord(" ") or letter == "\x7f" for letter in text):
        message = "must be one line of plain text"
        raise ValueError(message)
    return text.strip()


class Given(BaseModel):
    """What somebody writes: nothing unknown is taken, nothing is read as something else."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class Test(Given):
    """One question to one field."""

    __test__ = False  # it is no test of ours

    field: Annotated[str, Field(max_length=100)]
    op: Annotated[str, Field(max_length=20)]
    value: Annotated[str, Field(max_length=500)] = ""

    @model_validator(mode="after")
    def _is_a_question(self) -> Self:
        field = field_named(self.field)
        if field is None:
            raise ValueError(f"there is no field {self.field}")
        if self.op not in OPS[field.kind]:
            raise ValueError(f"{self.field} can be asked {', '.join(OPS[field.kind])}, not {self.op}")
        _plain(self.value)
        if self.op not in WITHOUT_VALUE and not self.value.strip():
            raise ValueError(f"{self.field} {self.op} needs a value")
        if field.kind is Kind.NUMBER and not re.fullmatch(r"[0-9]{1,9}", self.value):
            raise ValueError(f"{self.field} is compared with a number")
        if field.kind is Kind.PROPERTY and self.op in ("above", "below") and not NUMBER.fullmatch(self.value):
            raise ValueError(f"{self.field} {self.op} is compared with a number")
        if field.choices and self.op not in WITHOUT_VALUE and self.value not in field.choices:
            raise ValueError(f"{self.field} is one of {', '.join(field.choices)}")
        if self.op.startswith("matches"):
            try:
                compiled(self.value)
            except PatternError as error:
                raise ValueError(f"the pattern {self.value} {error}") from None
        return self


class All(Given):
    """Everything in it has to hold; if there is nothing in it, it does."""

    all: Annotated[list[Condition], Field(max_length=TESTS)]


class AnyOf(Given):
    """One thing in it has to hold."""

    any: Annotated[list[Condition], Field(max_length=TESTS)]


def _tag(value: Any) -> str:
    if isinstance(value, dict):
        return next((name for name in ("all", "any") if name in value), "test")
    return "all" if isinstance(value, All) else "any" if isinstance(value, AnyOf) else "test"


Group = Annotated[Annotated[All, Tag("all")] | Annotated[AnyOf, Tag("any")], Discriminator(_tag)]
Condition = Annotated[
    Annotated[Test, Tag("test")] | Annotated[All, Tag("all")] | Annotated[AnyOf, Tag("any")], Discriminator(_tag)
]
All.model_rebuild()
AnyOf.model_rebuild()


class Action(Given):
    """One thing to do. `value`: to what, whom or where; `text`: words that are written, as of a note."""

    do: Deed
    value: Annotated[str, Field(max_length=500)] = ""
    text: Annotated[str, Field(max_length=10_000)] = ""

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        _plain(self.value)
        if self.do == "note" and not self.text.strip():
            raise ValueError("a note needs words")
        if self.do not in _WITHOUT_VALUE and not self.value.strip():
            raise ValueError(f"{self.do} needs a value")
        known = {"status": ("open", "pending", "on_hold", "resolved", "closed"), "priority": _PRIORITIES}
        if self.do in known and self.value not in known[self.do]:
            raise ValueError(f"{self.do} is one of {', '.join(known[self.do])}")
        if self.do == "webhook" and not re.fullmatch(r"https?://[!-~]+", self.value):
            raise ValueError("a webhook is an address that begins with https://")
        if self.do == "letter" and self.value not in LETTERS:
            raise ValueError(f"a letter is one of {', '.join(LETTERS)}")
        if self.value == "closing" and not re.fullmatch(r"[1-9][0-9]{0,2}", self.text):
            raise ValueError("the letter “closing” says in how many days: give their number as its text")
        if self.do == "notify" and self.value not in ROLES and "@" not in self.value:
            raise ValueError(f"notify names {', '.join(ROLES)} or an agent's address")
        return self


_WITHOUT_VALUE = ("note", "assignee", "team", "category", "route", "escalate", "survey", "digest")
_PRIORITIES = ("low", "normal", "high", "urgent")
LETTERS = ("status_changed", "resolved", "reopened", "waiting", "closing", "closed")
ROLES = ("assignee", "team", "snoozer", "admins")


class Wait(Given):
    """So many minutes after something; `calendar`: working time by it, else day and night."""

    since: Since
    minutes: Annotated[int, Field(ge=1, le=_YEAR)]
    calendar: Annotated[str, Field(max_length=100)] | None = None


class Schedule(Given):
    """At a time of day, in the desk's own zone; `days` from 0, Monday."""

    days: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1, max_length=7)]
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class RuleGiven(Given):
    """A rule. `stop`: if it acts, no rule after it is asked; `after_rules`: also for what other rules did."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    when: Trigger
    wait: Wait | None = None
    schedule: Schedule | None = None
    condition: Annotated[Group, Field(alias="if")] = All(all=[])
    then: Annotated[list[Action], Field(min_length=1, max_length=ACTIONS)]
    stop: bool = False
    after_rules: bool = False
    active: bool = False
    place: Annotated[int, Field(ge=1, le=999_999)] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not _plain(self.name):
            raise ValueError("a rule needs a name")
        if (self.when == "time") != (self.wait is not None):
            raise ValueError("say for how long, and only where time is what it waits for")
        if (self.when == "schedule") != (self.schedule is not None):
            raise ValueError("say at what time, and only where it goes by a schedule")
        if any((action.do == "digest") != (self.when == "digest") for action in self.then):
            raise ValueError("a rule that is asked for a digest lists tickets there, and no other rule does")
        if depth(self.condition) > DEPTH:
            raise ValueError(f"groups lie in each other {DEPTH} deep at most")
        if sum(1 for _ in tests(self.condition)) > TESTS:
            raise ValueError(f"a rule has {TESTS} conditions at most")
        if any(not group for group in inner(self.condition)):
            raise ValueError("a group within another has at least one condition")
        return self

    def plain(self) -> dict[str, Any]:
        """As it can be written again."""
        return self.model_dump(by_alias=True, exclude_none=True)


def members(group: All | AnyOf) -> list[Any]:
    """What lies directly in a group."""
    return group.all if isinstance(group, All) else group.any


def tests(condition: Test | All | AnyOf) -> Iterator[Test]:
    """Every question, however deep."""
    if isinstance(condition, Test):
        yield condition
        return
    for member in members(condition):
        yield from tests(member)


def inner(group: All | AnyOf) -> Iterator[list[Any]]:
    """What lies in each group within a group."""
    for member in members(group):
        if not isinstance(member, Test):
            yield members(member)
            yield from inner(member)


def depth(condition: Test | All | AnyOf) -> int:
    """How deep groups lie in each other."""
    if isinstance(condition, Test):
        return 0
    return 1 + max((depth(member) for member in members(condition)), default=0)
