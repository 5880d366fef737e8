"""A policy: whom something is promised, what, by which calendar, and what is done when it is in danger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from mailgate.sla.calendar import Calendar


class Goal(StrEnum):
    """What can be promised."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"
    ASSIGNMENT = "assignment"


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do when a clock has run so far: `offset` before (below zero) or after the target; `times` in all.

    `does` is carried out by whoever changes tickets; here it is only handed on.
    """

    id: int
    goal: Goal
    offset: timedelta
    every: timedelta | None = None
    times: int = 1
    does: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """`targets` by priority. Statuses in `pauses` stop all its clocks; `since`: what was due before is let be."""

    id: int
    name: str
    calendar: Calendar
    targets: Mapping[str, Mapping[Goal, timedelta]]
    pauses: frozenset[str] = frozenset({"pending"})
    steps: tuple[Step, ...] = ()
    conditions: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    since: datetime | None = None
    warns_since: datetime | None = None  # from then on, it is told when a promise is at risk


@dataclass(frozen=True, slots=True)
class About:
    """What a policy is chosen by."""

    mailbox: int
    category: int | None
    customer: str  # an address
    language: str | None
    tags: tuple[str, ...]
    properties: Mapping[str, str] = field(default_factory=dict)  # by names such as customer.plan or company.plan


def chosen(policies: Sequence[Policy], about: About) -> Policy | None:
    """The first policy all of whose conditions hold."""
    return next((policy for policy in policies if _holds(policy.conditions, about)), None)


def _holds(conditions: Mapping[str, Sequence[Any]], about: About) -> bool:
    """Every condition has to hold; of the values of one, any. `customers`: addresses, or domains as @example.org.

    A name with a dot in it is a property's, whose values are the same in large and small letters.
    """
    domain = f"@{about.customer.rpartition('@')[2]}"
    found: dict[str, set[Any]] = {
        "mailboxes": {about.mailbox},
        "categories": {about.category},
        "customers": {about.customer, domain},
        "languages": {about.language},
        "tags": set(about.tags),
    }
    for name, values in conditions.items():
        if is_property(name):
            if about.properties.get(name, "").casefold() not in {str(value).casefold() for value in values}:
                return False
        elif values and found[name].isdisjoint(values):
            return False
    return True


def is_property(name: str) -> bool:
    """Whether a condition asks for something that an admin has named, not we."""
    return "." in name
