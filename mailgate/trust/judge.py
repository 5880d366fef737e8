"""Judge one mail: whoever vouches for the sender's domain, and else what that domain asks of us."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailgate.mail import Verdict
from mailgate.trust.author import read_author
from mailgate.trust.case import Believed, Case, client_of
from mailgate.trust.chain import by_chain
from mailgate.trust.finding import Finding, Found
from mailgate.trust.head import Head
from mailgate.trust.names import Ask, NoAnswer
from mailgate.trust.path import by_path
from mailgate.trust.policy import Policy, find_policy, is_aligned
from mailgate.trust.results import Result, results_of_relay
from mailgate.trust.signatures import by_signature

_NO_DOMAIN = "Its sender has no domain that could vouch for it."
_ODD = "Its From can be read in more than one way."
_NOT_ASKED = "Nobody we believe has checked it, and the DNS is not asked."
_UNSEEN_PATH = "It came through a server of ours that does not say whether the sender's domain lets its client send."
_LONGEST = 300  # characters of a reason
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


@dataclass(frozen=True, slots=True)
class _Look:
    """What the checks of one mail have in common. `ask` None: only what our relay found counts."""

    case: Case
    believed: Believed
    ask: Ask | None
    head: Head
    relay: dict[str, Result]


def judge(case: Case, believed: Believed, ask: Ask | None) -> Verdict:
    """Whether the sender is who the mail says. A From that can be read in two ways never passes, but it can fail."""
    head = Head(case.raw)
    author = read_author(head, case.letter)
    look = _Look(case, believed, ask, head, results_of_relay(head, case.envelope, believed))
    verdicts = [_of_domain(look, domain) for domain in author.domains]
    if not verdicts:
        return verdict("none", _NO_DOMAIN)
    if author.is_plain:
        return verdicts[0]
    failed = next((one for one in verdicts if one.result == "fail"), None)
    return verdict("fail", _ODD, *failed.reasons) if failed else verdict("none", _ODD)


def verdict(result: str, *reasons: str) -> Verdict:
    """A verdict whose reasons are safe to keep and to show, whatever a mail put into them."""
    return Verdict(result, tuple(_UNPRINTABLE.sub("?", reason)[:_LONGEST] for reason in reasons if reason))


def _of_domain(look: _Look, author: str) -> Verdict:
    told = look.relay.get("dmarc")
    if told is not None and told.domain("header.from") == author and told.result in ("pass", "fail"):
        return _told(told, author)
    if look.ask is None:
        return verdict("none", _NOT_ASKED)
    try:
        policy = find_policy(author, look.ask)
    except NoAnswer:
        return verdict("none", f"What {author} says of its mail is unknown: the DNS gave no answer.")
    findings = []
    for finding in _findings(look, look.ask, author, policy):
        if finding.found is Found.YES:
            return verdict("pass", finding.words)
        findings.append(finding)
    words = [finding.words for finding in findings]
    if not policy.asks or any(finding.found is Found.UNKNOWN for finding in findings):
        return verdict("none", *words)
    return verdict("fail", *words, policy.words)


def _told(told: Result, author: str) -> Verdict:
    """Our relay has seen whom the mail came from, and judged it."""
    if told.result == "pass":
        return verdict("pass", f"{told.by}, our relay, found it in order for {author} (DMARC).")
    words = f"{told.by}, our relay, found that nothing vouches for {author} (DMARC)."
    return verdict("none" if told.asks_nothing else "fail", words)


def _findings(look: _Look, ask: Ask, author: str, policy: Policy) -> Iterator[Finding]:
    """Whatever can vouch for the author's domain, the cheapest and surest first."""
    yield from _relays_findings(look, author, policy)
    yield by_signature(look.case.raw, look.head, author, ask, strict=policy.strict_signature)
    client = client_of(look.case.envelope, look.believed)
    if client is not None:
        yield by_path(look.case.envelope, client, author, ask, strict=policy.strict_path)
    elif "spf" not in look.relay:
        yield Finding(Found.UNKNOWN, _UNSEEN_PATH)
    yield by_chain(look.case.raw, look.head, author, look.believed.sealers, ask)


def _relays_findings(look: _Look, author: str, policy: Policy) -> Iterator[Finding]:
    """What our relay has checked by itself: a signature it broke later, or the client only it has seen."""
    ways = (
        ("dkim", ("header.d", "header.i"), policy.strict_signature, "signed by {} (DKIM)"),
        ("spf", ("smtp.mailfrom", "smtp.helo"), policy.strict_path, "sent by a server of {} (SPF)"),
    )
    for method, properties, strict, words in ways:
        told = look.relay.get(method)
        if told is None:
            continue
        domain = told.domain(*properties)
        if told.result == "pass" and is_aligned(domain, author, strict=strict):
            yield Finding(Found.YES, f"{told.by}, our relay, found it {words.format(domain)}.")
        elif method == "spf":
            yield Finding(Found.NO, f"{told.by}, our relay, did not find it sent by a server of {author} (SPF).")
