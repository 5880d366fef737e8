"""A text as numbered lines, each with what it is known to be."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailgate.mail import SpanKind

MAX_LOOKED_AT = 500  # characters of a line that rules look at
MAX_LINES = 4_000  # beyond these nothing is cut: no reply is so long, and a megabyte of short lines would cost too much

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")
_QUOTE_PREFIX = re.compile(r"^[ \t]{0,3}(?:[A-Z]{1,3}>|[>|\uff1e]|&gt;)(?!>{3}|[-=]+>|\w+\|)")


@dataclass(slots=True)
class Line:
    """One line: `bare` is what rules look at, `kind` what it turned out to be, by which rule."""

    start: int
    end: int  # with its line end
    bare: str
    is_quoted: bool
    kind: SpanKind = SpanKind.REPLY
    rule: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.bare

    def be(self, kind: SpanKind, rule: str) -> None:
        self.kind = kind
        self.rule = rule


def split_lines(text: str) -> list[Line]:
    """The lines of a text, ready for rules."""
    lines = []
    start = 0
    for raw in text.split("\n"):
        looked_at = _INVISIBLE.sub("", raw[:MAX_LOOKED_AT]).replace("\xa0", " ").replace("\u3000", " ").strip()
        end = min(start + len(raw) + 1, len(text))
        lines.append(Line(start, end, looked_at, _QUOTE_PREFIX.match(raw[:20].replace("\xa0", " ")) is not None))
        start += len(raw) + 1
    return lines


def next_filled(lines: list[Line], place: int, *, within: int = 4) -> int | None:
    """The next line that is not blank."""
    for following in range(place, min(place + within, len(lines))):
        if not lines[following].is_blank:
            return following
    return None
