"""Make the set-up what a file says, through the same verbs as the pages: whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from mailgate.errors import BadInput
from mailgate.mail import Wording
from mailgate.office.agents import Profile, change, set_active
from mailgate.office.calendars import CalendarGiven, Day, add_calendar, change_calendar
from mailgate.office.categories import CategorySetup, save_category
from mailgate.office.desk.export import export
from mailgate.office.desk.schema import (
    AgentPart,
    CalendarPart,
    CategoryPart,
    Desk,
    FieldPart,
    LetterPart,
    MailboxPart,
    OrganisationPart,
    Part,
    PolicyPart,
    ReplyPart,
    TagPart,
    TeamPart,
    key_of,
)
from mailgate.office.fields import FieldSetup, save_field
from mailgate.office.letters import Admin, Place, save, switch
from mailgate.office.mailboxes import MailboxSetup, change_mailbox
from mailgate.office.organisation import OrganisationSetup, save_organisation
from mailgate.office.promises import PolicyGiven, StepGiven, add_policy, change_policy
from mailgate.office.replies import Words
from mailgate.office.replies import save as save_reply
from mailgate.office.routing import RoutingGiven, set_routing
from mailgate.office.rules import apply_rules
from mailgate.office.setup import add_agent, add_mailbox, add_team
from mailgate.office.surveys import set_survey_questions
from mailgate.office.tags import TagSetup, save_tag
from mailgate.office.tags import clean as clean_tag
from mailgate.office.teams import save_team, setup_of
from mailgate.office.writing import set_manners, set_signature
from mailgate.office.written import read_hours
from mailgate.store.agents import agent_by_email
from mailgate.store.db import Session
from mailgate.store.fields import own_fields, tag_defined
from mailgate.store.office import categories, category_named, mailbox_by_address, mailboxes, team_named, teams
from mailgate.store.promises import calendar_rows, policy_rows
from mailgate.store.replies import reply_named

Item = TypeVar("Item", bound=Part)


@dataclass(frozen=True, slots=True)
class _Work:
    """One application: the transaction, how things stood before, by whom and when."""

    session: Session
    before: Desk
    by: str
    at: datetime


def apply(session: Session, wanted: Desk, by: str, at: datetime) -> Desk:
    """Do it, in the transaction that is given; what the set-up is then. What is refused is said by its place."""
    work = _Work(session, export(session), by, at)
    if wanted.organisation is not None and wanted.organisation != work.before.organisation:
        _organisation(work, wanted.organisation)
    for name, items in (
        ("categories", wanted.categories), ("tags", wanted.tags), ("fields", wanted.fields),
        ("calendars", wanted.calendars), ("teams", wanted.teams),
        ("agents", wanted.agents), ("mailboxes", wanted.mailboxes), ("replies", wanted.replies),
        ("letters", wanted.letters), ("policies", wanted.policies),
    ):  # fmt: skip
        _require_once(name, items)
    _all(work, "category", _categories_flat(work, wanted.categories), work.before.categories, _category)
    _all(work, "tag", wanted.tags, work.before.tags, _tag)
    _all(work, "field", wanted.fields, work.before.fields, _field)
    _all(work, "calendar", wanted.calendars, work.before.calendars, _calendar)
    for part in wanted.teams:
        add_team(session, part.name, at)
    session.flush()
    _all(work, "team", wanted.teams, work.before.teams, _team)
    _all(work, "agent", wanted.agents, work.before.agents, _agent)
    _all(work, "mailbox", wanted.mailboxes, work.before.mailboxes, _mailbox)
    _all(work, "reply", wanted.replies, work.before.replies, _reply)
    _all(work, "letter", wanted.letters, work.before.letters, _letter)
    _all(work, "policy", wanted.policies, work.before.policies, _policy)
    if wanted.routing is not None and wanted.routing != work.before.routing:
        set_routing(session, None, RoutingGiven(**wanted.routing.model_dump()), at)
    if wanted.surveys is not None and wanted.surveys != work.before.surveys:
        set_survey_questions(session, wanted.surveys.questions)
    if wanted.rules:
        with_name = {key_of(rule): rule for rule in work.before.rules} | {key_of(rule): rule for rule in wanted.rules}
        if list(with_name.values()) != work.before.rules:
            apply_rules(session, list(with_name.values()), by, at)
    session.flush()
    return export(session)


def _all(work: _Work, noun: str, wanted: Iterable[Item], before: Iterable[Item], deed: Any) -> None:
    known = {key_of(item): item for item in before}
    for item in wanted:
        if known.get(key_of(item)) == item:
            continue
        try:
            deed(work, item)
            work.session.flush()
        except BadInput as error:
            raise BadInput(f"{noun} {key_of(item)}: {error}", **error.fields) from None


def _require_once(section: str, items: Iterable[Part]) -> None:
    seen: set[str] = set()
    for item in items:
        if (key := key_of(item)) in seen:
            raise BadInput(f"{section}: {key} stands there twice.", **{section: "name something twice"})
        seen.add(key)


def _organisation(work: _Work, part: OrganisationPart) -> None:
    save_organisation(work.session, OrganisationSetup(**part.model_dump()))


def _categories_flat(work: _Work, wanted: list[CategoryPart]) -> Iterator[CategoryPart]:
    """First those that are new, at the top of the tree, so that each finds the one it lies within."""
    for part in wanted:
        if category_named(work.session, part.name) is None:
            save_category(work.session, CategorySetup(part.name), work.at)
    yield from wanted


def _category(work: _Work, part: CategoryPart) -> None:
    row = category_named(work.session, part.name)
    parent = _id(work, "category", part.parent) if part.parent else None
    save_category(work.session, CategorySetup(part.name, parent, part.description, part.active), work.at, category=row)


def _tag(work: _Work, part: TagPart) -> None:
    setup = TagSetup(**part.model_dump())
    save_tag(work.session, setup, work.at, tag=tag_defined(work.session, clean_tag(part.name)))


def _field(work: _Work, part: FieldPart) -> None:
    row = next((row for row in own_fields(work.session) if row.name == part.name), None)
    if row is not None and part.key not in ("", row.key):
        raise BadInput(f"It is called {row.key!r} in searches, and that never changes.", key="never changes")
    setup = FieldSetup(
        part.name, part.kind, tuple(part.choices), part.hint, part.place, part.active, part.key
    )  # fmt: skip
    save_field(work.session, setup, work.at, field=row)


def _calendar(work: _Work, part: CalendarPart) -> None:
    try:
        days = [Day(date.fromisoformat(day.date), day.name, read_hours(day.hours)) for day in part.days]
    except ValueError:
        raise BadInput("A day is written as 2026-12-24.", days="name no day") from None
    week = [read_hours(hours) for hours in part.week]
    given = CalendarGiven(part.name, part.zone, week, part.country, part.region, days)
    row = next((row for row in calendar_rows(work.session) if row.name == part.name), None)
    if row is None:
        add_calendar(work.session, given, work.at)
    else:
        change_calendar(work.session, row.id, given, work.at)


def _team(work: _Work, part: TeamPart) -> None:
    row = team_named(work.session, part.name)
    assert row is not None
    setup = replace(
        setup_of(work.session, row), tier=part.tier, region=part.region,
        parent_id=_id(work, "team", part.parent) if part.parent else None,
        categories=tuple(_id(work, "category", name) for name in part.categories),
    )  # fmt: skip
    save_team(work.session, setup, work.at, team=row)
    known = next((team for team in work.before.teams if team.name == part.name), None)
    if part.routing != (known.routing if known is not None else TeamPart(name=part.name).routing):
        set_routing(work.session, row.id, RoutingGiven(**part.routing.model_dump()), work.at)


def _agent(work: _Work, part: AgentPart) -> None:
    row = agent_by_email(work.session, part.email)
    if row is None:
        row = add_agent(work.session, part.email, part.role, work.at, name=part.name or None)
        work.session.flush()
    profile = Profile(
        part.name or row.name, part.role, tuple(_id(work, "team", name) for name in part.teams), part.only_own_teams,
        tuple(part.languages), tuple(part.skills), part.capacity, part.tier, part.region,
    )  # fmt: skip
    change(work.session, row, profile, teams(work.session), "owner")
    set_signature(row, part.signature)
    set_active(work.session, row, active=part.active, by="owner")


def _mailbox(work: _Work, part: MailboxPart) -> None:
    row = mailbox_by_address(work.session, part.address)
    if row is None:
        row = add_mailbox(work.session, part.address, work.at, name=part.name or None, plus=part.plus)
    setup = MailboxSetup(
        part.name or row.name, _id(work, "team", part.team) if part.team else None, part.language, part.plus,
        part.catch_all, part.active,
    )  # fmt: skip
    change_mailbox(work.session, row, setup)
    largest = -1 if part.largest_files is None else part.largest_files
    set_manners(row, signature=part.signature, quoting=part.quoting, largest_files=largest)


def _reply(work: _Work, part: ReplyPart) -> None:
    words = Words(part.name, part.body, part.shortcut, part.category, part.language)
    save_reply(work.session, words, work.by, work.at, reply=reply_named(work.session, part.name))


def _letter(work: _Work, part: LetterPart) -> None:
    place = Place(
        part.name, part.language,
        _id(work, "mailbox", part.mailbox) if part.mailbox else None,
        _id(work, "category", part.category) if part.category else None,
    )  # fmt: skip
    known = next((each for each in work.before.letters if key_of(each) == key_of(part)), None)
    by = Admin(work.by, None)
    if part.text is not None and (known is None or known.model_copy(update={"is_on": part.is_on}) != part):
        save(work.session, place, Wording(part.subject or "", part.text, part.html or ""), by, work.at)
        work.session.flush()
    if part.is_on is not None:
        switch(work.session, place, by, work.at, on=part.is_on)


def _policy(work: _Work, part: PolicyPart) -> None:
    named = {"mailboxes": "mailbox", "categories": "category"}
    conditions: dict[str, list[Any]] = {
        field: [_id(work, named[field], value) if field in named else value for value in values]
        for field, values in part.conditions.items()
    }
    calendar = next((row for row in calendar_rows(work.session) if row.name == part.calendar), None)
    if part.calendar is not None and calendar is None:
        raise BadInput(f"There is no calendar {part.calendar!r}.", calendar="is not known")
    row = next((row for row in policy_rows(work.session) if row.name == part.name), None)
    known = list(row.steps) if row is not None else []
    steps = [
        StepGiven(
            step.goal, step.minutes, step.every, step.times, step.does, known[place]["id"] if place < len(known) else 0
        )
        for place, step in enumerate(part.steps)
    ]
    given = PolicyGiven(
        part.name, part.targets, calendar.id if calendar is not None else None, conditions, part.pauses, steps,
        part.place, part.active,
    )  # fmt: skip
    if row is None:
        add_policy(work.session, given, work.at)
    else:
        change_policy(work.session, row.id, given, work.at)


def _id(work: _Work, kind: str, name: str) -> int:
    """The id behind a name in the file."""
    match kind:
        case "team":
            known = {row.name: row.id for row in teams(work.session)}
        case "category":
            known = {row.name: row.id for row in categories(work.session)}
        case _:
            known = {row.address: row.id for row in mailboxes(work.session)}
            name = name.lower()
    if name not in known:
        raise BadInput(f"There is no {kind} {name!r}.", **{kind: "is not known"})
    return known[name]
