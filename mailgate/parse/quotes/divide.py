"""Divide a text into new words, quotes and signature: spans that cover it from end to end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mailgate.mail import Forwarded, Span, SpanKind
from mailgate.parse.quotes.attribution import Attributions
from mailgate.parse.quotes.forwards import find_forwards
from mailgate.parse.quotes.headers_block import (
    find_header_block,
    is_banner,
    is_end_of_forward,
    is_loose_separator,
    is_reply_above,
    is_rule,
    is_separator,
    may_say_reply_above,
)
from mailgate.parse.quotes.lines import MAX_LINES, Line, next_filled, split_lines
from mailgate.parse.quotes.signature import mark_signature

_LONG_LINE = 70
MAX_BANNER = 6
MAX_ABOVE = 500  # lines; what says "reply above this line" stands below the reply to it
_LETTER, _SIGN = re.compile(r"[^\W_]"), re.compile("[\u2070-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Division:
    """A text divided."""

    spans: tuple[Span, ...]
    reply: str
    signature: str | None
    forwarded: tuple[Forwarded, ...] = ()


def divide(
    text: str, marks: Sequence[tuple[SpanKind, str, bool] | None] = (), sender: str = "", subject: str = ""
) -> Division:
    """Spans over `text`; `marks` says of each line what its html said of it: kind, rule, and whether it stands."""
    if text.count("\n") > MAX_LINES:
        return undivided(text, "too long to divide")
    lines = split_lines(text)
    for line, mark in zip(lines, marks, strict=False):
        if mark is not None:
            line.be(mark[0], mark[1])
    _mark_banner(lines)
    _mark_quotes(lines, may_reply_above=may_say_reply_above(text))
    forwarded = find_forwards(text, lines, subject, lambda words: divide(words).reply)
    _mark_signatures(lines, sender)
    if not _says_something(lines):
        _look_again(lines, sender)
    return replace(_division(text, lines), forwarded=forwarded)


def undivided(text: str, rule: str) -> Division:
    """The whole text as it is."""
    return Division((Span(0, len(text), SpanKind.REPLY, rule),) if text else (), text.strip(), None)


def _mark_banner(lines: list[Line]) -> None:
    """A gateway's "this mail comes from outside" stands above the words and is none of them."""
    start = next_filled(lines, 0, within=10)
    if start is None or not is_banner(lines[start].bare):
        return
    end = start
    while end < min(start + MAX_BANNER, len(lines)) and not lines[end].is_blank:
        end += 1
    for line in lines[start:end]:
        line.be(SpanKind.QUOTE, "banner of a gateway")


def _mark_quotes(lines: list[Line], *, may_reply_above: bool) -> None:
    attributions = Attributions(lines)
    place = 0
    while place < len(lines):
        line = lines[place]
        if line.kind is not SpanKind.REPLY or line.is_blank:
            place += 1
            continue
        if line.is_quoted:
            line.be(SpanKind.QUOTE, "quote mark")
            place += 1
            continue
        if may_reply_above and place < MAX_ABOVE and is_reply_above(line):
            introduced: tuple[int, int, str] | None = place, len(lines), "reply above this line"
        else:
            introduced = _introduction(lines, place, attributions)
        if introduced is None:
            place += 1
            continue
        begin, end, rule = introduced
        for header in lines[begin:end]:
            header.be(SpanKind.QUOTE, rule)
        following = next_filled(lines, end, within=6)
        if following is not None and (lines[following].is_quoted or lines[following].kind is SpanKind.QUOTE):
            place = end
            continue
        if rule.startswith("attribution") and following is None and end < len(lines):
            place = end
            continue
        place = _end_of_rest(lines, end)
        for rest in lines[end:place]:
            rest.be(SpanKind.QUOTE, rule)
    _join_wrapped_quotes(lines)
    _join_rules(lines)


def _end_of_rest(lines: list[Line], place: int) -> int:
    """All that follows, unless a program says where the mail passed on ends."""
    following = enumerate(lines[place:], place + 1)
    return next((end for end, line in following if line.bare[:2] == "--" and is_end_of_forward(line)), len(lines))


def _introduction(lines: list[Line], place: int, attributions: Attributions) -> tuple[int, int, str] | None:
    """What announces a quote at this place: where it begins and ends, and by which rule."""
    line = lines[place]
    if is_separator(line):
        below = next_filled(lines, place + 1)
        end = find_header_block(lines, below) if below is not None else None
        return place, end or place + 1, "separator"
    if is_loose_separator(line) or is_rule(line):
        below = next_filled(lines, place + 1, within=3)
        end = find_header_block(lines, below) if below is not None else None
        if end is not None:
            return place, end, "header block under a line"
        end = attributions.end_of(below) if below is not None and is_rule(line) else None
        return (place, end, "attribution under a line") if end is not None else None
    end = find_header_block(lines, place)
    if end is not None:
        return place, end, "header block"
    end = attributions.end_of(place)
    return (place, end, "attribution") if end is not None else None


def _join_rules(lines: list[Line]) -> None:
    """A line drawn right above a quote belongs to it."""
    for place in range(len(lines) - 1):
        if lines[place].kind is not SpanKind.REPLY or not is_rule(lines[place]):
            continue
        below = next_filled(lines, place + 1, within=3)
        if below is not None and lines[below].kind is SpanKind.QUOTE:
            lines[place].be(SpanKind.QUOTE, lines[below].rule)


def _join_wrapped_quotes(lines: list[Line]) -> None:
    """A quoted line that was broken leaves its end without a quote mark: short, below a long quoted line."""
    for place in range(1, len(lines) - 1):
        line, before, after = lines[place], lines[place - 1], lines[place + 1]
        if line.kind is not SpanKind.REPLY or not before.is_quoted:
            continue
        if line.is_blank:
            if after.is_quoted:
                line.be(SpanKind.QUOTE, "wrapped quote")
            continue
        if after.is_quoted and not _has_words(line.bare):
            line.be(SpanKind.QUOTE, "wrapped quote")
            continue
        is_cut = len(before.bare) >= _LONG_LINE and not before.bare.endswith((".", "?", "!", ":"))
        is_rest = is_cut and len(line.bare) < _LONG_LINE and line.bare[:1].islower()
        if is_rest and (after.is_quoted or after.is_blank):
            line.be(SpanKind.QUOTE, "wrapped quote")


def _mark_signatures(lines: list[Line], sender: str) -> None:
    """Signatures end the new words: before the first quote, and at the end of the text."""
    segments = _segments(lines)
    for number, (start, end) in enumerate(segments):
        if number in (0, len(segments) - 1):
            mark_signature(lines, start, end, sender, may_be_all=number > 0)


def _segments(lines: list[Line]) -> list[tuple[int, int]]:
    """Stretches of new words."""
    segments: list[tuple[int, int]] = []
    start = None
    for place, line in enumerate(lines):
        if line.kind is SpanKind.REPLY and not line.is_blank:
            start = place if start is None else start
        elif line.kind is not SpanKind.REPLY and start is not None:
            segments.append((start, place))
            start = None
    if start is not None:
        segments.append((start, len(lines)))
    return segments


def _says_something(lines: Iterable[Line]) -> bool:
    """Whether there are new words."""
    return any(line.kind is SpanKind.REPLY and _has_words(line.bare) for line in lines)


def _has_words(text: str) -> bool:
    """Letters, digits or signs like a thumb up, which is an answer, too; not just punctuation."""
    return _LETTER.search(text) is not None or (not text.isascii() and _SIGN.search(text) is not None)


def _look_again(lines: list[Line], sender: str) -> None:
    """A reply that would be empty is shown whole, but for a signature; where nothing else is left, with it."""
    wordy = [line for line in lines if _has_words(line.bare)]
    for _ in range(2):
        _show_whole(lines)
        mark_signature(lines, 0, len(lines), sender)
        if any(line.kind is SpanKind.REPLY for line in wordy):
            return
    _show_whole(lines)


def _show_whole(lines: list[Line]) -> None:
    for line in lines:
        line.be(SpanKind.REPLY, "nothing else is new")


def _division(text: str, lines: list[Line]) -> Division:
    spans: list[Span] = []
    previous: Line | None = None
    for line in lines:
        if previous is not None and line.is_blank:
            line.be(previous.kind, previous.rule)
        if line.end == line.start:
            continue
        if (
            spans
            and previous is not None
            and spans[-1].kind is line.kind
            and (spans[-1].rule == line.rule or line.kind is SpanKind.REPLY)
        ):
            spans[-1] = Span(spans[-1].start, line.end, line.kind, spans[-1].rule)
        else:
            spans.append(Span(line.start, line.end, line.kind, line.rule))
        previous = line
    reply = "\n\n".join(
        filter(None, (text[span.start : span.end].strip() for span in spans if span.kind is SpanKind.REPLY))
    )
    signature = "\n\n".join(
        filter(None, (text[span.start : span.end].strip() for span in spans if span.kind is SpanKind.SIGNATURE))
    )
    return Division(tuple(spans), reply, signature or None)
