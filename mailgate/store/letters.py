"""Letters as admins have them: switched off, changed, every version there was, and how often each went out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import CheckConstraint, ColumnElement, Select, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, Session

from mailgate.store.base import TenantRow, points_to
from mailgate.store.outbox import WrittenLetter

Key = TypeVar("Key", str, int)


class LetterSetting(TenantRow):
    """A letter in one language, for one mailbox or category or (none) for all: the narrowest that fits is taken."""

    __tablename__ = "letters"
    __table_args__ = (
        UniqueConstraint("org_id", "name", "language", "mailbox_id", "category_id", postgresql_nulls_not_distinct=True),
        points_to("mailboxes", "mailbox_id", gone_with=True),
        points_to("categories", "category_id", gone_with=True),
    )

    name: Mapped[str]
    language: Mapped[str]
    mailbox_id: Mapped[int | None]
    category_id: Mapped[int | None]
    is_on: Mapped[bool | None]  # None: as the next wider one has it
    version: Mapped[int | None]  # whose words go out; None: those of the next wider one, at last those that ship
    trouble: Mapped[str | None]  # why the version cannot be used, until it is changed
    trouble_at: Mapped[datetime | None]


class LetterVersion(TenantRow):
    """What somebody did to a letter, and the words it had from then on. Never changed afterwards."""

    __tablename__ = "letter_versions"
    __table_args__ = (
        UniqueConstraint("org_id", "letter_id", "number"),
        CheckConstraint("deed IN ('saved', 'taken back', 'switched on', 'switched off')", name="deed"),
        points_to("letters", "letter_id", gone_with=True),
    )

    letter_id: Mapped[int]
    number: Mapped[int]
    deed: Mapped[str]
    subject: Mapped[str | None]  # None: the words that ship
    text: Mapped[str | None]
    html: Mapped[str | None]
    by_name: Mapped[str]
    agent_id: Mapped[int | None]
    created_at: Mapped[datetime]


class OwnLetter(NamedTuple):
    """A letter that somebody has changed or switched, with its words if it has any of its own."""

    setting: LetterSetting
    version: LetterVersion | None

    @property
    def narrowness(self) -> int:
        """How closely it fits: a category counts more than a mailbox."""
        return 2 * (self.setting.category_id is not None) + (self.setting.mailbox_id is not None)


def own_letters(session: Session, names: Iterable[str] | None = None) -> list[OwnLetter]:
    """Every letter this organisation has changed, the narrowest first; an office has a handful."""
    question = (
        select(LetterSetting, LetterVersion)
        .outerjoin(
            LetterVersion,
            (LetterVersion.letter_id == LetterSetting.id) & (LetterVersion.number == LetterSetting.version),
        )
        .order_by(LetterSetting.id)
    )
    if names is not None:
        question = question.where(LetterSetting.name.in_(list(names)))
    found = [OwnLetter(row[0], row[1]) for row in session.execute(question)]
    return sorted(found, key=lambda each: -each.narrowness)


def letter_setting(
    session: Session, name: str, language: str, mailbox_id: int | None, category_id: int | None, *, lock: bool = False
) -> LetterSetting | None:
    """One letter, exactly so narrow."""
    question = select(LetterSetting).where(
        LetterSetting.name == name,
        LetterSetting.language == language,
        LetterSetting.mailbox_id.is_not_distinct_from(mailbox_id),
        LetterSetting.category_id.is_not_distinct_from(category_id),
    )
    return session.scalar(question.with_for_update() if lock else question)


def versions_of(session: Session, letter_id: int) -> list[LetterVersion]:
    """What was done to a letter, newest first."""
    question = select(LetterVersion).where(LetterVersion.letter_id == letter_id).order_by(LetterVersion.number.desc())
    return list(session.scalars(question))


def version_by_number(session: Session, letter_id: int, number: int) -> LetterVersion | None:
    question = select(LetterVersion).where(LetterVersion.letter_id == letter_id, LetterVersion.number == number)
    return session.scalar(question)


def note_trouble(session: Session, letter_ids: Iterable[int], words: str, at: datetime) -> None:
    """A version cannot be used: the words that ship go out until somebody changes it."""
    where = (LetterSetting.id.in_(sorted(letter_ids)), LetterSetting.trouble.is_(None))
    session.execute(update(LetterSetting).where(*where).values(trouble=words[:500], trouble_at=at))


def troubles() -> Select[int]:
    """How many letters an admin has to look at."""
    return select(func.count()).select_from(LetterSetting).where(LetterSetting.trouble.is_not(None))


def written_since(session: Session, names: Iterable[str], since: datetime, cap: int) -> dict[str, int]:
    """How often each letter was written since then, counted no further than `cap`."""
    return _counted(
        session, {name: (WrittenLetter.letter == name, WrittenLetter.created_at > since) for name in names}, cap
    )


def written_of_versions(session: Session, version_ids: Iterable[int], cap: int) -> dict[int, int]:
    """How often a letter went out in the words of each of these versions, counted no further than `cap`."""
    return _counted(session, {version_id: (WrittenLetter.version_id == version_id,) for version_id in version_ids}, cap)


def _counted(session: Session, wanted: Mapping[Key, tuple[ColumnElement[bool], ...]], cap: int) -> dict[Key, int]:
    """One question for all of them, each answered from an index."""
    if not wanted:
        return {}
    parts = [select(WrittenLetter.id).where(*where).limit(cap).subquery() for where in wanted.values()]
    counts = session.execute(
        select(*(select(func.count()).select_from(part).scalar_subquery() for part in parts))
    ).one()
    return dict(zip(wanted, counts, strict=True))
