"""Second factors: recovery codes, and the last step whose code was used."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session

from mailgate.store.agents import Agent
from mailgate.store.base import TenantRow, points_to


class RecoveryCode(TenantRow):
    """Lets an agent in once, where their second factor is out of reach."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        Index("recovery_codes_hash_key", "org_id", "agent_id", "hash", unique=True),
        points_to("agents", "agent_id", gone_with=True),
    )

    agent_id: Mapped[int]
    hash: Mapped[bytes]
    used_at: Mapped[datetime | None]


def take_step(session: Session, agent_id: int, step: int) -> bool:
    """Use a step's code; False when it, or a later one, was used already."""
    is_new = or_(Agent.totp_step.is_(None), Agent.totp_step < step)
    taken = update(Agent).where(Agent.id == agent_id, is_new).values(totp_step=step).returning(Agent.id)
    return session.execute(taken).one_or_none() is not None


def spend(session: Session, agent_id: int, digest: bytes, at: datetime) -> bool:
    """Use a recovery code; False when there is none, or somebody was faster."""
    mine = (RecoveryCode.agent_id == agent_id, RecoveryCode.hash == digest, RecoveryCode.used_at.is_(None))
    spent = update(RecoveryCode).where(*mine).values(used_at=at).returning(RecoveryCode.id)
    return session.execute(spent).one_or_none() is not None


def count_recovery_codes(session: Session, agent_id: int) -> int:
    """How many are left."""
    mine = (RecoveryCode.agent_id == agent_id, RecoveryCode.used_at.is_(None))
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(*mine)) or 0


def remove_recovery_codes(session: Session, agent_id: int) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.agent_id == agent_id))
