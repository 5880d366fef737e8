"""A rule in a sentence: when, if, then."""

from __future__ import annotations

from mailgate.rules.fields import FIELDS, HEADER, OPS_IN_WORDS, WITHOUT_VALUE
from mailgate.rules.schema import Action, All, AnyOf, RuleGiven, Test, members

WHEN = {
    "created": "a ticket is created",
    "message": "a message is added",
    "status": "the status changes",
    "priority": "the priority changes",
    "assigned": "the assignee or team changes",
    "changed": "the category or tags change",
    "woke": "a ticket comes back into sight",
    "breached": "a promise is broken",
}
DO = {
    "status": "Set status",
    "priority": "Set priority",
    "assignee": "Assign to agent",
    "team": "Assign to team",
    "category": "Set category",
    "tag": "Add tag",
    "untag": "Remove tag",
    "note": "Leave a note",
}
_DOES = {
    "status": "set the status “{value}”",
    "priority": "set the priority “{value}”",
    "assignee": "assign it to {value}",
    "team": "assign the team “{value}”",
    "category": "set the category “{value}”",
    "tag": "add the tag “{value}”",
    "untag": "remove the tag “{value}”",
    "note": "leave the note “{text}”",
}
_TAKES = {
    "assignee": "take it from its agent",
    "team": "take it from its team",
    "category": "take it out of its category",
}
STATUSES = {"pending": "waiting for customer", "on_hold": "on hold"}


def in_words(rule: RuleGiven) -> str:
    """The whole rule: `When …, and …: do this, and that.`"""
    if_ = f", and {_condition(rule.condition)}" if members(rule.condition) else ""
    done = [action_in_words(action) for action in rule.then]
    return f"When {WHEN[rule.when]}{if_}: {_joined(done, 'and')}."


def test_in_words(test: Test) -> str:
    """One question as a statement."""
    label = label_of(test.field)
    value = "" if test.op in WITHOUT_VALUE else f" “{STATUSES.get(test.value, test.value).replace('_', ' ')}”"
    return f"{label} {OPS_IN_WORDS[test.op]}{value}"


def label_of(name: str) -> str:
    """What a field is called."""
    field = FIELDS.get(name)
    return field.label if field is not None else f"the header {name.removeprefix(HEADER)}"


def action_in_words(action: Action) -> str:
    """One thing it does."""
    if not action.value and action.do in _TAKES:
        return _TAKES[action.do]
    value = STATUSES.get(action.value, action.value) if action.do == "status" else action.value
    return _DOES[action.do].format(value=value, text=_short(action.text))


def _condition(condition: Test | All | AnyOf) -> str:
    if isinstance(condition, Test):
        return test_in_words(condition)
    parts = [_condition(member) for member in members(condition)]
    if isinstance(condition, AnyOf) and len(parts) > 1:
        return f"either {_joined(parts, 'or')}"
    return " and ".join(parts)


def _joined(parts: list[str], word: str) -> str:
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else words[:59].rstrip() + "…"  # noqa: PLR2004 - a line
