"""Find two ticket systems answering each other: their subjects grow, and foreign numbers pile up in them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailgate.thread.subject import bare, numbers_in

_BRACKETED = re.compile(r"[\[(【{]([^\[\](){}【】]{1,60})[\])】}]")
_DIGITS = re.compile(r"\d+")
_PILE = 3  # numbers of one foreign system: one for each time it took our answer for a new request
_GROWTH = 4  # subjects, each within the next
_SCANNED = 2000  # characters of a subject that are looked at


def answers_itself(subject: str, earlier: Iterable[str], number_format: str) -> str | None:
    """Why this request looks like another system's answer to our answer; `earlier`: today's, newest first."""
    pile = _piled_up(subject, number_format)
    if pile is not None:
        return f"Its subject piles up numbers of another system ({', '.join(pile)}): two systems answer each other."
    grown = _grown(bare(subject, number_format), [bare(each, number_format) for each in earlier])
    if grown >= _GROWTH:
        return f"It is the {grown}th today whose subject holds the one before: two systems answer each other."
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
