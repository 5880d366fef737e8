"""A rule in a sentence: when, if, then."""

from __future__ import annotations

from mailgate.rules.fields import FIELDS, NAMED, OPS_IN_WORDS, WITHOUT_VALUE, split_name
from mailgate.rules.schema import Action, All, AnyOf, RuleGiven, Schedule, Test, Wait, members

WHEN = {
    "created": "a ticket is created",
    "message": "a message is added",
    "status": "the status changes",
    "priority": "the priority changes",
    "assigned": "the assignee or team changes",
    "changed": "the category or tags change",
    "woke": "a ticket comes back into sight",
    "rated": "a customer says whether we were of help",
    "at_risk": "a promise is at risk",
    "breached": "a promise is broken",
    "time": "some time has passed",
    "schedule": "it is time",
    "digest": "whoever has a ticket that waits for us gets their digest",
    "called": "a step of a policy asks for it",
}
SINCE = {
    "status": "its status changed",
    "resolved": "it was resolved",
    "customer_wrote": "the customer wrote last",
    "answered": "we answered last",
    "assigned": "it was assigned",
    "created": "it was created",
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
    "letter": "Send a letter to the customer",
    "survey": "Ask whether we were of help",
    "notify": "Notify",
    "digest": "List it in the digest",
    "route": "Find an agent",
    "escalate": "Escalate",
    "webhook": "Call a webhook",
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TOLD = {
    "assignee": "whoever has the ticket",
    "team": "its team",
    "snoozer": "whoever put it out of sight",
    "admins": "the admins",
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
    "letter": "send the customer the letter “{value}”",
    "survey": "ask the customer whether we were of help",
    "notify": "notify {value}",
    "digest": "list it in the digest",
    "route": "find an agent for it",
    "webhook": "call {value}",
    "escalate": "escalate it to the team “{value}”",
}
_TAKES = {
    "assignee": "take it from its agent",
    "team": "take it from its team",
    "category": "take it out of its category",
    "escalate": "escalate it to the next tier",
}
STATUSES = {"pending": "waiting for customer", "on_hold": "on hold"}


def in_words(rule: RuleGiven) -> str:
    """The whole rule: `When …, and …: do this, and that.`"""
    if_ = f", and {_condition(rule.condition)}" if members(rule.condition) else ""
    done = [action_in_words(action) for action in rule.then]
    return f"When {when_in_words(rule)}{if_}: {_joined(done, 'and')}."


def when_in_words(rule: RuleGiven) -> str:
    """What it waits for."""
    if rule.wait is not None:
        return _waited(rule.wait)
    return _scheduled(rule.schedule) if rule.schedule is not None else WHEN[rule.when]


def question_in_words(test: Test) -> str:
    """One question as a statement."""
    label = label_of(test.field)
    value = "" if test.op in WITHOUT_VALUE else f" “{STATUSES.get(test.value, test.value).replace('_', ' ')}”"
    return f"{label} {OPS_IN_WORDS[test.op]}{value}"


def label_of(name: str) -> str:
    """What a field is called."""
    beginning, own = split_name(name)
    return f"{NAMED[beginning].label} {own}" if beginning else FIELDS[name].label


def action_in_words(action: Action) -> str:
    """One thing it does."""
    if not action.value and action.do in _TAKES:
        return _TAKES[action.do]
    value = {"status": STATUSES, "notify": _TOLD}.get(action.do, {}).get(action.value, action.value)
    return _DOES[action.do].format(value=value, text=_short(action.text))


def _condition(condition: Test | All | AnyOf) -> str:
    if isinstance(condition, Test):
        return question_in_words(condition)
    parts = [_condition(member) for member in members(condition)]
    if isinstance(condition, AnyOf) and len(parts) > 1:
        return f"either {_joined(parts, 'or')}"
    return " and ".join(parts)


def _waited(wait: Wait) -> str:
    working = f" of working time ({wait.calendar})" if wait.calendar else ""
    length = span(wait.minutes)
    return f"{length}{working} {'has' if length.startswith('1 ') else 'have'} passed since {SINCE[wait.since]}"


def _scheduled(schedule: Schedule) -> str:
    days = sorted(set(schedule.days))
    if len(days) == len(_DAYS):
        return f"it is {schedule.at}, every day"
    return f"it is {schedule.at} on {_joined([_DAYS[day] for day in days], 'or')}"


def span(minutes: int) -> str:
    """A length of time: `7 days`, `4 hours`, `90 minutes`."""
    for size, name in ((24 * 60, "day"), (60, "hour")):
        if minutes % size == 0:
            return f"{minutes // size} {name}{'s' * (minutes != size)}"
    return f"{minutes} minute{'s' * (minutes != 1)}"


def _joined(parts: list[str], word: str) -> str:
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else words[:59].rstrip() + "…"  # noqa: PLR2004 - a line
