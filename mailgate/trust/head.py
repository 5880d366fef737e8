"""A mail's head as everybody who checks it sees it: its fields in order, and what could be checked at all."""

from __future__ import annotations

import email
import re

_REACH = 2**17  # a longer head is refused before anybody checks it
_MARKS = re.compile(rb"(?im)^(?:dkim-signature|arc-seal|authentication-results)[ \t]*:")
_END = re.compile(rb"\n\r?\n")
_LONE_RETURN = re.compile(rb"\r(?!\n)")


class Head:
    """Field values by lower-case name, as the reading of mail sees them."""

    def __init__(self, raw: bytes) -> None:
        block = head_of(raw)
        self.fields = [
            (name.strip().lower(), str(value)) for name, value in email.message_from_bytes(block).raw_items()
        ]
        # A reader of mail ends a line there, a verifier of signatures does not: they see different fields.
        self.is_ambiguous = _LONE_RETURN.search(block) is not None

    def all(self, name: str) -> list[str]:
        return [value for field, value in self.fields if field == name]


def head_of(raw: bytes) -> bytes:
    """The bytes of the head, up to the empty line."""
    end = _END.search(raw, 0, _REACH)
    return raw[: end.end() if end else _REACH]


def is_marked(raw: bytes) -> bool:
    """Whether anybody has signed or checked this mail, or says so."""
    return _MARKS.search(head_of(raw)) is not None
