"""Surveys: who was asked whether we were of help, and what they said."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Index, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.store.base import TenantRow, points_to, tenant
from mailgate.store.tickets import Ticket

RATINGS = ("happy", "unhappy")


class Survey(TenantRow):
    """What was asked and said of one ticket. Whoever rates on their own page was not asked."""

    __tablename__ = "surveys"
    __table_args__ = (
        Index("surveys_ticket_key", "org_id", "ticket_id", unique=True),
        Index("surveys_rated_idx", "org_id", "rated_at"),
        CheckConstraint("rating IN ('happy', 'unhappy')", name="rating"),
        points_to("tickets", "ticket_id", gone_with=True),
    )

    ticket_id: Mapped[int]
    asked_at: Mapped[datetime | None]
    rating: Mapped[str | None]
    comment: Mapped[str] = mapped_column(server_default="")
    answers: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))  # 1 to 5, by the words of the question
    first_rated_at: Mapped[datetime | None]
    rated_at: Mapped[datetime | None]


class Satisfaction(NamedTuple):
    """What was said in some time."""

    asked: int
    rated: int
    happy: int

    @property
    def share(self) -> float | None:
        return self.happy / self.rated if self.rated else None


def survey_of(session: Session, ticket_id: int) -> Survey | None:
    return session.scalar(select(Survey).where(Survey.ticket_id == ticket_id))


def newest_ratings(session: Session, *, before: int | None = None, limit: int) -> list[tuple[Survey, Ticket]]:
    """What was said, with its tickets, newest first."""
    question = select(Survey, Ticket).join(Ticket, Ticket.id == Survey.ticket_id).where(Survey.rated_at.is_not(None))
    if before is not None:
        question = question.where(Survey.id < before)
    return list(session.execute(question.order_by(Survey.id.desc()).limit(limit)).tuples())


def satisfaction_since(session: Session, since: datetime) -> Satisfaction:
    """How many were asked since then, and what was said."""
    asked = session.scalar(select(func.count()).select_from(Survey).where(Survey.asked_at >= since)) or 0
    happy = func.count().filter(Survey.rating == "happy")
    rated, liked = session.execute(select(func.count(), happy).where(Survey.rated_at >= since)).one()
    return Satisfaction(asked, rated, liked)


_AVERAGES = text(
    "SELECT a.key, count(*), avg(a.value::numeric)::float8 FROM surveys s, jsonb_each_text(s.answers) a"
    " WHERE s.org_id = :org AND s.rated_at >= :since GROUP BY a.key"
)


def averages_since(session: Session, since: datetime) -> dict[str, tuple[int, float]]:
    """How many answered each question since then, and what on average."""
    rows = session.execute(_AVERAGES, {"org": tenant(session), "since": since})
    return {question: (count, average) for question, count, average in rows}
