"""Mend a header block that would end early: stray lines between headers, blanks before a colon."""

from __future__ import annotations

import re

MAX_HEAD = 100_000

_HEADER = re.compile(rb"[!-9;-~\x80-\xff]{1,200}[ \t]{0,3}:")
_BLANK_BEFORE_COLON = re.compile(rb"(?m)^([A-Za-z][\w-]{1,60})[ \t]{1,3}:")
_WELL_KNOWN = re.compile(
    rb"(?im)^(?:from|to|cc|subject|date|message-id|content-type|content-transfer-encoding|mime-version"
    rb"|received|reply-to|in-reply-to|references)[ \t]{0,3}:"
)


def mend_head(mail: bytes, defects: list[str]) -> bytes:
    """The mail with a header block that parsers read to its end."""
    end = mail.find(b"\n\n", 0, MAX_HEAD)
    if end < 0:
        return mail
    head = mail[: end + 1]
    if _BLANK_BEFORE_COLON.search(head):
        head = _BLANK_BEFORE_COLON.sub(rb"\1:", head)
        mail = head + mail[end + 1 :]
    lines = head.split(b"\n")
    strays = [place for place, line in enumerate(lines) if line and line[:1] not in b" \t" and not _HEADER.match(line)]
    if not strays or strays[0] == 0:
        return mail
    rest = b"\n".join(lines[strays[0] :])
    known = len(_WELL_KNOWN.findall(rest))
    if known < 2 and not (known and len(strays) < 3):  # noqa: PLR2004 - the body begins here, its blank line was lost
        return mail
    defects.append("stray lines between the headers")
    for place in strays:
        lines[place] = b" " + lines[place]
    return b"\n".join(lines) + mail[len(head) :]
