"""Rules that ship with Mailgate, a few on and most off until an admin wants them: what most desks let a machine do."""

from __future__ import annotations

from typing import Any

from mailgate.rules.schema import RuleGiven
from mailgate.store.founding import SHIPPED_ON

_DAY = 24 * 60


def _is(field: str, value: str) -> dict[str, str]:
    return {"field": field, "op": "is", "value": value}


_SHIPPED: dict[str, dict[str, Any]] = {
    **SHIPPED_ON,
    "survey": {
        "name": "Survey after a request",
        "when": "time",
        "wait": {"since": "resolved", "minutes": _DAY},
        "if": {"all": [_is("answered", "yes"), {"any": [_is("status", "resolved"), _is("status", "closed")]}]},
        "then": [{"do": "survey"}],
    },
    "closing-letter": {
        "name": "Say that a solved ticket will be closed",
        "when": "time",
        "wait": {"since": "status", "minutes": 5 * _DAY},
        "if": {"all": [_is("status", "resolved")]},
        "then": [{"do": "letter", "value": "closing", "text": "2"}],
    },
    "auto-close": {
        "name": "Close what is solved",
        "when": "time",
        "wait": {"since": "status", "minutes": 7 * _DAY},
        "if": {"all": [_is("status", "resolved")]},
        "then": [{"do": "status", "value": "closed"}],
    },
    "remind-customer": {
        "name": "Remind the customer of our answer",
        "when": "time",
        "wait": {"since": "status", "minutes": 3 * _DAY},
        "if": {"all": [_is("status", "pending")]},
        "then": [{"do": "letter", "value": "waiting"}],
    },
    "solved-by-silence": {
        "name": "Take long silence for a solution",
        "when": "time",
        "wait": {"since": "status", "minutes": 14 * _DAY},
        "if": {"all": [_is("status", "pending")]},
        "then": [{"do": "status", "value": "resolved"}],
    },
    "remind-agent": {
        "name": "Remind whoever has the ticket",
        "when": "time",
        "wait": {"since": "customer_wrote", "minutes": _DAY},
        "if": {"all": [_is("turn", "us")]},
        "then": [{"do": "notify", "value": "assignee"}],
    },
    "back-in-sight": {
        "name": "A ticket comes back into sight",
        "when": "woke",
        "if": {"all": [{"field": "assignee", "op": "empty"}]},
        "then": [{"do": "notify", "value": "team"}],
    },
    "not-content": {
        "name": "A customer was not content",
        "when": "rated",
        "if": {"all": [_is("rating", "unhappy")]},
        "then": [{"do": "notify", "value": "team"}],
    },
    "urgent-every-morning": {
        "name": "Every morning: what is urgent",
        "when": "schedule",
        "schedule": {"days": [0, 1, 2, 3, 4], "at": "08:00"},
        "if": {"all": [_is("priority", "urgent"), _is("turn", "us")]},
        "then": [{"do": "notify", "value": "team"}],
    },
}
SHIPPED = {key: RuleGiven.model_validate(given) for key, given in _SHIPPED.items()}
