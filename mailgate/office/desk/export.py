"""Write down the set-up as it stands."""

from __future__ import annotations

from dataclasses import asdict

from mailgate.office import categories as office_categories
from mailgate.office import fields as office_fields
from mailgate.office import tags as office_tags
from mailgate.office.agents import profile_of
from mailgate.office.calendars import given_by as calendar_given
from mailgate.office.desk.schema import (
    AgentPart,
    CalendarPart,
    CategoryPart,
    DayPart,
    Desk,
    FieldPart,
    LetterPart,
    MailboxPart,
    OrganisationPart,
    PolicyPart,
    ReplyPart,
    RoutingPart,
    StepPart,
    SurveysPart,
    TagPart,
    TeamPart,
)
from mailgate.office.organisation import setup_of
from mailgate.office.promises import given_by as policy_given
from mailgate.office.routing import given_for
from mailgate.office.rules import export_rules
from mailgate.office.written import hours_in_words
from mailgate.store.agents import agents
from mailgate.store.db import Session
from mailgate.store.fields import own_fields, tag_definitions
from mailgate.store.letters import own_letters
from mailgate.store.office import categories, category_names_of_teams, mailboxes, teams
from mailgate.store.organisations import own
from mailgate.store.promises import CalendarRow, PolicyRow, calendar_rows, policy_rows
from mailgate.store.replies import canned_replies
from mailgate.store.routing import routings

_EVERY = 1_000_000


def export(session: Session) -> Desk:
    """Everything, in an order that does not change by itself."""
    session.flush()
    names = {row.id: row.name for row in categories(session)}
    return Desk(
        organisation=OrganisationPart(**asdict(setup_of(own(session)))),
        categories=[
            CategoryPart(
                name=row.name, parent=names.get(row.parent_id or 0),
                description=office_categories.setup_of(row).description, active=row.active,
            )
            for row in categories(session)
        ],
        tags=[TagPart(**asdict(office_tags.setup_of(row))) for row in tag_definitions(session)],
        fields=[FieldPart.model_validate(asdict(office_fields.setup_of(row))) for row in own_fields(session)],
        calendars=[_calendar(row) for row in sorted(calendar_rows(session), key=lambda row: row.name)],
        teams=_teams(session),
        agents=_agents(session),
        mailboxes=_mailboxes(session),
        replies=[
            ReplyPart(
                name=row.name, body=row.body, shortcut=row.shortcut or "", category=row.category,
                language=row.language or "",
            )
            for row in canned_replies(session, limit=_EVERY)
        ],
        letters=_letters(session, names),
        policies=[_policy(session, row, names) for row in policy_rows(session)],
        rules=export_rules(session),
        routing=_routing(session, None),
        surveys=SurveysPart(questions=own(session).survey_questions),
    )  # fmt: skip


def _calendar(row: CalendarRow) -> CalendarPart:
    given = calendar_given(row)
    days = [DayPart(date=day.date.isoformat(), name=day.name, hours=hours_in_words(day.hours)) for day in given.days]
    week = [hours_in_words(spans) for spans in given.week]
    return CalendarPart(
        name=given.name, zone=given.zone, week=week, country=given.country, region=given.region, days=days
    )


def _teams(session: Session) -> list[TeamPart]:
    rows, seen = teams(session), category_names_of_teams(session)
    names = {row.id: row.name for row in rows}
    return [
        TeamPart(
            name=row.name, tier=row.tier, region=row.region, parent=names.get(row.parent_id or 0),
            categories=seen.get(row.id, []), routing=_routing(session, row.id) or RoutingPart(),
        )
        for row in rows
    ]  # fmt: skip


def _routing(session: Session, team_id: int | None) -> RoutingPart | None:
    row = routings(session).get(team_id)
    return RoutingPart(**asdict(given_for(row))) if row is not None else None


def _agents(session: Session) -> list[AgentPart]:
    names = {team.id: team.name for team in teams(session)}
    found = []
    for row in sorted(agents(session), key=lambda row: row.email):
        said = profile_of(session, row)
        found.append(
            AgentPart(
                email=row.email, name=said.name, role=row.role, active=row.active,
                teams=sorted(names[team_id] for team_id in said.teams), only_own_teams=said.only_own_teams,
                languages=list(said.languages), skills=list(said.skills), capacity=said.capacity, tier=said.tier,
                region=said.region, signature=row.signature,
            )
        )  # fmt: skip
    return found


def _mailboxes(session: Session) -> list[MailboxPart]:
    names = {team.id: team.name for team in teams(session)}
    return [
        MailboxPart.model_validate(
            {
                "address": row.address, "name": row.name, "team": names.get(row.team_id or 0), "language": row.language,
                "plus": row.plus, "catch_all": row.catch_all, "active": row.active, "signature": row.signature,
                "quoting": row.quoting or "off", "largest_files": row.largest_files,
            }
        )
        for row in mailboxes(session)
    ]  # fmt: skip


def _letters(session: Session, names: dict[int, str]) -> list[LetterPart]:
    addresses = {row.id: row.address for row in mailboxes(session)}
    found = [
        LetterPart(
            name=each.setting.name, language=each.setting.language, is_on=each.setting.is_on,
            mailbox=addresses.get(each.setting.mailbox_id or 0), category=names.get(each.setting.category_id or 0),
            subject=each.version and each.version.subject, text=each.version and each.version.text,
            html=each.version and each.version.html,
        )
        for each in own_letters(session)
        if each.version is not None or each.setting.is_on is not None
    ]  # fmt: skip
    return sorted(found, key=lambda part: (part.name, part.language, part.mailbox or "", part.category or ""))


def _policy(session: Session, row: PolicyRow, names: dict[int, str]) -> PolicyPart:
    given = policy_given(row)
    calendars = {each.id: each.name for each in calendar_rows(session)}
    addresses = {each.id: each.address for each in mailboxes(session)}
    called = {"mailboxes": addresses, "categories": names}
    conditions = {
        field: [called[field].get(value, str(value)) if field in called else str(value) for value in values]
        for field, values in given.conditions.items()
    }
    steps = [
        StepPart(goal=step.goal, minutes=step.minutes, every=step.every, times=step.times, does=dict(step.does))
        for step in given.steps
    ]
    return PolicyPart(
        name=given.name, targets={key: dict(value) for key, value in given.targets.items()},
        calendar=calendars.get(given.calendar_id or 0), conditions=conditions, pauses=sorted(given.pauses),
        steps=steps, place=given.place, active=given.active,
    )  # fmt: skip
