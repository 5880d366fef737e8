"""Whether a condition holds: groups of questions, asked in order and no further than an answer needs."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from mailgate.rules.facts import Facts
from mailgate.rules.fields import Kind, field_named
from mailgate.rules.patterns import compiled
from mailgate.rules.schema import All, AnyOf, Test, members

Question = Callable[[Facts], bool]


def question(condition: Test | All | AnyOf) -> Question:
    """A condition as a question, made once for many tickets."""
    if isinstance(condition, Test):
        asked, is_denied = _asked(condition)
        return (lambda facts: not asked(facts)) if is_denied else asked
    parts = [question(member) for member in members(condition)]
    if isinstance(condition, All) or not parts:
        return lambda facts: all(part(facts) for part in parts)
    return lambda facts: any(part(facts) for part in parts)


_DENIED = {
    "contains_not": "contains",
    "is_not": "is",
    "matches_not": "matches",
    "set": "empty",
    "has_not": "has",
    "outside": "within",
}


def _asked(test: Test) -> tuple[Question, bool]:
    field = field_named(test.field)
    assert field is not None
    name, op = test.field.lower(), _DENIED.get(test.op, test.op)
    is_denied = op != test.op
    if field.kind is Kind.NUMBER or op in ("above", "below"):
        return _of_number(name, op, Decimal(test.value)), is_denied
    if field.kind in (Kind.LIST, Kind.HOURS):
        return _of_list(name, op, test.value.strip().casefold()), is_denied
    if op == "matches":
        pattern = compiled(test.value)
        return lambda facts: pattern.search(str(facts.value(name) or "")) is not None, is_denied
    return _of_text(name, op, test.value.strip().casefold()), is_denied


def _of_text(name: str, op: str, wanted: str) -> Question:
    match op:
        case "contains":
            return lambda facts: wanted in facts.text(name)
        case "begins":
            return lambda facts: facts.text(name).lstrip().startswith(wanted)
        case "ends":
            return lambda facts: facts.text(name).rstrip().endswith(wanted)
        case "is":
            return lambda facts: facts.text(name).strip() == wanted
        case _:
            return lambda facts: not facts.text(name).strip()


def _of_list(name: str, op: str, wanted: str) -> Question:
    match op:
        case "contains":
            return lambda facts: any(wanted in word for word in facts.words(name))
        case "empty":
            return lambda facts: not facts.words(name)
        case _:
            return lambda facts: wanted in facts.words(name)


def _of_number(name: str, op: str, wanted: Decimal) -> Question:
    """What nobody knows is neither more nor less than anything."""

    def compared(facts: Facts) -> bool:
        number = facts.number(name)
        if number is None:
            return False
        return number > wanted if op == "above" else number < wanted if op == "below" else number == wanted

    return compared
