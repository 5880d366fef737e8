"""A rule in a sentence: when, if, then. It is English, unless whoever asks gives a way to say each piece otherwise."""

from __future__ import annotations

from collections.abc import Callable

from mailgate.rules.fields import FIELDS, NAMED, OPS_IN_WORDS, WITHOUT_VALUE, split_name
from mailgate.rules.schema import Action, All, AnyOf, RuleGiven, Schedule, Test, Wait, members

Say = Callable[[str], str]
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
_SIZES = (
    (24 * 60, "{number} day", "{number} days"),
    (60, "{number} hour", "{number} hours"),
    (1, "{number} minute", "{number} minutes"),
)
_AND, _OR = "{these} and {last}", "{these} or {last}"
_AND_ALSO = " and "
_TAKES = {
    "assignee": "take it from its agent",
    "team": "take it from its team",
    "category": "take it out of its category",
    "escalate": "escalate it to the next tier",
}
STATUSES = {"pending": "waiting for customer", "on_hold": "on hold"}


def in_words(rule: RuleGiven, say: Say = str) -> str:
    """The whole rule: `When …, and …: do this, and that.`"""
    done = _joined([action_in_words(action, say) for action in rule.then], _AND, say)
    when = when_in_words(rule, say)
    if not members(rule.condition):
        return say("When {when}: {done}").format(when=when, done=done) + "."
    condition = _condition(rule.condition, say)
    return say("When {when}, and {condition}: {done}").format(when=when, condition=condition, done=done) + "."


def when_in_words(rule: RuleGiven, say: Say = str) -> str:
    """What it waits for."""
    if rule.wait is not None:
        return _waited(rule.wait, say)
    return _scheduled(rule.schedule, say) if rule.schedule is not None else say(WHEN[rule.when])


def question_in_words(test: Test, say: Say = str) -> str:
    """One question as a statement."""
    label, op = label_of(test.field, say), say(OPS_IN_WORDS[test.op])
    if test.op in WITHOUT_VALUE:
        return f"{label} {op}"
    value = _word(test.value, say) if test.field in ("status", "priority") else test.value.replace("_", " ")
    return say("{label} {op} “{value}”").format(label=label, op=op, value=value)


def label_of(name: str, say: Say = str) -> str:
    """What a field is called."""
    beginning, own = split_name(name)
    return f"{say(NAMED[beginning].label)} {own}" if beginning else say(FIELDS[name].label)


def action_in_words(action: Action, say: Say = str) -> str:
    """One thing it does."""
    if not action.value and action.do in _TAKES:
        return say(_TAKES[action.do])
    value = action.value
    if action.do in ("status", "priority"):
        value = _word(value, say)
    elif action.do == "notify" and value in _TOLD:
        value = say(_TOLD[value])
    return say(_DOES[action.do]).format(value=value, text=_short(action.text))


def _condition(condition: Test | All | AnyOf, say: Say) -> str:
    if isinstance(condition, Test):
        return question_in_words(condition, say)
    parts = [_condition(member, say) for member in members(condition)]
    if isinstance(condition, AnyOf) and len(parts) > 1:
        return say("either {these}").format(these=_joined(parts, _OR, say))
    return f" {say(_AND_ALSO).strip()} ".join(parts)


def _waited(wait: Wait, say: Say) -> str:
    length = span(wait.minutes, say)
    if wait.calendar:
        length = say("{length} of working time ({calendar})").format(length=length, calendar=wait.calendar)
    passed = "{length} has passed since {since}" if _is_one(wait.minutes) else "{length} have passed since {since}"
    return say(passed).format(length=length, since=say(SINCE[wait.since]))


def _scheduled(schedule: Schedule, say: Say) -> str:
    days = sorted(set(schedule.days))
    if len(days) == len(_DAYS):
        return say("it is {time}, every day").format(time=schedule.at)
    told = _joined([say(_DAYS[day]) for day in days], _OR, say)
    return say("it is {time} on {days}").format(time=schedule.at, days=told)


def span(minutes: int, say: Say = str) -> str:
    """A length of time: `7 days`, `4 hours`, `90 minutes`."""
    for size, one, several in _SIZES:
        if minutes % size == 0:
            return say(one if minutes == size else several).format(number=minutes // size)
    return str(minutes)


def _is_one(minutes: int) -> bool:
    return minutes in {size for size, _, _ in _SIZES}


def _word(value: str, say: Say) -> str:
    """A status or priority, as pages call it, within a sentence."""
    return say(STATUSES[value]) if value in STATUSES else say(value.capitalize()).lower()


def _joined(parts: list[str], pattern: str, say: Say) -> str:
    if len(parts) == 1:
        return parts[0]
    return say(pattern).format(these=", ".join(parts[:-1]), last=parts[-1])


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else words[:59].rstrip() + "…"  # noqa: PLR2004 - a line
