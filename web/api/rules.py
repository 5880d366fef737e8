"""Rules: what the desk does by itself."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from mailgate import clock
from mailgate.office import rules
from mailgate.rules.decide import ready
from mailgate.rules.schema import Action, Group, RuleGiven, Schedule, Trigger, Wait
from mailgate.rules.words import in_words
from mailgate.store.db import only_look
from mailgate.store.rules import RuleRow, rule_rows, runs_of_rule
from mailgate.tickets import rule_try
from mailgate.tickets.rule_facts import Desk
from web.access import desk
from web.access.who import who
from web.api.operations import Answer, Body, operation
from web.api.shapes import Moment, Page, PageQuery
from web.db import tools

_RUNS = 200


class Rule(Body, RuleGiven):
    """A rule. `if`: groups of conditions, `{"all": […]}` or `{"any": […]}`, each in it a condition or a group."""


class RuleShown(Answer):
    """A rule as it is. `sentence` says the same in words."""

    id: int
    version: int
    name: str
    sentence: str
    when: Trigger
    wait: Wait | None
    schedule: Schedule | None
    condition: Annotated[Group, Field(serialization_alias="if")]
    then: list[Action]
    stop: bool
    after_rules: bool
    active: bool
    place: int
    changed_at: Moment


class Run(Answer):
    """A rule acted: what it saw and did."""

    at: Moment
    ticket: str
    version: int
    saw: dict[str, str]
    did: list[str]


class Trial(Body):
    """A rule, and how far back it is to be tried."""

    rule: Rule
    days: Annotated[int, Field(ge=1, le=90)] = 30


class Hit(Answer):
    """A ticket the rule would have acted on, when, and what would be different."""

    ticket: str
    at: Moment
    would: list[str]


class Tried(Answer):
    """What came of it. `tickets`: how many were looked at; `is_cut`: there were more."""

    tickets: int
    hits: list[Hit]
    is_cut: bool


class RulePage(Page[RuleShown]):
    """Every rule, in the order they are asked."""


class RunPage(Page[Run]):
    """What a rule did last, newest first."""


@operation("GET", "/rules", query=PageQuery, answer=RulePage)
def list_rules(query: PageQuery) -> RulePage:
    """List rules in the order they are asked. There are few: they come on one page."""
    del query
    with desk() as session:
        return RulePage(items=[_shown(row) for row in rule_rows(session)], next=None)


@operation("POST", "/rules", body=Rule, answer=RuleShown, status=201)
def add_rule(body: Rule) -> RuleShown:
    """Keep a rule; it acts once it is active."""
    with desk() as session:
        return _shown(rules.add_rule(session, _given(body), who().name, clock.now()))


@operation("PUT", "/rules/<key:rule_id>", body=Rule, answer=RuleShown)
def change_rule(rule_id: int, body: Rule) -> RuleShown:
    """Another version from now on; earlier ones are kept."""
    with desk() as session:
        return _shown(rules.change_rule(session, rule_id, _given(body), who().name, clock.now()))


@operation("DELETE", "/rules/<key:rule_id>", answer=RuleShown)
def remove_rule(rule_id: int) -> RuleShown:
    """Remove a rule. Tickets keep what it did to them; the answer is what it was."""
    with desk() as session:
        shown = _shown(rules.the_rule(session, rule_id))
        rules.drop_rule(session, rule_id)
        return shown


@operation("GET", "/rules/<key:rule_id>/runs", query=PageQuery, answer=RunPage)
def list_rule_runs(rule_id: int, query: PageQuery) -> RunPage:
    """List what a rule did last, with the values it saw."""
    with desk() as session:
        rules.the_rule(session, rule_id)
        found = runs_of_rule(session, rule_id, min(query.limit, _RUNS))
        items = [
            Run(
                at=run.at,
                ticket=number,
                version=run.version,
                saw={name: str(value) for name, value in run.saw.items()},
                did=list(map(str, run.did)),
            )
            for run, number in found
        ]
        return RunPage(items=items, next=None)


@operation("POST", "/rules/trial", body=Trial, answer=Tried)
def try_rule(body: Trial) -> Tried:
    """Ask a rule about the last days: on which tickets it would have acted, each as it was then. Nothing is changed."""
    rule, now = ready(0, 0, _given(body.rule)), clock.now()
    with desk() as session:
        calendars = rules.with_calendars(session, [rule], now).calendars
        session.flush()
        only_look(session)
        found = rule_try.try_rule(Desk(session, now, calendars, tools().blobs), rule, body.days)
    hits = [
        Hit(ticket=hit.number, at=hit.at, would=[words for words, is_so in hit.did if not is_so]) for hit in found.hits
    ]
    return Tried(tickets=found.tickets, hits=hits, is_cut=found.is_cut)


def _given(body: Rule) -> RuleGiven:
    return RuleGiven.model_validate(body.model_dump(by_alias=True))


def _shown(row: RuleRow) -> RuleShown:
    given = rules.given_by(row)
    known: dict[str, Any] = {
        name: getattr(given, name) for name in ("name", "when", "condition", "then", "stop", "wait", "schedule")
    }
    return RuleShown(
        id=row.id, version=row.version, sentence=in_words(given), after_rules=given.after_rules, active=row.active,
        place=row.place, changed_at=row.changed_at, **known,
    )  # fmt: skip
