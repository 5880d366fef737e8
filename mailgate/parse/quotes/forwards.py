"""Take a forward inside a text apart: who wrote it, when, about what, and in which words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import takewhile

from mailgate.mail import Address, Forwarded, SpanKind
from mailgate.parse.quotes.attribution import Attributions
from mailgate.parse.quotes.headers_block import (
    find_header_block,
    flat_head,
    is_end_of_forward,
    is_forward_separator,
    is_loose_separator,
    is_rule,
    is_separator,
    value_of,
)
from mailgate.parse.quotes.languages import FORWARD_PREFIX, WROTE
from mailgate.parse.quotes.lines import Line, next_filled, split_lines
from mailgate.parse.quotes.phrases import any_of

MAX_HEAD = 24  # lines
MAX_FORWARDS = 10

_SUBJECT = re.compile(rf"(?i)^\s*(?:\[[^\]]{{0,60}}\]\s*)?\[?{any_of(FORWARD_PREFIX)}\s*(?:\[\d{{1,2}}\])?\s*[:\uff1a]")
_FINNISH_REPLY = re.compile(r"(?i)^\s*VS\s*:")  # "videresendt" in Danish and Norwegian, "vastaus" in Finnish
_ADDRESS = re.compile(r"[^\s<>@\"'(\[\]),;:]{1,64}@[^\s<>@\"'(\[\]),;:]{2,200}")
_QUOTED_NAME = re.compile('["„«“]([^"„«»“”]{1,100})["”»“]\\W*$')
_MOMENT = re.compile(rf"(?i).*[\d,](?:\s*(?:[ap]\.?m\.?|uhr|{any_of(WROTE)})(?!\w))*\s*")
_OTHER_HEADER = re.compile(r"[A-Z][A-Za-z]+(?:-[A-Z][A-Za-z]*)+:\s")  # mutt and Gnus show them all
_LEVEL = re.compile(r"(?m)^[ \t]{0,3}>[ \t]?")
_BRACKETS = " \t\"'<>[]()*_,;:\u201e\u201c\u201d\u00ab\u00bb"


def is_forward_subject(subject: str) -> bool:
    """Whether a subject begins with "Fwd:" in any language."""
    return _SUBJECT.match(subject[:200]) is not None


def find_forwards(text: str, lines: list[Line], subject: str, new_words: Callable[[str], str]) -> tuple[Forwarded, ...]:
    """The mails passed on in a text whose quotes are marked: each begins where a stretch of quote begins."""
    found = []
    for number, (begin, end) in enumerate(_stretches(lines)):
        is_meant = number == 0 and is_forward_subject(subject)
        forwarded = _forwarded(text[lines[begin].start : lines[end - 1].end], subject if is_meant else "", new_words)
        if forwarded is not None:
            found.append(forwarded)
        if len(found) == MAX_FORWARDS:
            break
    return tuple(found)


def _stretches(lines: list[Line]) -> Iterator[tuple[int, int]]:
    """Rows of quoted lines, the blank ones between them included."""
    start = None
    for place, line in enumerate(lines):
        is_quote = line.kind is SpanKind.QUOTE
        if is_quote and start is None and not line.is_blank:
            start = place
        elif not is_quote and not line.is_blank and start is not None:
            yield start, place
            start = None
    if start is not None:
        yield start, len(lines)


def _forwarded(text: str, subject: str, new_words: Callable[[str], str]) -> Forwarded | None:
    text = _unquoted(flat_head(text))
    lines = split_lines(text[:20_000])
    place = _past(lines, is_rule)
    says_so = place < len(lines) and is_forward_separator(lines[place])
    if not says_so and not subject:
        return None
    past = _past(lines, lambda line: is_rule(line) or is_separator(line) or is_loose_separator(line))
    below = _unquoted(text[lines[past].start :] if past < len(lines) else "")
    head, words = _taken_apart(below, strict=not says_so)
    if not head and not says_so:
        return None
    if not says_so and _FINNISH_REPLY.match(subject) and "lähettäjä" in below[:300].lower():
        return None
    words = _unquoted(_up_to_the_end(words)).strip()
    rule = "forward separator" if says_so else "a forward by its subject"
    return Forwarded(
        sender=sender_of(head.get("from", "")) if head.get("from") else None,
        subject=head.get("subject", ""),
        date=head.get("sent", ""),
        text=words,
        reply=new_words(words),
        rule=rule,
    )


def _past(lines: list[Line], is_above: Callable[[Line], bool]) -> int:
    """The first line with words that is none of these."""
    for place, line in enumerate(lines):
        if not line.is_blank and not is_above(line):
            return place
    return len(lines)


def _unquoted(text: str) -> str:
    """One level of quote marks taken away, where the first line with words has one."""
    return _LEVEL.sub("", text) if text.lstrip()[:1] == ">" else text


def _taken_apart(text: str, *, strict: bool) -> tuple[dict[str, str], str]:
    """What the head of a forwarded mail says, and the words below it."""
    lines = split_lines(text[:20_000])
    place = next_filled(lines, 0, within=10)
    if place is None:
        return {}, text
    if find_header_block(lines, place) is not None or (not strict and value_of(lines[place].bare)):
        head, end = _read_head(lines, place)
        return head, text[lines[end].start :] if end < len(lines) else ""
    attributed = Attributions(lines).end_of(place)
    if attributed is None:
        return {}, text
    written_by = " ".join(line.bare for line in lines[place:attributed])
    return {"from": written_by}, text[lines[attributed].start :] if attributed < len(lines) else ""


def _read_head(lines: list[Line], place: int) -> tuple[dict[str, str], int]:
    """The headers from `place` on by name, and the place after them."""
    head: dict[str, str] = {}
    current, end = "", place
    for number in range(place, min(place + MAX_HEAD, len(lines))):
        line = lines[number]
        given = value_of(line.bare)
        if given is not None and (given[0] == "cc" or given[0] not in head):
            current, end = given[0], number + 1
            head.setdefault(*given)
        elif line.is_blank:
            if len(head) >= 4 or not _header_follows(lines, number, head):  # noqa: PLR2004 - from, sent, to, subject
                break
        elif _OTHER_HEADER.match(line.bare):
            end = number + 1
        elif _goes_on(head.get(current, ""), current, line) or _header_follows(lines, number, head):
            head[current] = f"{head.get(current, '')} {line.bare}".strip()
            end = number + 1
        else:
            break
    return head, end


def _header_follows(lines: list[Line], place: int, head: dict[str, str]) -> bool:
    below = next_filled(lines, place + 1, within=3)
    given = value_of(lines[below].bare) if below is not None else None
    return given is not None and given[0] not in head


def _goes_on(value: str, name: str, line: Line) -> bool:
    """A value on the line below its name, or a list of people that was wrapped."""
    if not value:
        return name != "cc"
    return name in ("to", "cc", "from") and (line.bare[:1] == "<" or "@" in line.bare or value[-1:] in ",;")


def _up_to_the_end(words: str) -> str:
    lines = split_lines(words)
    return words[: sum(line.end - line.start for line in takewhile(lambda line: not is_end_of_forward(line), lines))]


def sender_of(value: str) -> Address | None:
    """The address and the name in a From line or an attribution, in all the ways programs put them together."""
    addresses = list(_ADDRESS.finditer(value[:1_000]))
    if not addresses:
        name = value.strip(_BRACKETS)
        return Address("", name[:200]) if name else None
    exact = next(
        (one for one in reversed(addresses) if value[: one.start()].rstrip()[-1:] in ("<", ":")), addresses[-1]
    )
    before = value[: exact.start()]
    before = re.sub(r"(?i)mailto:\s*$", "", before.rstrip()).rstrip(" <[(")
    before = before.removesuffix(exact[0]).rstrip(" <[(")  # "a@b.org <a@b.org>", "Ann <a@b.org <mailto:a@b.org>>"
    quoted = _QUOTED_NAME.search(before)
    name = quoted[1] if quoted else _MOMENT.sub("", before, count=1) if _is_moment(before) else before
    name = " ".join(name.strip(_BRACKETS).split())
    address = exact[0].strip(".")
    return Address(address, "" if name.lower() == address.lower() else name[:200])


def _is_moment(text: str) -> bool:
    return re.search(r"\d[:.]\d\d|\d{4}", text) is not None
