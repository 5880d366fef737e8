"""Set long base64 aside while a mail is taken apart: parsers go through it line by line and find nothing in it."""

from __future__ import annotations

import email
import re
from email._policybase import Compat32
from email.message import Message

from mailgate.parse.scan import head_of, refuse_bombs

_LONG_RUN = re.compile(rb"\n(?:[A-Za-z0-9+/]{60,998}+\n){8,}+")
_MARK = b"\x1aset aside\x1a"
_MARKED = re.compile(rb"\x1aset aside\x1a(\d{1,7})\x1a")


class _Policy(Compat32):
    """The standard library's way of reading, which hands what was set aside to every part."""

    set_aside: tuple[bytes, ...] = ()


def parsed(mail: bytes) -> Message:
    """The mail taken apart by the standard library, unless it is built to hurt it: then Refused is raised."""
    short, set_aside = _shortened(mail)
    refuse_bombs(short)
    return email.message_from_bytes(short, policy=_Policy(set_aside=set_aside))  # type: ignore[call-arg]  # policies take their attributes


def put_back(part: Message, raw: bytes) -> bytes:
    """The bytes of a part as they stood in the mail."""
    if _MARK not in raw or not isinstance(part.policy, _Policy):
        return raw
    set_aside = part.policy.set_aside
    return _MARKED.sub(lambda found: set_aside[int(found[1])], raw)


def _shortened(mail: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """The mail with each long run of base64 lines replaced by one line, and these runs."""
    if _MARK in mail:
        return mail, ()
    start = len(head_of(mail))
    pieces = [mail[:start]]
    set_aside: list[bytes] = []
    for run in _LONG_RUN.finditer(mail, start):
        pieces += (mail[start : run.start() + 1], b"%s%d\x1a" % (_MARK, len(set_aside)))
        set_aside.append(mail[run.start() + 1 : run.end() - 1])
        start = run.end() - 1
    return b"".join((*pieces, mail[start:])), tuple(set_aside)
