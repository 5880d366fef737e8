"""Sort what was refused by its enhanced status (RFC 3463): is the address dead, or is it we who are not wanted?"""

from __future__ import annotations

import re

# No such mailbox or domain, or switched off. Not: full, too large, refused for what it says, lost on the way, or what
# is wrong with the sender (5.1.7, 5.1.8).
_DEAD = re.compile(r"5\.(?:1\.(?:[012346]|10)|2\.1)")
_DEAD_IN_REPORTS = re.compile(r"5\.(?:1\.(?:[012346]|10)|2\.1|0\.0)")  # reports are written with less care
# It wants us to sign in, or to do so otherwise: no letter's fault, and mended without writing any of them anew.
_OUR_CODES = frozenset({530, 534, 535, 538})
_OUR_STATUSES = frozenset({"5.7.8", "5.7.9", "5.7.11", "5.7.57"})
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")


def is_dead(status: str | None, *, is_reported: bool = False) -> bool:
    """Whether no letter will ever arrive there, by what a relay or a report says."""
    return (_DEAD_IN_REPORTS if is_reported else _DEAD).fullmatch(status or "") is not None


def is_about_us(code: int, status: str | None) -> bool:
    """Whether the relay does not want us, whatever we bring."""
    return code in _OUR_CODES or (code >= 500 and status in _OUR_STATUSES)  # noqa: PLR2004 - permanent, RFC 5321 4.2.1
