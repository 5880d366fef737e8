"""What servers answer, as values. Text is searched for what was asked; what else stands there does not concern us."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailgate.receive.imap.names import decoded, unquoted

Lines = Sequence[bytes | bytearray]  # literals are the bytearrays

_FETCH = re.compile(rb"\d+ FETCH \(")
_FLAGS = re.compile(rb"FLAGS \([^)]*\)")  # a keyword may be called anything, also UID
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]+)"')
_LIST = re.compile(rb'LIST \((?P<flags>[^)]*)\) (?:"(?:\\.|[^"])*"|NIL) (?P<name>.*)\Z', re.DOTALL)
_LITERAL = re.compile(rb"\{\d+\}\Z")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a mail before it is fetched."""

    size: int
    came_at: datetime | None


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder there is; `flags` without their backslash, in lower case."""

    name: str
    flags: frozenset[str]

    @property
    def holds_mail(self) -> bool:
        return not self.flags & {"noselect", "nonexistent"}


def code(lines: Lines, name: bytes) -> int | None:
    """The number in `[NAME number]`, as SELECT answers with."""
    pattern = re.compile(rb"\[" + name + rb" (\d+)\]")
    return next((int(match[1]) for line in lines if (match := pattern.search(line)) is not None), None)


def capabilities(lines: Lines) -> frozenset[str]:
    """What the server can do."""
    for line in lines:
        if line.startswith(b"CAPABILITY "):
            return frozenset(line.decode("ascii", "replace").upper().split()[1:])
    return frozenset()


def uids(lines: Lines) -> list[int]:
    """The numbers a search found, ascending."""
    found = {
        int(word) for line in lines if line.upper().startswith(b"SEARCH") for word in line.split()[1:] if word.isdigit()
    }
    return sorted(found)


def facts(lines: Lines) -> dict[int, Facts]:
    """Size and date of each mail."""
    found: dict[int, Facts] = {}
    for text, _ in _fetched(lines):
        uid, size, date = _UID.search(text), _SIZE.search(text), _DATE.search(text)
        if uid is not None and size is not None:
            found[int(uid[1])] = Facts(int(size[1]), _moment(date[1]) if date else None)
    return found


def bodies(lines: Lines) -> dict[int, bytes]:
    """Each mail's bytes."""
    found: dict[int, bytes] = {}
    for text, literals in _fetched(lines):
        uid = _UID.search(text)
        if uid is not None and b"BODY[]" in text and literals:
            found[int(uid[1])] = bytes(literals[-1])
    return found


def folders(lines: Lines) -> list[Folder]:
    """The folders there are."""
    return [Folder(decoded(name), frozenset(flags.replace("\\", "").lower().split())) for name, flags in _listed(lines)]


def _listed(lines: Lines) -> Iterator[tuple[str, str]]:
    for line, following in zip(lines, [*lines[1:], b""], strict=True):
        match = _LIST.match(line) if isinstance(line, bytes) else None
        if match is None:
            continue
        is_literal = isinstance(following, bytearray) and _LITERAL.search(match["name"])
        name = bytes(following) if is_literal else match["name"]
        text = name.decode("utf-8", "replace")
        yield text if is_literal else unquoted(text), match["flags"].decode("ascii", "replace")


def _fetched(lines: Lines) -> Iterator[tuple[bytes, list[bytearray]]]:
    """Each FETCH answer: its text without the flags, and its literals."""
    text, literals, follows_literal = b"", [], False
    for line in lines:
        if isinstance(line, bytearray):
            literals.append(line)
        elif follows_literal:
            text += b" " + line
        else:
            if text:
                yield _FLAGS.sub(b"", text), literals
            text, literals = (line, []) if _FETCH.match(line) else (b"", [])
        follows_literal = isinstance(line, bytearray)
    if text:
        yield _FLAGS.sub(b"", text), literals


def _moment(date: bytes) -> datetime | None:
    try:
        return datetime.strptime(date.decode("ascii", "replace").strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return None
