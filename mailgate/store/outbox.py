"""The outbox: a written letter, a copy per recipient, and what became of each copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, Connection, Index, LargeBinary, func, select, text, update
from sqlalchemy.orm import Mapped, Session, deferred, mapped_column

from mailgate.store.base import TenantRow, points_to
from mailgate.store.claims import Claimed, claimed
from mailgate.store.messages import Message
from mailgate.store.people import PersonAddress, clear_failing
from mailgate.store.tickets import Ticket

STATES = ("waiting", "held", "sending", "sent", "delivered", "failed", "bounced", "cancelled")
RESTORED = "restored"  # held because this is a restored copy, whose original may have sent it already
CUSTOMER_WROTE = "customer_wrote"  # held because the customer wrote after an answer that was to leave later
ACKNOWLEDGEMENTS = ("received", "outside_hours")
_ACKNOWLEDGES = "letter IN ('received', 'outside_hours')"
RESTORED_WORDS = "Kept back: this is a restored copy. `mailgate restore --release` lets it go."


class WrittenLetter(TenantRow):
    """A letter as it leaves, written once; every copy and every try sends these bytes."""

    __tablename__ = "written_letters"
    __table_args__ = (
        Index("written_letters_letter_idx", "org_id", "letter", "created_at"),
        Index("written_letters_version_idx", "org_id", "version_id", postgresql_where=text("version_id IS NOT NULL")),
        points_to("mailboxes", "mailbox_id"),
        points_to("messages", "message_id"),
        points_to("letter_versions", "version_id"),
    )

    mailbox_id: Mapped[int]
    message_id: Mapped[int | None]  # the message on the ticket it carries
    letter: Mapped[str]
    version_id: Mapped[int | None]  # whose words it has; None: those that ship
    header_id: Mapped[str]  # its Message-ID
    subject: Mapped[str]
    raw: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    created_at: Mapped[datetime]


class OutboxCopy(TenantRow):
    """One recipient's copy."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_due_idx", "next_try", "id", postgresql_where=text("state IN ('waiting', 'sending')")),
        Index("outbox_state_idx", "org_id", "state", "id"),
        Index("outbox_written_id_idx", "org_id", "written_id"),
        Index("outbox_ticket_id_idx", "org_id", "ticket_id", postgresql_where=text("ticket_id IS NOT NULL")),
        Index(
            "outbox_acknowledged_idx",
            "org_id",
            "mailbox_id",
            "recipient",
            "created_at",
            postgresql_where=text(_ACKNOWLEDGES),
        ),
        Index("outbox_acknowledged_at_idx", "org_id", "created_at", postgresql_where=text(_ACKNOWLEDGES)),
        Index(
            "outbox_created_at_brin", "created_at", postgresql_using="brin"
        ),  # written in order: costs next to nothing
        Index("outbox_held_idx", "held_for", postgresql_where=text("state = 'held'")),
        CheckConstraint(
            "state IN ('waiting', 'held', 'sending', 'sent', 'delivered', 'failed', 'bounced', 'cancelled')",
            name="state",
        ),
        points_to("written_letters", "written_id"),
        points_to("mailboxes", "mailbox_id"),
        points_to("tickets", "ticket_id"),
    )

    written_id: Mapped[int]
    mailbox_id: Mapped[int]
    ticket_id: Mapped[int | None]
    letter: Mapped[str]
    sender: Mapped[str]  # the return path; "" for automatic answers
    recipient: Mapped[str]
    state: Mapped[str]
    held_for: Mapped[str | None]  # why it is held: sending, relay, breaker, restored, customer_wrote
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    next_try: Mapped[datetime]
    unless_written_since: Mapped[datetime | None]  # it leaves later, and not if the customer wrote after this
    claimed_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    answer: Mapped[str | None]  # the relay's last words
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


def claim_letters(connection: Connection, worker: str, limit: int, now: datetime, until: datetime) -> list[Claimed]:
    """Take copies that are due, across tenants."""
    return claimed(connection, "claim_letters", worker, limit, now, until)


def organisations_holding(connection: Connection, reasons: Sequence[str]) -> list[int]:
    """Whose letters are held for one of these reasons."""
    rows = connection.execute(text("SELECT organisations_holding(:reasons)"), {"reasons": list(reasons)})
    return [row[0] for row in rows]


def copies_by_ids(session: Session, ids: Iterable[int]) -> dict[int, OutboxCopy]:
    """Some copies, locked in order, to write down what became of them."""
    question = select(OutboxCopy).where(OutboxCopy.id.in_(list(ids))).order_by(OutboxCopy.id).with_for_update()
    return {copy.id: copy for copy in session.scalars(question)}


def lock_copies(session: Session, ids: Iterable[int]) -> list[OutboxCopy]:
    """Some copies as they stand now, locked in order."""
    question = select(OutboxCopy).where(OutboxCopy.id.in_(list(ids))).order_by(OutboxCopy.id).with_for_update()
    return list(session.scalars(question.execution_options(populate_existing=True)))


def cancel_copy(copy: OutboxCopy) -> None:
    """A locked copy that has not left never will."""
    copy.state, copy.held_for, copy.unless_written_since = "cancelled", None, None


def copy_by_id(session: Session, copy_id: int) -> OutboxCopy | None:
    return session.scalar(select(OutboxCopy).where(OutboxCopy.id == copy_id))


def tickets_of_copies(session: Session, ids: Iterable[int]) -> dict[int, int | None]:
    """The tickets some copies belong to."""
    wanted = set(ids)
    rows = (
        session.execute(select(OutboxCopy.id, OutboxCopy.ticket_id).where(OutboxCopy.id.in_(wanted))) if wanted else ()
    )
    return dict(row for row in rows)


def message_of_copy(session: Session, copy_id: int) -> Message | None:
    """The message on the ticket that a copy carries out."""
    question = (
        select(Message)
        .join(WrittenLetter, WrittenLetter.message_id == Message.id)
        .join(OutboxCopy, OutboxCopy.written_id == WrittenLetter.id)
    )
    return session.scalar(question.where(OutboxCopy.id == copy_id))


def copies_of_letter(session: Session, ticket_id: int, header_id: str) -> list[OutboxCopy]:
    """The copies of the letter with this Message-ID, locked in order."""
    question = (
        select(OutboxCopy)
        .join(WrittenLetter, WrittenLetter.id == OutboxCopy.written_id)
        .where(OutboxCopy.ticket_id == ticket_id, WrittenLetter.header_id == header_id)
        .order_by(OutboxCopy.id)
    )
    return list(session.scalars(question.with_for_update(of=OutboxCopy)))


def newest_copy_to(session: Session, address: str, since: datetime) -> OutboxCopy | None:
    """The last copy that left for a customer since then, on one of their newest tickets."""
    newest = (
        select(Ticket.id)
        .join(PersonAddress, PersonAddress.person_id == Ticket.requester_id)
        .where(PersonAddress.address == address)
        .order_by(Ticket.created_at.desc())
        .limit(5)
    )
    question = select(OutboxCopy).where(
        OutboxCopy.ticket_id.in_(newest), OutboxCopy.recipient == address, OutboxCopy.sent_at > since
    )
    return session.scalar(question.order_by(OutboxCopy.id.desc()).limit(1))


def copies_of_messages(session: Session, message_ids: Iterable[int]) -> dict[int, list[OutboxCopy]]:
    """The copies that carry some messages out, by message."""
    wanted = set(message_ids)
    found: dict[int, list[OutboxCopy]] = {message_id: [] for message_id in wanted}
    if wanted:
        question = (
            select(WrittenLetter.message_id, OutboxCopy)
            .join(OutboxCopy, OutboxCopy.written_id == WrittenLetter.id)
            .where(WrittenLetter.message_id.in_(wanted))
            .order_by(OutboxCopy.id)
        )
        for message_id, copy in session.execute(question):
            if message_id is not None:
                found[message_id].append(copy)
    return found


def list_copies(
    session: Session, *, states: Sequence[str], before: int | None, limit: int
) -> list[tuple[OutboxCopy, str]]:
    """Copies in some states with their subjects, newest first."""
    question = (
        select(OutboxCopy, WrittenLetter.subject)
        .join(WrittenLetter, WrittenLetter.id == OutboxCopy.written_id)
        .order_by(OutboxCopy.id.desc())
        .limit(limit)
    )
    if states:
        question = question.where(OutboxCopy.state.in_(states))
    if before is not None:
        question = question.where(OutboxCopy.id < before)
    return [(row[0], row[1]) for row in session.execute(question)]


def copy_with_subject(session: Session, copy_id: int) -> tuple[OutboxCopy, str] | None:
    """One copy with its subject."""
    question = (
        select(OutboxCopy, WrittenLetter.subject)
        .join(WrittenLetter, WrittenLetter.id == OutboxCopy.written_id)
        .where(OutboxCopy.id == copy_id)
    )
    row = session.execute(question).one_or_none()
    return (row[0], row[1]) if row else None


def count_copies(session: Session, states: Sequence[str], cap: int) -> int:
    """How many copies are in these states, or in any; counted no further than `cap`."""
    question = select(OutboxCopy.id).limit(cap)
    if states:
        question = question.where(OutboxCopy.state.in_(states))
    return session.scalar(select(func.count()).select_from(question.subquery())) or 0


def acknowledged_since(session: Session, mailbox_id: int, addresses: Iterable[str], since: datetime) -> dict[str, int]:
    """How many acknowledgements each of these addresses got from a mailbox since then."""
    question = (
        select(OutboxCopy.recipient, func.count())
        .where(
            OutboxCopy.letter.in_(ACKNOWLEDGEMENTS),
            OutboxCopy.mailbox_id == mailbox_id,
            OutboxCopy.recipient.in_(set(addresses)),
            OutboxCopy.created_at > since,
        )
        .group_by(OutboxCopy.recipient)
    )
    return {row[0]: row[1] for row in session.execute(question)}


def acknowledgements_since(session: Session, since: datetime, cap: int) -> int:
    """How many acknowledgements were written since then, counted no further than `cap`."""
    is_one = OutboxCopy.letter.in_(ACKNOWLEDGEMENTS)
    question = select(OutboxCopy.id).where(is_one, OutboxCopy.created_at > since).limit(cap)
    return session.scalar(select(func.count()).select_from(question.subquery())) or 0


def notices_since(session: Session, ticket_id: int, letters: Iterable[str], address: str, since: datetime) -> int:
    """How many of these letters about a ticket went to an address since then."""
    question = select(func.count()).where(
        OutboxCopy.ticket_id == ticket_id,
        OutboxCopy.letter.in_(set(letters)),
        OutboxCopy.recipient == address,
        OutboxCopy.created_at > since,
    )
    return session.scalar(question) or 0


def hold(session: Session, ids: Sequence[int], reason: str, words: str) -> None:
    """Keep claimed copies back, and say why; the claim does not count as a try."""
    session.execute(
        update(OutboxCopy)
        .where(OutboxCopy.id.in_(ids), OutboxCopy.state == "sending")
        .values(
            state="held", held_for=reason, answer=words, claimed_until=None, claimed_by=None, tries=OutboxCopy.tries - 1
        )
    )


def give_back(session: Session, ids: Sequence[int], *, until: datetime | None = None) -> None:
    """Let others have claimed copies that were not tried; `until`: not before."""
    session.execute(
        update(OutboxCopy)
        .where(OutboxCopy.id.in_(ids), OutboxCopy.state == "sending")
        .values(
            state="waiting", claimed_until=None, claimed_by=None, tries=OutboxCopy.tries - 1,
            next_try=until or OutboxCopy.next_try,
        )
    )  # fmt: skip


def release(session: Session, reason: str, now: datetime) -> int:
    """Let copies go that were held for this reason."""
    freed = (
        update(OutboxCopy)
        .where(OutboxCopy.state == "held", OutboxCopy.held_for == reason)
        .values(state="waiting", held_for=None, answer=None, next_try=now)
        .returning(OutboxCopy.id)
    )
    return len(list(session.scalars(freed)))


def release_of_mailbox(session: Session, mailbox_id: int, reason: str, now: datetime) -> None:
    """Let a mailbox's copies go that were held for this reason."""
    session.execute(
        update(OutboxCopy)
        .where(OutboxCopy.state == "held", OutboxCopy.held_for == reason, OutboxCopy.mailbox_id == mailbox_id)
        .values(state="waiting", held_for=None, answer=None, next_try=now)
    )


def try_again(session: Session, copy_id: int, now: datetime) -> bool:
    """Put a copy back into the queue, now. Whoever does so says that its address works again."""
    freed = (
        update(OutboxCopy)
        .where(OutboxCopy.id == copy_id, OutboxCopy.state.in_(("failed", "waiting", "held", "bounced")))
        .values(state="waiting", held_for=None, answer=None, next_try=now, tries=0, unless_written_since=None)
        .returning(OutboxCopy.recipient)
    )
    recipient = session.scalar(freed)
    if recipient is not None:
        clear_failing(session, recipient)
    return recipient is not None
