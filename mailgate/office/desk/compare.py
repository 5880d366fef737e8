"""What two set-ups differ in, a line each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mailgate.office.desk.schema import SECTIONS, Desk, Part, key_of

_NOUNS = {
    "categories": "category", "tags": "tag", "fields": "field",
    "calendars": "calendar", "teams": "team", "agents": "agent", "mailboxes": "mailbox",
    "replies": "canned reply", "letters": "letter", "policies": "policy", "rules": "rule",
}  # fmt: skip
_LONGEST = 80


def differences(before: Desk, after: Desk) -> Iterator[str]:
    """`+` what is new, `-` what is gone, `~` what has changed, field by field."""
    yield from _fields("organisation", _plain(before.organisation), _plain(after.organisation))
    for section in SECTIONS:
        had = {key_of(item): _plain(item) for item in getattr(before, section)}
        has = {key_of(item): _plain(item) for item in getattr(after, section)}
        noun = _NOUNS[section]
        yield from (f"+ {noun} {key}" for key in has if key not in had)
        yield from (f"- {noun} {key}" for key in had if key not in has)
        for key, now in has.items():
            if key in had:
                yield from _fields(f"{noun} {key}", had[key], now)
    yield from _fields("routing without a team", _plain(before.routing), _plain(after.routing))
    yield from _fields("surveys", _plain(before.surveys), _plain(after.surveys))


def _fields(what: str, had: dict[str, Any], has: dict[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys((*had, *has)):
        if had.get(name) != has.get(name):
            yield f"~ {what}: {name}: {_told(had.get(name))} → {_told(has.get(name))}"


def _plain(item: Part | dict[str, Any] | None) -> dict[str, Any]:
    if item is None:
        return {}
    return item.model_dump() if isinstance(item, Part) else item


def _told(value: Any) -> str:
    words = "nothing" if value in (None, "", [], {}) else " ".join(str(value).split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
