"""Which rules act on what happened, in their order, each on what the ones before it have made of the ticket."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailgate.rules.conditions import Question, question
from mailgate.rules.facts import Facts, Value
from mailgate.rules.fields import Needs, field_named
from mailgate.rules.schema import Action, RuleGiven, tests

LONGEST_CHAIN = 5  # rules that act on what rules did


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is kept, ready to be asked."""

    id: int
    version: int
    given: RuleGiven
    holds: Question
    fields: tuple[str, ...] = field(default=())
    since: datetime | None = None  # what was due before is let be

    @property
    def name(self) -> str:
        return self.given.name


@dataclass(frozen=True, slots=True)
class Run:
    """One rule that acts: what it saw, and what is to be done."""

    rule: Rule
    saw: dict[str, str]
    actions: tuple[Action, ...]


def ready(rule_id: int, version: int, given: RuleGiven, since: datetime | None = None) -> Rule:
    """A rule that can be asked many times."""
    fields = tuple(dict.fromkeys(test.field.lower() for test in tests(given.condition)))
    return Rule(rule_id, version, given, question(given.condition), fields, since)


def needs(rules: Collection[Rule]) -> frozenset[Needs]:
    """What has to be looked up before these rules can be asked."""
    found = (field_named(name) for rule in rules for name in rule.fields)
    tagged = {Needs.TAGS for rule in rules for action in rule.given.then if action.do in ("tag", "untag")}
    return frozenset(tagged | {each.needs for each in found if each is not None})


def decide(rules: Sequence[Rule], triggers: Collection[str], facts: Facts, chain: Sequence[int] = ()) -> Iterator[Run]:
    """The rules that act, in order. `chain`: the rules whose doing this is; none of them acts on it again."""
    if len(chain) >= LONGEST_CHAIN:
        return
    for rule in rules:
        if rule.given.when not in triggers or rule.id in chain or (chain and not rule.given.after_rules):
            continue
        if not rule.holds(facts):
            continue
        yield Run(rule, {name: facts.shown(name) for name in rule.fields}, tuple(rule.given.then))
        if rule.given.stop:
            return
        facts = facts.changed(_after(facts, rule.given.then))


def _after(facts: Facts, actions: Sequence[Action]) -> dict[str, Value]:
    """What the ticket is after these actions."""
    after: dict[str, Value] = {}
    for action in actions:
        match action.do:
            case "status" | "priority" | "assignee" | "team" | "category":
                after[action.do] = action.value or None
            case "escalate":
                after["escalation"] = int(facts.number("escalation") or 0) + 1
            case "tag" | "untag":
                tags = after.get("tags", facts.value("tags"))
                others = tuple(tag for tag in (tags if isinstance(tags, tuple) else ()) if tag != action.value.lower())
                after["tags"] = (*others, action.value.lower()) if action.do == "tag" else others
            case _:
                pass
    return after
