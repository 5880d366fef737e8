"""Calls to webhooks: written with what caused them, made later, tried again until somebody answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CheckConstraint, Connection, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.store.base import TenantRow, points_to


class WebhookCall(TenantRow):
    """One call. Whoever takes it puts `next_try` off, so that nobody else takes it meanwhile."""

    __tablename__ = "webhook_calls"
    __table_args__ = (
        Index("webhook_calls_next_try_idx", "next_try", postgresql_where=text("state = 'waiting'")),
        Index("webhook_calls_ticket_idx", "org_id", "ticket_id"),
        CheckConstraint("state IN ('waiting', 'done', 'failed')", name="state"),
        points_to("tickets", "ticket_id", gone_with=True),
    )

    ticket_id: Mapped[int]
    caller: Mapped[str]  # the rule or policy, as it was called then
    url: Mapped[str]
    body: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    next_try: Mapped[datetime]
    answer: Mapped[str | None]
    created_at: Mapped[datetime]


def claim_webhooks(connection: Connection, limit: int, now: datetime, until: datetime) -> list[tuple[int, int]]:
    """Take calls that are due, across tenants: (organisation, id); none of a restored copy."""
    question = text("SELECT org_id, id FROM claim_webhooks(:limit, :now, :until)")
    return [(row[0], row[1]) for row in connection.execute(question, {"limit": limit, "now": now, "until": until})]


def webhooks_waiting(connection: Connection, now: datetime) -> bool:
    """Whether any call is due."""
    return bool(connection.execute(text("SELECT webhooks_waiting(:now)"), {"now": now}).scalar_one())


def calls_by_ids(session: Session, ids: Iterable[int]) -> list[WebhookCall]:
    question = select(WebhookCall).where(WebhookCall.id.in_(list(ids)), WebhookCall.state == "waiting")
    return list(session.scalars(question.order_by(WebhookCall.id)))
