"""Count how many parts a mail has and how deep they lie, without recursion and without parsing them."""

from __future__ import annotations

import re

from mailgate.errors import Refused

MAX_DEPTH = 50
MAX_PARTS = 1_000
MAX_PART_HEAD = 100_000

_BOUNDARY = re.compile(rb"(?i)boundary(?:\*0?\*?)?[ \t]*=\s*(?:\"([^\"\n]{1,300})\"?|([^\s;\"]{1,300}))")
_DELIMITER = re.compile(rb"\n--([^\n]{1,300})")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_MESSAGE = re.compile(rb"(?i)\ncontent-type:\s*message/(?:rfc822|global|news)\b")


def refuse_nesting(mail: bytes) -> None:
    """Follow the boundaries as a parser would, with a stack of names."""
    mail = b"\n" + mail  # so that every line begins behind a line end, which patterns find fast
    lower = mail.lower()
    boundaries = _boundaries(mail, lower)
    holds_mails = b"message/" in lower
    if len(boundaries) > MAX_PARTS:
        raise _too_many_parts()
    open_parts: list[tuple[bytes, int]] = [(b"", _messages_at(mail, 1) if holds_mails else 0)]
    _refuse_depth(open_parts)
    parts = 0
    for delimiter in _DELIMITER.finditer(mail) if boundaries else ():
        name = delimiter[1].rstrip()
        closing = name not in boundaries and name.endswith(b"--")
        name = name[:-2] if closing else name
        if name not in boundaries:
            continue
        while any(name == boundary for boundary, _ in open_parts):
            open_parts.pop()
        if closing:
            continue
        parts += 1
        if parts > MAX_PARTS:
            raise _too_many_parts()
        open_parts.append((name, _messages_at(mail, delimiter.end() + 1) if holds_mails else 0))
        _refuse_depth(open_parts)


def _boundaries(mail: bytes, lower: bytes) -> set[bytes]:
    """Every name that stands after a "boundary=", wherever that is."""
    found = set()
    place = lower.find(b"boundary")
    while place >= 0:
        match = _BOUNDARY.match(mail, place)
        if match is not None:
            found.add((match[1] or match[2]).strip())
        place = lower.find(b"boundary", match.end() if match else place + 8)
    return found


def _refuse_depth(open_parts: list[tuple[bytes, int]]) -> None:
    if sum(1 + messages for _, messages in open_parts) > MAX_DEPTH:
        raise Refused(f"The parts of the mail lie more than {MAX_DEPTH} deep.", code=554, status="5.6.0")


def _messages_at(mail: bytes, start: int) -> int:
    """How many mails lie directly in one another from here."""
    count = 0
    while count <= MAX_DEPTH:
        end = _BLANK_LINE.search(mail, start, start + MAX_PART_HEAD)
        if end is None or not _MESSAGE.search(mail, start - 1, end.start() + 1):
            break
        count += 1
        start = end.end()
    return count


def _too_many_parts() -> Refused:
    return Refused(f"The mail has more than {MAX_PARTS} parts.", code=554, status="5.6.0")
