"""An entry of the audit in plain words."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from mailgate.store.audit import AuditEntry
from web.speech import later, say, told

_LONGEST = 200
_NAMES = {"password_hash": later("password"), "totp_secret": later("second factor")}


class Change(NamedTuple):
    """One field: what it was and what it is now; `before` is None where something is new."""

    field: str
    before: str | None
    after: str


def changes(entry: AuditEntry) -> list[Change]:
    """What changed, field by field."""
    return [
        Change(
            told(_NAMES.get(name, name.removesuffix("_id").replace("_", " "))),
            None if entry.deed == "added" else _told(before),
            _told(after),
        )
        for name, (before, after) in entry.data.items()
    ]


def _told(value: Any) -> str:
    match value:
        case None | "" | []:
            return say("nothing")
        case bool():
            return say("yes") if value else say("no")
        case list() if all(isinstance(each, str | int) for each in value):
            words = ", ".join(map(str, value))
        case list() | dict():
            words = json.dumps(value, ensure_ascii=False)
        case _:
            words = str(value)
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
