"""The audit: what was changed in the set-up, by whom, from where; and who signed in. Never changed afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.store.base import TenantRow, write


class AuditEntry(TenantRow):
    """One deed. `what` names the kind of thing it was done to, `name` the thing; `data`: {field: [from, to]}."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_what_idx", "org_id", "what", "id"), Index("audit_at_idx", "at"))

    at: Mapped[datetime]
    deed: Mapped[str]  # added, changed, removed, signed in …
    what: Mapped[str]
    name: Mapped[str]
    by_name: Mapped[str]
    agent_id: Mapped[int | None]  # who did it; None: a program, or a command
    address: Mapped[str] = mapped_column(server_default="")  # from where
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


@dataclass(frozen=True, slots=True)
class By:
    """Whose deeds a transaction holds."""

    name: str
    agent_id: int | None = None
    address: str = ""


def work_for(session: Session, by: By) -> None:
    """From here on, to the end of the transaction, what changes in the set-up is this one's deed."""
    session.info["by"] = by


def record(
    session: Session, by: By, at: datetime, deed: str, what: str, name: str, data: Mapping[str, Any] | None = None
) -> None:
    """Write down one deed."""
    write(
        session, AuditEntry, at=at, deed=deed, what=what, name=name[:300], by_name=by.name, agent_id=by.agent_id,
        address=by.address, data=dict(data or {}),
    )  # fmt: skip


def entries(
    session: Session,
    *,
    what: str | None = None,
    agent_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int,
) -> list[AuditEntry]:
    """The newest deeds, narrowed by what is given; `before`: an id to go on from."""
    question = select(AuditEntry)
    if what is not None:
        question = question.where(AuditEntry.what == what)
    if agent_id is not None:
        question = question.where(AuditEntry.agent_id == agent_id)
    if since is not None:
        question = question.where(AuditEntry.at >= since)
    if until is not None:
        question = question.where(AuditEntry.at < until)
    if before is not None:
        question = question.where(AuditEntry.id < before)
    return list(session.scalars(question.order_by(AuditEntry.id.desc()).limit(limit)))


def kinds(session: Session) -> list[str]:
    """The kinds of things something was ever done to: a walk from one to the next, however long the audit is."""
    question = text(
        "WITH RECURSIVE walk AS (SELECT min(what) AS what FROM audit WHERE org_id = current_org()"
        " UNION ALL SELECT (SELECT min(a.what) FROM audit a WHERE a.org_id = current_org() AND a.what > walk.what)"
        " FROM walk WHERE walk.what IS NOT NULL) SELECT what FROM walk WHERE what IS NOT NULL"
    )
    return list(session.scalars(question))


def forget_audit(connection: Connection, before: datetime) -> int:
    """Take away what is older than this, of every organisation; how many entries that were."""
    gone: int = connection.execute(text("SELECT forget_audit(:before)"), {"before": before}).scalar_one()
    return gone
