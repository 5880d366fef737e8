"""The block and allow lists: what becomes of mail from an address or a domain, whatever else speaks for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session

from mailgate.store.base import TenantRow

TREATMENTS = ("allow", "hold", "discard")
_MOST_LABELS = 10  # of a domain: no rule stands below that


class SenderRule(TenantRow):
    """Mail from here is let in, held, or discarded. `pattern`: an address, or a domain with all that lies below it."""

    __tablename__ = "sender_rules"
    __table_args__ = (
        UniqueConstraint("org_id", "pattern"),
        CheckConstraint("treatment IN ('allow', 'hold', 'discard')", name="treatment"),
        CheckConstraint("pattern = lower(pattern)", name="pattern"),
    )

    pattern: Mapped[str]
    treatment: Mapped[str]
    by: Mapped[str]  # the name of whoever decided
    at: Mapped[datetime]


def patterns_of(address: str) -> list[str]:
    """Every pattern that would mean this address, the narrowest first."""
    local, _, domain = address.lower().rpartition("@")
    labels = domain.split(".")[-_MOST_LABELS:]
    domains = [".".join(labels[place:]) for place in range(len(labels))]
    return [f"{local}@{domain}", *domains] if local else domains


def rules_for(session: Session, addresses: Iterable[str]) -> dict[str, SenderRule]:
    """The rules that mean any of these addresses, by pattern."""
    wanted = {pattern for address in addresses for pattern in patterns_of(address)}
    if not wanted:
        return {}
    question = select(SenderRule).where(SenderRule.pattern.in_(wanted))
    return {rule.pattern: rule for rule in session.scalars(question)}


def sender_rules(session: Session, *, after: str = "", limit: int) -> list[SenderRule]:
    """The lists, in order of their patterns."""
    question = select(SenderRule).where(SenderRule.pattern > after).order_by(SenderRule.pattern).limit(limit)
    return list(session.scalars(question))


def rule_by_pattern(session: Session, pattern: str) -> SenderRule | None:
    return session.scalar(select(SenderRule).where(SenderRule.pattern == pattern))


def rule_by_id(session: Session, rule_id: int) -> SenderRule | None:
    return session.scalar(select(SenderRule).where(SenderRule.id == rule_id))


def forget(session: Session, rule: SenderRule) -> None:
    session.delete(rule)
