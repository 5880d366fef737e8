"""Calendars and policies: what is promised to whom, by which hours."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office import calendars, promises
from mailgate.office.calendars import CalendarGiven, Day
from mailgate.office.promises import PolicyGiven, StepGiven
from mailgate.office.written import hours_in_words, read_hours
from mailgate.sla.policy import is_property
from mailgate.store.promises import CalendarRow, PolicyRow, calendar_rows, policy_rows
from web.access import desk
from web.api.operations import Answer, Body, operation
from web.api.shapes import Moment, Page, PageQuery, Priority
from web.forms import Line

Name = Annotated[Line, Field(min_length=1, max_length=100)]
Hours = Annotated[Line, Field(max_length=200, description="Such as `9:00-12:30, 13:00-17:00`; empty: closed.")]
Goal = Literal["first_response", "next_response", "resolution", "assignment"]
Property = Annotated[str, Field(pattern=r"^(customer|company|field)\.[a-z0-9][a-z0-9_-]{0,39}$")]
Minutes = Annotated[int, Field(ge=1, le=527_040)]


class OddDay(Body):
    """A day that differs."""

    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    name: Annotated[Line, Field(max_length=100)] = ""
    hours: Hours = ""


class Calendar(Body):
    """When a desk works."""

    name: Name
    zone: Annotated[Line, Field(max_length=60, description="Such as Europe/Berlin.")]
    week: Annotated[tuple[Hours, ...], Field(min_length=7, max_length=7, description="Seven days from Monday.")]
    country: Annotated[Line, Field(max_length=2, description="Whose public holidays, such as DE.")] | None = None
    region: Annotated[Line, Field(max_length=10)] | None = None
    days: Annotated[tuple[OddDay, ...], Field(max_length=1000)] = ()


class CalendarShown(Answer):
    """When a desk works. `holidays`: the days the country adds, as far as they are known."""

    id: int
    name: str
    zone: str
    week: list[str]
    country: str | None
    region: str | None
    days: list[OddDay]
    holidays: list[OddDay]


class StepBody(Body):
    """What is done so many minutes before (below zero) or after something is due. `every`: again, `times` in all."""

    id: Annotated[int, Field(ge=0, description="Of a step that is there already; 0 for a new one.")] = 0
    goal: Goal
    minutes: Annotated[int, Field(ge=-527_040, le=527_040)]
    every: Minutes | None = None
    times: Annotated[int, Field(ge=1, le=20)] = 1
    notify: Annotated[
        tuple[Line, ...], Field(max_length=20, description="`assignee`, `team`, `admins`, or agents by address.")
    ] = ()
    priority: Priority | None = None
    assignee: Annotated[Line, Field(max_length=254)] | None = None
    team: Annotated[Line, Field(max_length=200)] | None = None
    next_tier: Annotated[bool, Field(description="Escalate it to the next tier of support.")] = False
    tags: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    tell_customer: Literal["status_changed", "waiting"] | None = None
    webhook: Annotated[Line, Field(max_length=500)] | None = None
    rule: Annotated[Line, Field(max_length=100, description="A rule that waits to be called, by name.")] | None = None


class Conditions(Body):
    """For which tickets. Each that is given has to hold; any of its values does."""

    mailboxes: tuple[int, ...] = ()
    categories: tuple[int, ...] = ()
    customers: Annotated[tuple[Line, ...], Field(description="Addresses, or domains as @example.org.")] = ()
    languages: tuple[Line, ...] = ()
    tags: tuple[Line, ...] = ()
    properties: Annotated[
        dict[Property, tuple[Line, ...]],
        Field(description='Of the customer or their company: {"company.plan": ["gold"]}.'),
    ] = Field(default_factory=dict)


class Policy(Body):
    """What is promised. Without a calendar its clocks run day and night."""

    name: Name
    calendar: Annotated[int | None, Field(description="A calendar's id.")] = None
    targets: Annotated[dict[Priority, dict[Goal, Minutes]], Field(description="Minutes by priority and goal.")]
    conditions: Conditions = Conditions()
    pauses: tuple[Literal["pending", "on_hold"], ...] = ("pending",)
    steps: Annotated[tuple[StepBody, ...], Field(max_length=20)] = ()
    place: Annotated[int, Field(ge=1, le=999_999, description="The first that fits holds.")] | None = None
    active: bool = True


class PolicyShown(Answer):
    """What is promised, and since when in these words."""

    id: int
    name: str
    calendar: int | None
    targets: dict[str, dict[str, int]]
    conditions: Conditions
    pauses: list[str]
    steps: list[StepBody]
    place: int
    active: bool
    changed_at: Moment


class CalendarPage(Page[CalendarShown]):
    """Every calendar."""


class PolicyPage(Page[PolicyShown]):
    """Every policy, in the order they are tried."""


@operation("GET", "/calendars", query=PageQuery, answer=CalendarPage)
def list_calendars(query: PageQuery) -> CalendarPage:
    """List calendars. There are few: they come on one page."""
    del query
    with desk() as session:
        return CalendarPage(items=[_calendar(row) for row in calendar_rows(session)], next=None)


@operation("POST", "/calendars", body=Calendar, answer=CalendarShown, status=201)
def add_calendar(body: Calendar) -> CalendarShown:
    """Add a calendar."""
    with desk() as session:
        return _calendar(calendars.add_calendar(session, _calendar_given(body), clock.now()))


@operation("PUT", "/calendars/<key:calendar_id>", body=Calendar, answer=CalendarShown)
def change_calendar(calendar_id: int, body: Calendar) -> CalendarShown:
    """Work at other times. Open tickets are timed anew."""
    with desk() as session:
        return _calendar(calendars.change_calendar(session, calendar_id, _calendar_given(body), clock.now()))


@operation("DELETE", "/calendars/<key:calendar_id>", answer=CalendarShown)
def remove_calendar(calendar_id: int) -> CalendarShown:
    """Remove a calendar that no policy goes by; the answer is what it was."""
    with desk() as session:
        return _calendar(calendars.drop_calendar(session, calendar_id))


@operation("GET", "/policies", query=PageQuery, answer=PolicyPage)
def list_policies(query: PageQuery) -> PolicyPage:
    """List policies in the order they are tried. There are few: they come on one page."""
    del query
    with desk() as session:
        return PolicyPage(items=[_policy(row) for row in policy_rows(session)], next=None)


@operation("POST", "/policies", body=Policy, answer=PolicyShown, status=201)
def add_policy(body: Policy) -> PolicyShown:
    """Promise something from now on. What was due before is not made up for."""
    with desk() as session:
        return _policy(promises.add_policy(session, _policy_given(body), clock.now()))


@operation("PUT", "/policies/<key:policy_id>", body=Policy, answer=PolicyShown)
def change_policy(policy_id: int, body: Policy) -> PolicyShown:
    """Promise something else. Open tickets are timed anew; steps that were due before now are let be."""
    with desk() as session:
        return _policy(promises.change_policy(session, policy_id, _policy_given(body), clock.now()))


def _calendar_given(body: Calendar) -> CalendarGiven:
    days = [Day(_date(day.date), day.name, read_hours(day.hours)) for day in body.days]
    week = [read_hours(hours) for hours in body.week]
    return CalendarGiven(body.name, body.zone, week, body.country, body.region, days)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"There is no day {text}.", days="name a day that does not exist") from None


def _calendar(row: CalendarRow) -> CalendarShown:
    def shown(*, by_country: bool) -> list[OddDay]:
        return [
            OddDay(date=day.date.isoformat(), name=day.name, hours=hours_in_words(day.hours))
            for day in calendars.days_of(row, by_country=by_country)
        ]

    return CalendarShown(
        id=row.id, name=row.name, zone=row.zone, week=[hours_in_words(spans) for spans in row.week],
        country=row.country, region=row.region, days=shown(by_country=False), holidays=shown(by_country=True),
    )  # fmt: skip


def _policy_given(body: Policy) -> PolicyGiven:
    targets = {
        str(priority): {str(goal): time for goal, time in goals.items()} for priority, goals in body.targets.items()
    }
    return PolicyGiven(
        body.name, targets, body.calendar, _conditions(body.conditions), body.pauses,
        [_step_given(step) for step in body.steps], body.place, body.active,
    )  # fmt: skip


def _conditions(body: Conditions) -> dict[str, list[Any]]:
    dumped = body.model_dump(exclude={"properties"})
    found = {name: list(values) for name, values in {**dumped, **body.properties}.items()}
    return found | {name: [value.lower() for value in found[name]] for name in ("customers", "languages", "tags")}


def _conditions_shown(row: PolicyRow) -> Conditions:
    found: dict[str, Any] = {name: tuple(values) for name, values in row.conditions.items()}
    properties = {name: found.pop(name) for name in list(found) if is_property(name)}
    return Conditions.model_validate(found | {"properties": properties})


def _step_given(body: StepBody) -> StepGiven:
    named: dict[str, Any] = {
        "notify": list(body.notify),
        "priority": body.priority,
        "assignee": body.assignee,
        "team": body.team,
        "next_tier": body.next_tier,
    }
    named |= {"tags": list(body.tags), "tell_customer": body.tell_customer, "rule": body.rule, "webhook": body.webhook}
    does = {name: value for name, value in named.items() if value}
    return StepGiven(body.goal, body.minutes, body.every, body.times, does, body.id)


def _policy(row: PolicyRow) -> PolicyShown:
    return PolicyShown(
        id=row.id, name=row.name, calendar=row.calendar_id, targets=row.targets,
        conditions=_conditions_shown(row),
        pauses=list(row.pauses), steps=[_step(step) for step in row.steps], place=row.place, active=row.active,
        changed_at=row.changed_at,
    )  # fmt: skip


def _step(step: dict[str, Any]) -> StepBody:
    lists = {name: tuple(value) if isinstance(value, list) else value for name, value in step["does"].items()}
    return StepBody.model_validate({name: value for name, value in step.items() if name != "does"} | lists)
