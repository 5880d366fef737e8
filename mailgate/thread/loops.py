"""Find two ticket systems answering each other: their subjects grow, and foreign numbers pile up in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from mailgate.mail import Letter
from mailgate.thread.subject import bare, numbers_in

_BRACKETED = re.compile(r"[\[(【{]([^\[\](){}【】]{1,60})[\])】}]")
_DIGITS = re.compile(r"\d+")
_PILE = 3  # numbers of one foreign system: one for each time it took our answer for a new request
_GROWTH = 4  # subjects, each within the next
_ECHOES = 3  # requests alike but for their numbers, before one that also quotes our answer to one of them
_TEXT = 20_000  # characters of a letter in which our number is looked for
_SCANNED = 2000  # characters of a subject that are looked at


class Earlier(NamedTuple):
    """What the same sender asked for today."""

    number: str
    subject: str


def answers_itself(letter: Letter, earlier: Sequence[Earlier], number_format: str) -> str | None:
    """Why this request looks like another system's answer to our answer; `earlier`: newest first."""
    subject, own = bare(letter.subject, number_format), [bare(each.subject, number_format) for each in earlier]
    pile = _piled_up(letter.subject, number_format)
    if pile is not None:
        return f"Its subject piles up numbers of another system ({', '.join(pile)}): two systems answer each other."
    grown = _grown(subject, own)
    if grown >= _GROWTH:
        return f"It is the {grown}th today whose subject holds the one before: two systems answer each other."
    if sum(_DIGITS.sub("0", each) == _DIGITS.sub("0", subject) for each in own) >= _ECHOES and (
        quoted := next((each.number for each in earlier if each.number in letter.text[:_TEXT].upper()), None)
    ):
        return f"It quotes our letter on {quoted}, and is one of many of its kind today: two systems answer each other."
    return None


def _piled_up(subject: str, number_format: str) -> list[str] | None:
    """Different numbers of one shape, each in brackets: a person may write one or two."""
    own = set(numbers_in(subject, number_format))
    shapes: dict[str, dict[str, None]] = {}
    for match in _BRACKETED.finditer(subject[:_SCANNED]):
        token = match[1].strip().upper().lstrip("# ")
        if _DIGITS.search(token) and token not in own:
            shapes.setdefault(_DIGITS.sub("0", token), {})[token] = None
    return next((list(tokens) for tokens in shapes.values() if len(tokens) >= _PILE), None)


def _grown(subject: str, earlier: list[str]) -> int:
    """How many subjects stand one within the next, from this one backwards."""
    chain, last = 1, subject
    for before in earlier:
        if before and len(before) < len(last) and before in last:
            chain, last = chain + 1, before
    return chain
