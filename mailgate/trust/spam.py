"""Whether the spam filter of our own relay marked a mail: headers of rspamd and SpamAssassin.

Anybody can write such headers. They count where a server of ours handed the mail over, and only those of the filters
named in the settings; of several the worst counts, so that nobody can speak for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mailgate.trust.case import Believed, Case, is_from_relay
from mailgate.trust.head import Head, head_of

_MARKS = re.compile(rb"(?im)^x-(?:spam|rspamd)")
_LOOKED_AT = 500  # characters of a field
_YES = re.compile(r"\s*(?:yes|true)\b", re.IGNORECASE)
_SCORE = re.compile(r"\b(?:score|hits)=(-?\d{1,6}(?:\.\d{1,6})?)")
_RSPAMD_RESULT = re.compile(r"[^:]{0,100}:\s*(True|False)\b[^\[]{0,40}(?:\[(-?\d{1,6}(?:\.\d{1,6})?))?", re.IGNORECASE)
_RSPAMD_ACTIONS = frozenset({"add header", "rewrite subject", "quarantine", "reject"})


def spam_mark(case: Case, believed: Believed) -> str | None:
    """Why the filter took it for spam; None where no filter of ours did."""
    if not is_from_relay(case.envelope, believed) or _MARKS.search(head_of(case.raw)) is None:
        return None
    head = Head(case.raw)
    return next((words for name in believed.filters for words in _READERS[name](head)), None)


def _spamassassin(head: Head) -> Iterator[str]:
    """`X-Spam-Status: Yes, score=7.9 required=5.0 tests=…` and `X-Spam-Flag: YES`."""
    for value in head.all("x-spam-status"):
        if _YES.match(value):
            score = _SCORE.search(value[:_LOOKED_AT])
            yield f"SpamAssassin took it for spam{f', with a score of {score[1]}' if score else ''}."
    if any(_YES.match(value) for value in head.all("x-spam-flag")):
        yield "SpamAssassin took it for spam."


def _rspamd(head: Head) -> Iterator[str]:
    """`X-Spamd-Result: default: True [16.00 / 15.00]`, `X-Rspamd-Action: add header`, `X-Spam: Yes`."""
    for value in head.all("x-spamd-result"):
        result = _RSPAMD_RESULT.match(value[:_LOOKED_AT])
        if result is not None and result[1].lower() == "true":
            yield f"rspamd took it for spam{f', with a score of {result[2]}' if result[2] else ''}."
    for value in head.all("x-rspamd-action"):
        action = value.strip().lower()
        if action in _RSPAMD_ACTIONS:
            yield f"rspamd took it for spam ({action})."
    # What it writes for programs that know SpamAssassin's headers
    for name in ("x-spam", "x-spam-flag", "x-spam-status"):
        if any(_YES.match(value) for value in head.all(name)):
            yield "rspamd took it for spam."


_READERS: dict[str, Callable[[Head], Iterator[str]]] = {"rspamd": _rspamd, "spamassassin": _spamassassin}
