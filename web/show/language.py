"""The search box's small language: `status:open assignee:me tag:vip before:2026-01-01 "exact words"`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from web.show.fields import Field
from web.speech import say

# name:"value of several words" · name:value · "exact words" · a word. A quote that is never closed closes at the end.
_TOKEN = re.compile(
    r'(?P<name>[A-Za-z]{2,12}(?:\.[A-Za-z0-9_]{1,40})?):(?:"(?P<exact>[^"]*)"?|(?P<bare>[^\s"]*))|"[^"]*"?|[^\s"]+'
)
_SHOWN = 6  # so many choices are named to somebody who mistyped one


@dataclass(frozen=True, slots=True)
class Said:
    """One condition that was understood, and where it stands in what was typed."""

    field: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """A word nobody understands, where it stands, and what could stand there."""

    start: int
    end: int
    why: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What somebody typed: conditions, words to look for, and mistakes."""

    text: str
    said: tuple[Said, ...]
    words: str
    mistakes: tuple[Mistake, ...]

    def without(self, one: Said) -> str:
        """What was typed, with one condition taken away."""
        return " ".join((self.text[: one.start] + self.text[one.end :]).split())

    def marked(self) -> list[tuple[str, bool]]:
        """What was typed, piece by piece, and whether a piece is wrong."""
        pieces: list[tuple[str, bool]] = []
        place = 0
        for mistake in self.mistakes:
            pieces += [(self.text[place : mistake.start], False), (self.text[mistake.start : mistake.end], True)]
            place = mistake.end
        return [*pieces, (self.text[place:], False)]


def understand(text: str, fields: Mapping[str, Field]) -> Understood:
    """Read what was typed into the search box. What only looks like a condition (`error:550`) is a word to look for."""
    said: list[Said] = []
    words: list[str] = []
    mistakes: list[Mistake] = []
    for token in _TOKEN.finditer(text):
        name, value = (token["name"] or "").lower(), token["bare"] if token["exact"] is None else token["exact"]
        if not name:
            words.append(token[0])
        elif name in fields:
            found = fields[name].understood(value)
            if found is None:
                mistakes.append(Mistake(token.start(), token.end(), _why(fields[name], value)))
            else:
                said.append(Said(name, found, token.start(), token.end()))
        elif meant := get_close_matches(name, fields, 1, 0.75):
            mistakes.append(
                Mistake(
                    token.start(),
                    token.end(),
                    say("There is no “%(name)s:”. Did you mean “%(meant)s:”?", name=name, meant=meant[0]),
                )
            )
        else:
            words.append(token[0])
    return Understood(text, tuple(said), " ".join(words), tuple(mistakes))


def written(field: str, value: str) -> str:
    """A condition as it is typed."""
    return f'{field}:"{value}"' if " " in value else f"{field}:{value}"


def _why(field: Field, value: str) -> str:
    if field.kind == "date":
        return say(
            "“%(value)s” is no date. Write one such as %(name)s:%(example)s.",
            value=value,
            name=field.name,
            example=field.example,
        )
    if not field.options:
        return say(
            "“%(name)s:” needs something behind it, such as %(name)s:%(example)s.",
            name=field.name,
            example=field.example,
        )
    choices = [one.value if not one.value.isdigit() else one.word for one in field.options]
    close = get_close_matches(value.lower(), [choice.lower() for choice in choices], 1, 0.6)
    if close:
        return say(
            "There is no %(lower)s “%(value)s”. Did you mean %(written)s?",
            lower=field.label.lower(),
            value=value,
            written=written(field.name, close[0]),
        )
    more = ", …" if len(choices) > _SHOWN else ""
    return say(
        "There is no %(lower)s “%(value)s”. There are %(join)s%(more)s.",
        lower=field.label.lower(),
        value=value,
        join=", ".join(choices[:_SHOWN]),
        more=more,
    )
