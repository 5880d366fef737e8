"""Enhanced status codes (RFC 3463): found in a diagnostic, or derived from the SMTP code and the words."""

from __future__ import annotations

import re

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,2})\.(\d{1,3})(?![\d.]*\d)")
_SMTP = re.compile(r"(?<![\d.:/-])([45]\d\d)(?![\d.:/]*\d)")
_AFTER_REPLY = re.compile(r"(?<!\d)[45]\d\d[ -]{1,3}['\"#(\[]{0,2}([45]\.\d{1,2}\.\d{1,3})(?![\d.]*\d)")
_WORDS = (
    (
        "x.2.2",
        re.compile(
            r"(?i)(?:over|exceed\w*|out of|insufficient).{0,30}(?:quota|storage|disk)|quota.{0,25}(?:exceed|full"
            r"|reached)|(?:mail)?box(?: is)? full|full mailbox|overquota|over the maximum"
            r"|too large for.{0,20}mailbox|disk quota"
        ),
    ),
    (
        "x.3.4",
        re.compile(
            r"(?i)message (?:size|too (?:large|big))|size limit|too (?:large|big)|exceeds.{0,30}(?:size|maximum)"
            r"|larger than"
        ),
    ),
    (
        "x.2.1",
        re.compile(
            r"(?i)(?:mailbox|account|user|recipient|address).{0,30}(?:disabled|inactive|suspended|deactivated"
            r"|not active|expired)|(?:disabled|inactive|suspended).{0,20}(?:mailbox|account|user)"
        ),
    ),
    (
        "x.1.2",
        re.compile(
            r"(?i)(?:host|domain|server|mx)[^:]{0,30}(?:not found|unknown|not exist|unrouteable|invalid)"
            r"|unknown (?:host|domain)|host or domain name not found|no such (?:host|domain)"
            r"|unrouteable mail domain|illegal host/domain|couldn.t find any host"
        ),
    ),
    (
        "x.1.1",
        re.compile(
            r"(?i)(?:user|mailbox|recipient|account|address|addressee|name|alias|employee).{0,40}(?:unknown"
            r"|not (?:found|exist|listed|known|valid|recognized|available|local)|doesn.t (?:exist|have)"
            r"|does not exist|invalid|no longer|unavailable|rejected|undeliverable)|(?:unknown|no such|invalid|bad"
            r"|non-?existent|unrouteable|undeliverable) (?:local )?(?:user|mailbox|recipient|account|address"
            r"|local.part|name|person)|no mailbox|not our customer|no account|unrouteable address"
            r"|doesn.t have an? .{0,30}account|user ?unknown|not a valid"
        ),
    ),
    (
        "x.7.1",
        re.compile(
            r"(?i)spam|blocked|blacklist|block ?list|denied|not (?:allowed|permitted|authorized)|prohibited"
            r"|relay(?:ing)?|policy|reputation|rejected|refused by|dnsbl|rbl|dmarc|spf|unauthorized|content"
        ),
    ),
    (
        "x.4.7",
        re.compile(
            r"(?i)(?:time|retry).{0,20}(?:exceeded|expired|out)|timed? ?out|delivery time expired|too long|expired"
            r"|retry time not reached|(?:has|have) been (?:queued|in the queue)|not been delivered (?:with)?in"
            r"|hours? old|days? old"
        ),
    ),
    (
        "x.4.1",
        re.compile(
            r"(?i)connection (?:refused|timed)|no answer|not responding|unreachable|no route|could not connect"
            r"|unable to connect|can.t connect|couldn.t (?:connect|establish)|connect(?:ion)? fail"
        ),
    ),
    ("x.4.6", re.compile(r"(?i)loop|too many hops|hop count")),
    ("x.4.4", re.compile(r"(?i)dns|name server|lookup")),
    ("x.5.0", re.compile(r"(?i)protocol|syntax|command")),
)


def stated_in(text: str) -> str | None:
    """The code a diagnostic states: the last that follows an SMTP code, else the first that says more than x.0.0."""
    text = text[:4_000]
    after_reply: list[str] = [code for code in _AFTER_REPLY.findall(text) if not code.endswith(".0.0")]
    if after_reply:
        return after_reply[-1]
    codes = [".".join(found.groups()) for found in _ENHANCED.finditer(text) if found[1] != "2"]
    return next((code for code in codes if not code.endswith(".0.0")), codes[0] if codes else None)


def status_in(text: str, *, otherwise: str = "5") -> str | None:
    """The code a diagnostic states or means, of class `otherwise` if it names none; None when it says nothing."""
    stated = stated_in(text)
    if stated and not stated.endswith(".0.0"):
        return stated
    smtp = _SMTP.search(text[:4_000])
    kind = stated[0] if stated else smtp[1][0] if smtp else ""
    meant = meaning_of(text[:4_000])
    if meant:
        return meant.replace("x", kind or otherwise)
    return stated or (f"{kind}.0.0" if kind else None)


def meaning_of(text: str) -> str | None:
    """The code the words stand for, with x for its class."""
    for code, words in _WORDS:
        if words.search(text):
            return code
    return None
