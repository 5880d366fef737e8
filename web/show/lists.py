"""Lists of the set-up: narrowed by a state, walked through a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from web.show.views import capped
from web.speech import say

ENTRIES = 50
_LONGEST_ID = 18


@dataclass(frozen=True, slots=True)
class State:
    """A state to narrow a list by, and how many are in it."""

    name: str
    url: str
    count: int | str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of a list is asked for: one of its states, and what lies before (older than) an id."""

    url: str
    state: str
    before: int | None

    def states(self, words: Mapping[str, str], count: Callable[[str], int]) -> list[State]:
        return [
            State(
                say(word),
                f"{self.url}?{urlencode({'state': name})}" if name else self.url,
                capped(count(name)),
                name == self.state,
            )
            for name, word in words.items()
        ]

    def older(self, ids: Sequence[int]) -> str | None:
        """Where the list goes on, if one more was found than is shown."""
        if len(ids) <= ENTRIES:
            return None
        said = {"state": self.state, "before": str(ids[ENTRIES - 1])}
        return f"{self.url}?{urlencode({name: value for name, value in said.items() if value})}"


def asked(url: str, states: Mapping[str, str]) -> Asked:
    """Read the address; what makes no sense there is as good as not said."""
    state, before = request.args.get("state", ""), request.args.get("before", "")
    is_number = before.isascii() and before.isdigit() and len(before) <= _LONGEST_ID
    return Asked(url, state if state in states else "", int(before) if is_number else None)
