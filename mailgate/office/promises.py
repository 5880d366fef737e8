"""What is promised to whom: policies set up, changed and switched off, and read as what clocks go by."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from mailgate.errors import BadInput, NotFound
from mailgate.office.calendars import as_calendar, know_holidays
from mailgate.sla.calendar import Calendar
from mailgate.sla.policy import Goal, Policy, Step
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.organisations import own
from mailgate.store.promises import (
    PolicyRow,
    calendar_rows,
    next_place,
    policy_row,
    policy_rows,
    promised_rows,
    time_anew,
)
from mailgate.store.rules import rules_since
from mailgate.store.tickets import PRIORITIES

PAUSES = ("pending", "on_hold")
CONDITIONS = ("mailboxes", "categories", "customers", "languages", "tags")
_PROPERTY = re.compile(r"(customer|company|field)\.[a-z0-9][a-z0-9_-]{0,39}")
LONGEST = timedelta(days=366)
STEPS, TURNS = 20, 20
ROLES = ("assignee", "team", "admins")
LETTERS = ("status_changed", "waiting")  # that a step can have written to the customer
_MINUTE = timedelta(minutes=1)
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class StepGiven:
    """One step as somebody writes it: minutes before (below zero) or after a goal is due, and what is to be done.

    `does`: `notify` (roles: assignee, team, admins, or addresses of agents), `priority`, `assignee` (an address),
    `team` (a name), `next_tier` (true), `tags`, `tell_customer` (a letter), `rule` (the name of one that waits to be
    called), `webhook` (an address).
    """

    goal: str
    minutes: int
    every: int | None = None
    times: int = 1
    does: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class PolicyGiven:
    """A policy as somebody writes it; `targets` in minutes, by priority and goal."""

    name: str
    targets: Mapping[str, Mapping[str, int]]
    calendar_id: int | None = None
    conditions: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    pauses: Sequence[str] = ("pending",)
    steps: Sequence[StepGiven] = ()
    place: int | None = None
    active: bool = True


def policies(session: Session, now: datetime) -> list[Policy]:
    """What is promised, in the order it is tried."""
    rows = promised_rows(session)
    if not rows:
        return []
    used = {calendar.id: calendar for _, calendar in rows if calendar is not None}
    know_holidays(list(used.values()), now)
    calendars = {row.id: as_calendar(row) for row in used.values()}
    warns_since = rules_since(session, "at_risk") if "at_risk" in own(session).rule_triggers else None
    return [replace(as_policy(row, calendars), warns_since=warns_since) for row, _ in rows]


def as_policy(row: PolicyRow, calendars: Mapping[int, Calendar]) -> Policy:
    """A row as what clocks go by."""
    return Policy(
        row.id,
        row.name,
        calendars[row.calendar_id] if row.calendar_id is not None else Calendar(),
        {
            priority: {Goal(goal): minutes * _MINUTE for goal, minutes in goals.items()}
            for priority, goals in row.targets.items()
        },
        frozenset(row.pauses),
        tuple(_as_step(step) for step in row.steps),
        row.conditions,
        row.changed_at,
    )


def add_policy(session: Session, given: PolicyGiven, at: datetime) -> PolicyRow:
    """Promise something from now on. What was due before is not made up for."""
    checked(session, given)
    row = PolicyRow(created_at=at, place=given.place or next_place(session))
    _set(row, given, at)
    add(session, row)
    time_anew(session)
    return row


def change_policy(session: Session, policy_id: int, given: PolicyGiven, at: datetime) -> PolicyRow:
    """Promise something else. Open tickets are timed anew; steps that were due before now are let be."""
    row = policy_row(session, policy_id)
    if row is None:
        raise NotFound(f"There is no policy {policy_id}.")
    checked(session, given, mine=row.id)
    row.place = given.place or row.place
    _set(row, given, at)
    time_anew(session)
    return row


def switch_policy(session: Session, policy_id: int, at: datetime, *, is_active: bool) -> PolicyRow:
    """Hold to a policy again, or no longer. What was due while it was off is let be."""
    row = policy_row(session, policy_id)
    if row is None:
        raise NotFound(f"There is no policy {policy_id}.")
    if row.active != is_active:
        row.active, row.changed_at = is_active, at
        time_anew(session)
    return row


def given_by(row: PolicyRow) -> PolicyGiven:
    """A policy as it can be written again."""
    steps = tuple(StepGiven(**step) for step in row.steps)
    return PolicyGiven(
        row.name, row.targets, row.calendar_id, row.conditions, tuple(row.pauses), steps, row.place, row.active
    )


def checked(session: Session, given: PolicyGiven, mine: int | None = None) -> None:
    """Refuse what cannot be promised, and say where."""
    if not given.name.strip():
        raise BadInput("A policy needs a name.", name="is empty")
    if any(other.name == given.name and other.id != mine for other in policy_rows(session)):
        raise BadInput(f"There is a policy {given.name} already.", name="is taken")
    if given.calendar_id is not None and given.calendar_id not in {row.id for row in calendar_rows(session)}:
        raise BadInput("There is no such calendar.", calendar="does not exist")
    if not any(given.targets.values()):
        raise BadInput("A policy promises something: give it at least one time.", targets="are empty")
    for priority, goals in given.targets.items():
        _check_targets(priority, goals)
    if unknown := set(given.pauses) - set(PAUSES):
        raise BadInput(f"{', '.join(sorted(unknown))} cannot pause a clock.", pauses="must be pending or on_hold")
    if unknown := {name for name in given.conditions if name not in CONDITIONS and not _PROPERTY.fullmatch(name)}:
        raise BadInput(f"There is no condition {', '.join(sorted(unknown))}.", conditions="are not known")
    if len(given.steps) > STEPS:
        raise BadInput(f"A policy has {STEPS} steps at most.", steps="are too many")
    for step in given.steps:
        _check_step(step)


def _check_targets(priority: str, goals: Mapping[str, int]) -> None:
    if priority not in PRIORITIES:
        raise BadInput(f"There is no priority {priority!r}.", targets=f"must be for {', '.join(PRIORITIES)}")
    for goal, minutes in goals.items():
        if goal not in set(Goal):
            raise BadInput(f"{goal!r} cannot be promised.", targets=f"must be {', '.join(Goal)}")
        if not _NOTHING < minutes * _MINUTE <= LONGEST:
            raise BadInput("A promise is between one minute and a year.", targets="are out of range")


def _check_step(step: StepGiven) -> None:
    if step.goal not in set(Goal):
        raise BadInput(f"There is no goal {step.goal!r}.", steps=f"must name one of {', '.join(Goal)}")
    every = step.every * _MINUTE if step.every is not None else LONGEST
    if abs(step.minutes) * _MINUTE > LONGEST or not _NOTHING < every <= LONGEST:
        raise BadInput("A step is at most a year before or after what is due.", steps="are out of range")
    if not 1 <= step.times <= TURNS:
        raise BadInput(f"A step comes {TURNS} times at most.", steps="come too often")
    if not any(step.does.values()):
        raise BadInput("A step does something: somebody is told, or the ticket is changed.", steps="do nothing")
    if (priority := step.does.get("priority")) is not None and priority not in PRIORITIES:
        raise BadInput(f"There is no priority {priority!r}.", steps=f"must set one of {', '.join(PRIORITIES)}")
    for who in step.does.get("notify", ()):
        if who not in ROLES and "@" not in str(who):
            raise BadInput(f"A step tells {', '.join(ROLES)} or an agent, not {who!r}.", steps="tell somebody unknown")
    if (url := step.does.get("webhook")) is not None and not re.fullmatch(r"https?://[!-~]{1,500}", url):
        raise BadInput(f"{url!r} is no address of a webhook.", steps="must call an address such as https://…")
    if (letter := step.does.get("tell_customer")) is not None and letter not in LETTERS:
        raise BadInput(f"There is no letter {letter!r}.", steps=f"must send one of {', '.join(LETTERS)}")


def _set(row: PolicyRow, given: PolicyGiven, at: datetime) -> None:
    row.name, row.active, row.calendar_id, row.changed_at = given.name.strip(), given.active, given.calendar_id, at
    row.conditions = {name: list(values) for name, values in given.conditions.items() if values}
    row.targets = {priority: dict(goals) for priority, goals in given.targets.items() if goals}
    row.pauses, row.steps = sorted(set(given.pauses)), _numbered(given.steps, row.steps or [])


def _numbered(steps: Sequence[StepGiven], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Steps keep their numbers for good: what was done is known by them."""
    known = {int(step["id"]) for step in before}
    highest = max(known, default=0)
    numbered = []
    for step in steps:
        number = step.id
        if number not in known:
            number = highest = highest + 1
        known.discard(number)
        numbered.append({**asdict(step), "does": dict(step.does), "id": number})
    return numbered


def _as_step(step: Mapping[str, Any]) -> Step:
    every = step["every"]
    return Step(
        step["id"],
        Goal(step["goal"]),
        step["minutes"] * _MINUTE,
        every * _MINUTE if every else None,
        step["times"],
        step["does"],
    )
