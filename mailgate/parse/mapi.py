"""Read what Outlook writes into winmail.dat: attributes, and in some of them MAPI properties (MS-OXTNEF)."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_ATTRIBUTES = 20_000
MAX_PROPERTIES = 20_000

_FIXED = {0x02: 2, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 2, 0x14: 8, 0x40: 8, 0x48: 16}
_TEXT, _UNICODE = 0x1E, 0x1F
_VARIABLE = (0x00, 0x0D, _TEXT, _UNICODE, 0x102)
_SEVERAL = 0x1000
_NAMED = 0x8000
_CODE_PAGES = {
    20866: "koi8-r", 21866: "koi8-u", 28592: "iso-8859-2", 28593: "iso-8859-3", 28594: "iso-8859-4",
    28595: "iso-8859-5", 28596: "iso-8859-6", 28597: "iso-8859-7", 28598: "iso-8859-8", 28599: "iso-8859-9",
    28603: "iso-8859-13", 28605: "iso-8859-15", 50220: "iso-2022-jp", 51932: "euc-jp", 51949: "euc-kr",
    54936: "gb18030", 65001: "utf-8",
}  # fmt: skip
Value = bytes | str


@dataclass(frozen=True, slots=True)
class Attribute:
    """One piece of winmail.dat; all of them follow each other."""

    name: int
    content: bytes


def attributes(data: bytes) -> Iterator[Attribute]:
    """All, in order; the last one may be cut."""
    place = 6
    for _ in range(MAX_ATTRIBUTES):
        if place + 9 > len(data):
            return
        name, length = number(data, place + 1, 2), number(data, place + 5)
        yield Attribute(name, data[place + 9 : place + 9 + length])
        place += 9 + length + 2


def properties(data: bytes, charset: str) -> dict[int, Value]:
    """The first value of each property, by its number; those that have names instead are passed over."""
    found: dict[int, Value] = {}
    place = 4
    for _ in range(min(number(data, 0), MAX_PROPERTIES)):
        if place + 4 > len(data):
            break
        kind, name = number(data, place, 2), number(data, place + 2, 2)
        place += 4
        if name >= _NAMED:
            place += 16
            place += 8 if number(data, place) == 0 else 8 + _padded(number(data, place + 4))
        base = kind & ~_SEVERAL
        if base in _FIXED:
            values, place = _fixed(data, place, _FIXED[base], several=bool(kind & _SEVERAL))
        elif base in _VARIABLE:
            values, place = _variable(data, place)
        else:
            break
        if name < _NAMED:
            found.setdefault(name, _decoded(values, base, charset))
    return found


def number(data: bytes, place: int, size: int = 4) -> int:
    """An unsigned number, lowest byte first; what lies behind the end is 0."""
    return int.from_bytes(data[place : place + size], "little")


def text_of(value: Value, charset: str) -> str:
    """Text as Outlook meant it: in UTF-8, else in its code page."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    try:
        return value.decode("utf-8").replace("\x00", "")
    except UnicodeDecodeError:
        return value.decode(charset, "replace").replace("\x00", "")


def charset_of(code_page: int) -> str:
    """Python's name of a Windows code page; Western where it has none."""
    name = _CODE_PAGES.get(code_page, f"cp{code_page}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name


def _fixed(data: bytes, place: int, size: int, *, several: bool) -> tuple[bytes, int]:
    count = number(data, place) if several else 1
    place += 4 * several
    return data[place : place + size], place + _padded(count * size)


def _variable(data: bytes, place: int) -> tuple[bytes, int]:
    """The first of several values, and where the last one ends."""
    count = number(data, place)
    place += 4
    first = b""
    for nth in range(count):
        if place >= len(data):
            break
        length = number(data, place)
        first = first if nth else data[place + 4 : place + 4 + length]
        place += 4 + _padded(length)
    return first, place


def _decoded(value: bytes, kind: int, charset: str) -> Value:
    if kind == _UNICODE:
        return value.decode("utf-16-le", "replace").rstrip("\x00")
    return text_of(value, charset) if kind == _TEXT else value


def _padded(length: int) -> int:
    return -(-length // 4) * 4
