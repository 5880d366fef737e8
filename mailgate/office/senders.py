"""The verbs on the block and allow lists: what becomes of mail from an address or a domain."""

from __future__ import annotations

import re
from datetime import datetime

from mailgate.errors import BadInput, NotFound
from mailgate.office.setup import checked_address
from mailgate.store import senders
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.office import mailboxes
from mailgate.store.senders import TREATMENTS, SenderRule, rule_by_id, rule_by_pattern

_DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}")


def treat(session: Session, pattern: str, treatment: str, by: str, at: datetime) -> SenderRule:
    """From now on, mail from this address or domain is let in (allow), held (hold), or discarded (discard)."""
    if treatment not in TREATMENTS:
        raise BadInput(f"There is no {treatment!r}.", treatment=f"must be one of {', '.join(TREATMENTS)}")
    wanted = checked_pattern(pattern)
    if treatment != "allow":
        _refuse_our_own(session, wanted)
    known = rule_by_pattern(session, wanted)
    if known is None:
        return add(session, SenderRule(pattern=wanted, treatment=treatment, by=by, at=at))
    known.treatment, known.by, known.at = treatment, by, at
    return known


def forget(session: Session, rule_id: int) -> SenderRule:
    """Treat this sender like any other again."""
    rule = rule_by_id(session, rule_id)
    if rule is None:
        raise NotFound(f"There is no rule {rule_id} on senders.")
    senders.forget(session, rule)
    return rule


def forget_pattern(session: Session, pattern: str) -> bool:
    """The same by address or domain; False where nothing was said of it."""
    rule = rule_by_pattern(session, checked_pattern(pattern))
    if rule is not None:
        senders.forget(session, rule)
    return rule is not None


def checked_pattern(pattern: str) -> str:
    """An address, or a domain with or without the @ before it, as we keep them."""
    cleaned = pattern.strip().lower().removeprefix("@").rstrip(".")
    if "@" in cleaned:
        return checked_address(cleaned)
    if not _DOMAIN.fullmatch(cleaned):
        words = f"{pattern.strip()[:100]!r} is neither a mail address nor a domain such as example.org."
        raise BadInput(words, pattern="is neither an address nor a domain")
    return cleaned


def _refuse_our_own(session: Session, pattern: str) -> None:
    """Whoever blocked our own house would hold its agents' answers, and nobody would know why."""
    for mailbox in mailboxes(session):
        if pattern in senders.patterns_of(mailbox.address):
            words = f"{mailbox.address} is a mailbox of yours: its own mail cannot be blocked."
            raise BadInput(words, pattern="is your own")
