"""Whether a forwarder we named says that it got the mail in order, and sealed that (ARC, RFC 8617)."""

from __future__ import annotations

import re

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from mailgate.trust.finding import STUMBLES, Finding, Found
from mailgate.trust.head import Head
from mailgate.trust.names import Ask, NoAnswer
from mailgate.trust.results import read_results
from mailgate.trust.signatures import QUIET, hashing, prepared, why_not_whole

_MOST_SETS = 10
_MOST_HASHED = 64 * 2**20  # bytes; each set hashes the whole mail
_INSTANCE = re.compile(r"^\s*i\s*=\s*\d+\s*;")


def by_chain(raw: bytes, head: Head, author: str, sealers: tuple[str, ...], ask: Ask) -> Finding:
    """Whether forwarders that we believe, from the last one back without a gap, vouch for the author's domain."""
    seals = head.all("arc-seal")
    if not sealers or not seals:
        return Finding(Found.NO, "")
    if len(seals) > _MOST_SETS or len(seals) * len(raw) > _MOST_HASHED:
        return Finding(Found.NO, "Its ARC chain is too long to be checked.")
    try:
        with hashing(raw):
            sets = _valid_sets(raw, head, ask)
    except NoAnswer:
        return Finding(Found.UNKNOWN, "Its ARC chain could not be checked: the DNS gave no answer.")
    except (dkim.DKIMException, InvalidTagValueList, *STUMBLES):
        sets = []
    for sealer, results in sets:
        if sealer not in sealers:
            break
        if _vouches(results, author):
            return Finding(Found.YES, f"{sealer} found it in order, sealed that, and forwarded it (ARC).")
    return Finding(Found.NO, "No forwarder we know has sealed that it was in order (ARC).")


def _valid_sets(raw: bytes, head: Head, ask: Ask) -> list[tuple[str, str]]:
    """Who sealed which results, the last one first; none unless the whole chain holds."""

    def key(name: bytes, timeout: int) -> bytes:  # noqa: ARG001 - the library passes it by name
        found = ask(name.decode("ascii", "replace").rstrip(".").lower(), "TXT") or ()
        return next(iter(found), "").encode("utf-8", "replace")

    message = dkim.ARC(raw, logger=QUIET)
    if prepared(message) is not None:
        return []
    state, sets, _ = message.verify(dnsfunc=key)
    if state != dkim.CV_Pass or why_not_whole(head, *_newest(message)) is not None:
        return []
    return [(one["as-domain"].decode("ascii", "replace").lower(), _text(one["aar-value"])) for one in sets]


def _newest(message: dkim.ARC) -> tuple[dict[bytes, bytes], list[str]]:
    """What the last forwarder signed of the mail."""
    last, fields = message.sorted_arc_headers()
    value = next(value for place, (name, value) in fields if place == last and name.lower() == b"arc-message-signature")
    tags = parse_tag_value(value)
    return tags, [name.strip().decode("ascii", "replace").lower() for name in tags.get(b"h", b"").split(b":")]


def _vouches(results: str, author: str) -> bool:
    _, found = read_results(_INSTANCE.sub("", results))
    return any(
        method == "dmarc" and result.result == "pass" and result.domain("header.from") == author
        for method, result in found
    )


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
