"""Kept mail: the raw bytes and the envelope, committed before anybody says 250, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Index,
    LargeBinary,
    Select,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, deferred, mapped_column

from mailgate.mail import Ruling
from mailgate.store.base import TenantRow, points_to
from mailgate.store.claims import Claimed, claimed
from mailgate.store.messages import trimmed
from mailgate.store.together import at_most

OUTCOMES = ("opened", "appended", "bounce", "complaint", "duplicate", "held", "quarantined", "discarded")
STATES = ("waiting", "done", "held", "quarantined")
SHELVED = ("held", "quarantined")


class KeptMail(TenantRow):
    __tablename__ = "kept_mail"
    __table_args__ = (
        Index("kept_mail_waiting_idx", "id", postgresql_where=text("state = 'waiting'")),
        Index("kept_mail_shelf_idx", "read_at", postgresql_where=text("state IN ('held', 'quarantined')")),
        Index("kept_mail_state_idx", "org_id", "state", "id"),
        Index("kept_mail_same_idx", "org_id", "same", postgresql_where=text("same IS NOT NULL")),
        Index("kept_mail_ticket_id_idx", "org_id", "ticket_id", postgresql_where=text("ticket_id IS NOT NULL")),
        Index("kept_mail_unmoved_idx", "id", postgresql_where=text("raw IS NOT NULL AND state = 'done'")),
        Index("kept_mail_message_id_idx", "org_id", "message_id", postgresql_where=text("message_id IS NOT NULL")),
        # An import that is run again skips what it has kept; only imported mail pays for that.
        Index("kept_mail_imported_idx", "org_id", "mailbox_id", "sha256", postgresql_where=text("door = 'import'")),
        CheckConstraint("state IN ('waiting', 'done', 'held', 'quarantined')", name="state"),
        CheckConstraint("(state = 'waiting') = (outcome IS NULL)", name="outcome_once_read"),
        CheckConstraint(
            "outcome IN ('opened', 'appended', 'bounce', 'complaint', 'duplicate', 'held', 'quarantined', 'discarded')",
            name="outcome",
        ),
        CheckConstraint("(state = 'held') = (cause IS NOT NULL)", name="cause_of_held"),
        points_to("mailboxes", "mailbox_id"),
    )

    mailbox_id: Mapped[int]
    door: Mapped[str]
    peer: Mapped[str]
    helo: Mapped[str | None]  # how an SMTP client greeted us; SPF asks for it where the envelope names nobody
    sender: Mapped[str]
    recipient: Mapped[str]
    folder: Mapped[str | None]  # by IMAP: where it lay
    is_junk: Mapped[bool] = mapped_column(server_default=text("false"))  # it lay in a folder for spam
    size: Mapped[int]
    sha256: Mapped[bytes]
    raw: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))  # None once moved to the blob store
    raw_removed_at: Mapped[datetime | None]  # it is nowhere any more
    received_at: Mapped[datetime]
    dated: Mapped[datetime | None]  # of an imported mail: when it came in the first place
    quiet: Mapped[bool] = mapped_column(server_default=text("false"))  # imported: no automatic answer, whatever it says
    state: Mapped[str] = mapped_column(server_default="waiting")
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    claimed_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    outcome: Mapped[str | None]
    cause: Mapped[str | None]  # mail.Cause: why it is held
    ticket_id: Mapped[int | None]
    read_at: Mapped[datetime | None]
    same: Mapped[bytes | None]  # hash over Message-ID and content: equal for all deliveries of one mail
    author: Mapped[str | None]  # who its From says wrote it; None until it is read, "" where nobody does
    subject: Mapped[str | None]  # for the shelf; as much as could be read
    message_id: Mapped[str | None]  # so that somebody who knows nothing else can ask what became of it
    reasons: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    trail: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))  # [[signal, value, result], …]
    last_error: Mapped[str | None]
    ruling: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # mail.Ruling, of whoever decided
    trust: Mapped[str | None]  # pass, fail, none: whether the sender is who the mail says; None until it is read
    trust_reasons: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))  # in sentences


@dataclass(frozen=True, slots=True)
class Received:
    """What came in, before anybody read it."""

    id: int
    mailbox_id: int
    sender: str
    recipient: str
    door: str
    peer: str
    helo: str | None
    folder: str | None
    is_junk: bool
    sha256: bytes
    ruling: dict[str, Any] | None
    raw_removed_at: datetime | None


_RECEIVED = tuple(getattr(KeptMail, field.name) for field in fields(Received))


def imported_before(session: Session, mailbox_id: int, hashes: Iterable[bytes]) -> set[bytes]:
    """Which of these mails, by SHA-256, an import has kept for this mailbox already."""
    is_imported = text("door = 'import'")  # as the partial index says it
    question = select(KeptMail.sha256).where(
        KeptMail.mailbox_id == mailbox_id, KeptMail.sha256.in_(list(hashes)), is_imported
    )
    return set(session.scalars(question))


def claim_mail(connection: Connection, worker: str, limit: int, now: datetime, until: datetime) -> list[Claimed]:
    """Take mails to read, across tenants. What was tried before comes alone, so that poison takes no neighbours."""
    return claimed(connection, "claim_mail", worker, limit, now, until)


def raw_of(session: Session, ids: Iterable[int]) -> list[tuple[Received, bytes | None]]:
    """Kept mails with their bytes, in order of arrival; bytes are None where they have moved to the blob store."""
    question = select(*_RECEIVED, KeptMail.raw).where(KeptMail.id.in_(list(ids))).order_by(KeptMail.id)
    return [(Received(*row[:-1]), row[-1]) for row in session.execute(question)]


def lock_waiting(session: Session, ids: Iterable[int]) -> dict[int, KeptMail]:
    """Those of these mails that still wait to be read, locked: whoever comes second finds them gone."""
    question = select(KeptMail).where(KeptMail.id.in_(list(ids)), KeptMail.state == "waiting").order_by(KeptMail.id)
    fresh = question.with_for_update().execution_options(populate_existing=True)
    return {kept.id: kept for kept in session.scalars(fresh)}


def already_read(session: Session, sames: Iterable[bytes]) -> list[KeptMail]:
    """Earlier deliveries of the same mails, to whichever mailbox, that were read and filed; oldest first."""
    question = (
        select(KeptMail)
        .where(KeptMail.same.in_(list(sames)), KeptMail.state != "waiting", KeptMail.outcome != "duplicate")
        .order_by(KeptMail.id)
    )
    return list(session.scalars(question))


def kept_by_id(session: Session, kept_id: int) -> KeptMail | None:
    return session.scalar(select(KeptMail).where(KeptMail.id == kept_id))


def kept_by_message_id(session: Session, message_id: str) -> list[KeptMail]:
    """Every delivery of the mail with this Message-ID, however it ended."""
    question = select(KeptMail).where(KeptMail.message_id == trimmed(message_id)).order_by(KeptMail.id)
    return list(session.scalars(question))


def kept_of_ticket(session: Session, ticket_id: int) -> list[KeptMail]:
    return list(session.scalars(select(KeptMail).where(KeptMail.ticket_id == ticket_id).order_by(KeptMail.id)))


def trust_reasons(session: Session, kept_ids: Iterable[int]) -> dict[int, list[str]]:
    """Why the senders of these mails are or are not verified, by the mail's id."""
    wanted = list(kept_ids)
    if not wanted:
        return {}
    rows = session.execute(select(KeptMail.id, KeptMail.trust_reasons).where(KeptMail.id.in_(wanted)))
    return {kept_id: list(reasons) for kept_id, reasons in rows}


def list_kept(
    session: Session, *, states: Sequence[str], causes: Sequence[str] = (), before: int | None, limit: int
) -> list[KeptMail]:
    """Kept mail in some states, or held for some causes, newest first."""
    question = select(KeptMail).order_by(KeptMail.id.desc()).limit(limit)
    if states:
        question = question.where(KeptMail.state.in_(states))
    if causes:
        question = question.where(KeptMail.state == "held", KeptMail.cause.in_(causes))
    if before is not None:
        question = question.where(KeptMail.id < before)
    return list(session.scalars(question))


def kept_since(session: Session, since: datetime, *, before: int | None, limit: int) -> list[KeptMail]:
    """Mail that was kept since then and has been read, newest first."""
    newest = list_kept(session, states=(), before=before, limit=limit)
    return [kept for kept in newest if kept.received_at >= since]


def count_state(session: Session, states: Sequence[str], cap: int = 1000, *, causes: Sequence[str] = ()) -> int:
    """How many mails are in these states, or of them held for these causes; counted no further than `cap`."""
    question = in_states(states, cap)
    if causes:
        question = question.where(KeptMail.cause.in_(causes))
    return session.scalar(select(func.count()).select_from(question.subquery())) or 0


def in_states(states: Sequence[str], cap: int) -> Select[int]:
    """So many mails in these states."""
    return select(KeptMail.id).where(KeptMail.state.in_(states)).limit(at_most(cap))


def shelved(session: Session, *, states: Sequence[str] = SHELVED, causes: Sequence[str] = ()) -> list[int]:
    """Every mail on the shelf, or of it what is in these states or held for these causes, oldest first."""
    question = select(KeptMail.id).where(KeptMail.state.in_(states)).order_by(KeptMail.id)
    if causes:
        question = question.where(KeptMail.cause.in_(causes))
    return list(session.scalars(question))


def put_back(session: Session, ids: Iterable[int], ruling: Ruling | None = None) -> list[int]:
    """Let mails from the shelf be read again, their tries counted anew; by a ruling, they go where it says."""
    question = (
        update(KeptMail)
        .where(KeptMail.id.in_(list(ids)), KeptMail.state.in_(SHELVED))
        .values(
            state="waiting", outcome=None, cause=None, tries=0, claimed_until=None, claimed_by=None, last_error=None,
            same=None, reasons=[], trail=[], trust=None, trust_reasons=[], read_at=None,
            ruling=asdict(ruling) if ruling is not None else None,
        )
        .returning(KeptMail.id)
    )  # fmt: skip
    return list(session.scalars(question))


def discard(session: Session, ids: Iterable[int], by: str, reason: str) -> list[int]:
    """Take mails off the shelf for good. They stay kept, and say why nothing came of them."""
    question = (
        update(KeptMail)
        .where(KeptMail.id.in_(list(ids)), KeptMail.state.in_(SHELVED))
        .values(state="done", outcome="discarded", cause=None, reasons=[reason], ruling=asdict(Ruling(by)))
        .returning(KeptMail.id)
    )
    return list(session.scalars(question))


def expired(connection: Connection, before: datetime, limit: int) -> list[tuple[int, int]]:
    """Mails that lie on the shelf since before then, across tenants: (organisation, id)."""
    rows = connection.execute(
        text("SELECT org_id, id FROM expired_mail(:before, :limit)"), {"before": before, "limit": limit}
    )
    return [(row[0], row[1]) for row in rows]


def expire(session: Session, ids: Iterable[int], before: datetime, now: datetime, reason: str) -> list[KeptMail]:
    """Discard these mails and remove their bytes, unless somebody has taken them off the shelf meanwhile."""
    question = select(KeptMail).where(
        KeptMail.id.in_(list(ids)), KeptMail.state.in_(SHELVED), KeptMail.read_at < before
    )
    gone = list(session.scalars(question.with_for_update()))
    for row in gone:
        row.state, row.outcome, row.cause, row.reasons = "done", "discarded", None, [reason]
        row.raw, row.raw_removed_at = None, now  # on the shelf they lie in the database, and nowhere else
    return gone


def postpone(session: Session, kept_id: int, until: datetime, error: str) -> None:
    """A try failed: keep its words, and the mail for later."""
    session.execute(
        update(KeptMail).where(KeptMail.id == kept_id).values(claimed_until=until, claimed_by=None, last_error=error)
    )


def unmoved(connection: Connection, limit: int) -> list[tuple[int, int]]:
    """Mails that are done but whose bytes still lie in the database: (organisation, id)."""
    rows = connection.execute(text("SELECT org_id, id FROM unmoved_mail(:limit)"), {"limit": limit})
    return [(row[0], row[1]) for row in rows]


def moved(session: Session, ids: Sequence[int]) -> None:
    """These mails' bytes are in the blob store now."""
    session.execute(update(KeptMail).where(KeptMail.id.in_(ids)).values(raw=None))
