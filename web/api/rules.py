"""Rules: what the desk does by itself."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from mailgate import clock
from mailgate.office import rules
from mailgate.rules.schema import Action, Group, RuleGiven, Schedule, Trigger, Wait
from mailgate.rules.words import in_words
from mailgate.store.rules import RuleRow, rule_rows, runs_of_rule
from web.access import desk
from web.access.who import who
from web.api.operations import Answer, Body, operation
from web.api.shapes import Moment, Page, PageQuery

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
