"""Walk BER, the encoding of S/MIME, as far as reading needs it: without recursion, and forgiving where it is cut."""

from __future__ import annotations

from dataclasses import dataclass

MAX_DEPTH = 20  # of the pieces of one string
MAX_ELEMENTS = 100_000

SEQUENCE, OBJECT_ID, OCTETS, OCTETS_IN_PIECES, CONTEXT_0 = 0x30, 0x06, 0x04, 0x24, 0xA0
_END = b"\x00\x00"


class NotBerError(ValueError):
    """These bytes are something else, or damaged beyond reading."""


@dataclass(frozen=True, slots=True)
class Element:
    """Where the content of an element stands; `end` is None where only an end mark tells."""

    tag: int
    start: int
    end: int | None


def element(data: bytes, place: int, expected: int | None = None) -> Element:
    """The element that begins here. One that claims more than there is ends with the data."""
    if place + 2 > len(data):
        raise NotBerError("it ends early")
    tag, length = data[place], data[place + 1]
    if expected is not None and tag != expected:
        raise NotBerError(f"{tag:#x} stands where {expected:#x} should")
    if tag & 0x1F == 0x1F:  # noqa: PLR2004 - a tag of several bytes, which S/MIME never has
        raise NotBerError("a long tag")
    start = place + 2
    if length == 0x80:  # noqa: PLR2004 - the indefinite form
        return Element(tag, start, None)
    if length > 0x80:  # noqa: PLR2004 - the long form
        count = length - 0x80
        length = int.from_bytes(data[start : start + count])
        start += count
    return Element(tag, start, min(start + length, len(data)))


def after(data: bytes, one: Element) -> int:
    """Where the next element begins."""
    if one.end is not None:
        return one.end
    place, still_open = one.start, 1
    for _ in range(MAX_ELEMENTS):
        if data[place : place + 2] == _END:
            place, still_open = place + 2, still_open - 1
            if not still_open:
                return place
            continue
        inner = element(data, place)
        still_open += inner.end is None
        place = inner.start if inner.end is None else inner.end
    raise NotBerError("too many elements")


def octets(data: bytes, one: Element) -> bytes:
    """The content of an OCTET STRING, also of one in pieces; of one that is cut, what there is of it."""
    if one.tag not in (OCTETS, OCTETS_IN_PIECES):
        raise NotBerError("no string")
    if one.tag == OCTETS and one.end is not None:
        return data[one.start : one.end]
    pieces: list[bytes] = []
    ends = [one.end]
    place = one.start
    for _ in range(MAX_ELEMENTS):
        while ends and _is_over(data, place, ends[-1]):
            place += 2 if ends.pop() is None else 0
        if not ends or place + 2 > len(data):
            return b"".join(pieces)
        inner = element(data, place)
        place = inner.start
        if inner.tag == OCTETS_IN_PIECES and len(ends) < MAX_DEPTH:
            ends.append(inner.end)
        elif inner.tag == OCTETS and inner.end is not None:
            pieces.append(data[inner.start : inner.end])
            place = inner.end
        else:
            raise NotBerError("a string within a string")
    raise NotBerError("too many pieces")


def _is_over(data: bytes, place: int, end: int | None) -> bool:
    return data[place : place + 2] == _END if end is None else place >= end
