"""Canned replies: words that agents put into their answers, and how often they did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.store.base import TenantRow


class CannedReply(TenantRow):
    """A reply, with `{{ variables }}`. `shortcut`: what is typed behind a semicolon to put it in."""

    __tablename__ = "canned_replies"
    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        Index(
            "canned_replies_shortcut_key",
            "org_id",
            "shortcut",
            unique=True,
            postgresql_where=text("shortcut IS NOT NULL"),
        ),
    )

    name: Mapped[str]
    shortcut: Mapped[str | None]
    category: Mapped[str] = mapped_column(server_default="")
    language: Mapped[str | None]
    body: Mapped[str]
    uses: Mapped[int] = mapped_column(server_default=text("0"))
    used_at: Mapped[datetime | None]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


def canned_replies(
    session: Session,
    *,
    words: str = "",
    category: str | None = None,
    language: str | None = None,
    after: str = "",
    limit: int = 200,
) -> list[CannedReply]:
    """By name; `words` are sought in name, shortcut, category and text."""
    question = select(CannedReply).where(CannedReply.name > after).order_by(CannedReply.name).limit(limit)
    for word in words.lower().split():
        sought = (CannedReply.name, CannedReply.shortcut, CannedReply.category, CannedReply.body)
        question = question.where(or_(*(column.icontains(word, autoescape=True) for column in sought)))
    if category is not None:
        question = question.where(CannedReply.category == category)
    if language is not None:
        question = question.where(or_(CannedReply.language == language, CannedReply.language.is_(None)))
    return list(session.scalars(question))


def reply_by_id(session: Session, reply_id: int) -> CannedReply | None:
    return session.scalar(select(CannedReply).where(CannedReply.id == reply_id))


def reply_named(session: Session, name: str) -> CannedReply | None:
    return session.scalar(select(CannedReply).where(CannedReply.name == name))


def replies_by_shortcut(session: Session, shortcuts: Iterable[str]) -> dict[str, CannedReply]:
    """The replies these stand for."""
    wanted = set(shortcuts)
    rows = session.scalars(select(CannedReply).where(CannedReply.shortcut.in_(wanted))) if wanted else ()
    return {reply.shortcut: reply for reply in rows if reply.shortcut}


def remove_reply(session: Session, reply_id: int) -> bool:
    found = reply_by_id(session, reply_id)
    if found is not None:
        session.delete(found)
    return found is not None
