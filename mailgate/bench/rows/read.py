"""Read: raw bytes to a Letter, in one process, beside mail-parser on the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter

import mailparser

from mailgate import parse
from mailgate.bench.figures import Limit, Plan, Row
from mailgate.bench.invented.mails import Answered, Mail, first_mails, replies
from mailgate.bench.machine import watched
from mailgate.bench.site import DESK, Site, WentWrong

_WARM_UP = 100
_LETTER = Answered("ana@brambleworks.example", DESK, "[#TKT-2026-000001] Hello", "<one@nordlicht.example>")


def measure(plan: Plan, site: Site) -> Row:
    """First mails, and a reply with a quote for every ten of them."""
    del site
    mails = [*first_mails(plan.mails - plan.mails // 10, DESK), *replies([_LETTER] * (plan.mails // 10))]
    _seconds(parse.read, mails[:_WARM_UP])
    _seconds(mailparser.parse_from_bytes, mails[:_WARM_UP])
    bare = _seconds(mailparser.parse_from_bytes, mails)
    with watched(itself=True) as cost:
        seconds = _seconds(parse.read, mails)
    odd = [letter for letter in (parse.read(mail.raw) for mail in mails[-_WARM_UP:]) if not letter.reply]
    if odd:
        raise WentWrong(f"{len(odd)} of {_WARM_UP} mails were read as empty.")
    return Row("read", cost, len(mails), seconds, [Limit("mail-parser alone", len(mails) / bare)])


def _seconds(read: Callable[[bytes], object], mails: Sequence[Mail]) -> float:
    begun = perf_counter()
    for mail in mails:
        read(mail.raw)
    return perf_counter() - begun
