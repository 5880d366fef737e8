"""Messages on tickets, their files, and the Message-IDs that lead back to a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Connection,
    Index,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, Session, deferred, mapped_column

from mailgate.mail import Check, File
from mailgate.store.base import TenantRow, points_to, tenant

_ID_LENGTH = 400  # longer Message-IDs exist only to hurt; an index entry must stay below 2,700 bytes


class Message(TenantRow):
    """Something said on a ticket: `in` by the customer, `out` by an agent, a `note`, or `system` by Mailgate itself.

    An answer that was taken back before it left is `withdrawn`: no thread shows it.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("messages_ticket_id_idx", "org_id", "ticket_id", "at", "id"),
        Index("messages_words_idx", "words", postgresql_using="gin"),
        Index(
            "messages_once_key", "org_id", "ticket_id", "once", unique=True, postgresql_where=sql("once IS NOT NULL")
        ),
        CheckConstraint("direction IN ('in', 'out', 'note', 'system', 'withdrawn')", name="direction"),
        points_to("tickets", "ticket_id"),
        points_to("side_conversations", "side_id"),
    )

    ticket_id: Mapped[int]
    direction: Mapped[str]
    kind: Mapped[str]  # mail.Kind of an incoming mail; the letter's name of an outgoing one
    channel: Mapped[str]  # mail, web, api
    at: Mapped[datetime]
    author: Mapped[str]  # the name shown
    author_address: Mapped[str | None]
    agent_id: Mapped[int | None]
    to: Mapped[list[Any]] = mapped_column(server_default=sql("'[]'"))  # [[address, name], …]
    cc: Mapped[list[Any]] = mapped_column(server_default=sql("'[]'"))
    subject: Mapped[str]
    text: Mapped[str]
    spans: Mapped[list[Any]] = mapped_column(server_default=sql("'[]'"))  # [[start, end, kind], …] over the text
    html: Mapped[str | None]
    message_id: Mapped[str | None]
    kept_id: Mapped[int | None]
    trust: Mapped[str | None]  # pass, fail, none: whether the sender is who the mail says
    leaves_at: Mapped[datetime | None]  # an answer that leaves later: customers do not see it before
    utc_offset: Mapped[int | None]  # of its writer's clock, in minutes, as the mail's Date said it
    side_id: Mapped[int | None]  # the side conversation it was said in: its customer never sees it
    once: Mapped[str | None]  # the key of the form it was written in: sent twice, it is one message
    words: Mapped[str | None] = deferred(
        mapped_column(
            TSVECTOR,
            # What Mailgate itself says stands on every ticket: it would be found everywhere, and costs as much.
            # The last word names the slice of 1,024 messages it belongs to: a search begins with the newest slices.
            Computed(  # as PostgreSQL writes it out, casts and all: Alembic compares the two
                "CASE WHEN direction::text <> 'system'::text"
                " THEN to_tsvector('simple'::regconfig, left(subject::text || ' '::text || text::text, 20000))"
                " || array_to_tsvector(ARRAY['#'::text || org_id || '.'::text || (id >> 10)]) ELSE NULL::tsvector END",
                persisted=True,
            ),
        )
    )

    @property
    def reply(self) -> str:
        """The new words alone; the whole text where nothing else was found in it."""
        if not self.spans:
            return self.text
        return "".join(self.text[start:end] for start, end, kind in self.spans if kind == "reply").strip()


class StoredFile(TenantRow):
    """A file of a message. Its bytes lie in the blob store under their hash, equal files once."""

    __tablename__ = "files"
    __table_args__ = (
        Index("files_message_id_idx", "org_id", "message_id"),
        Index("files_sha256_idx", "org_id", "sha256"),
        Index("files_unchecked_idx", "id", postgresql_where=sql("checked = 'unchecked'")),
        CheckConstraint("checked IN ('clean', 'infected', 'unchecked', 'refused')", name="checked"),
        points_to("messages", "message_id"),
    )

    message_id: Mapped[int]
    name: Mapped[str]
    type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    inline: Mapped[bool]
    content_id: Mapped[str | None]
    checked: Mapped[str | None]  # mail.Check; None where files are not checked
    finding: Mapped[str | None]  # what was found in it, or why it was not checked

    @property
    def is_withheld(self) -> bool:
        """Whether it is shown and never handed out."""
        return self.checked == Check.INFECTED


class ThreadId(TenantRow):
    """A Message-ID seen on a ticket, its own or only among its references: evidence for what comes later."""

    __tablename__ = "thread_ids"
    __table_args__ = (
        Index("thread_ids_message_id_key", "org_id", "message_id", "ticket_id", unique=True),
        points_to("tickets", "ticket_id", gone_with=True),
    )

    message_id: Mapped[str]
    ticket_id: Mapped[int]
    is_own: Mapped[bool]  # a letter on the ticket bears it; else it was only referred to


class Known(NamedTuple):
    """Where a Message-ID leads, and whether a letter that bears it has been filed there."""

    ticket_id: int
    is_own: bool


class NewId(NamedTuple):
    """A Message-ID to be remembered."""

    message_id: str
    ticket_id: int
    is_own: bool


_IN_FRONT = Message.side_id.is_(None)  # said to the customer or by them, not aside


def thread_of(session: Session, ticket_id: int) -> list[Message]:
    """A ticket's messages, oldest first."""
    question = select(Message).where(Message.ticket_id == ticket_id, Message.direction != "withdrawn")
    return list(session.scalars(question.order_by(Message.at, Message.id)))


def thread_page(session: Session, ticket_id: int, *, after: tuple[datetime, int] | None, limit: int) -> list[Message]:
    """A ticket's next messages, oldest first."""
    question = select(Message).where(Message.ticket_id == ticket_id, Message.direction != "withdrawn")
    question = question.order_by(Message.at, Message.id).limit(limit)
    if after is not None:
        question = question.where(tuple_(Message.at, Message.id) > tuple_(*after))
    return list(session.scalars(question))


def message_by_id(session: Session, message_id: int) -> Message | None:
    return session.scalar(select(Message).where(Message.id == message_id))


def messages_by_ids(session: Session, ids: Iterable[int]) -> dict[int, Message]:
    wanted = set(ids)
    rows = session.scalars(select(Message).where(Message.id.in_(wanted))) if wanted else ()
    return {message.id: message for message in rows}


def is_written(session: Session, ticket_id: int, once: str | None) -> bool:
    """Whether the message of this form is on the ticket already. Ask with the ticket locked."""
    if once is None:
        return False
    question = select(Message.id).where(Message.ticket_id == ticket_id, Message.once == once)
    return session.scalar(question) is not None


def writer_since(session: Session, ticket_id: int, seen: int, but: int | None) -> str | None:
    """Who wrote to or for the customer after a message, if it was a person and not this agent."""
    others = (Message.agent_id.is_(None)) | (Message.agent_id != but)
    spoken = (Message.direction == "out") & others | (Message.direction == "in") & (Message.kind == "person")
    since = (Message.ticket_id == ticket_id, Message.id > seen, Message.side_id.is_(None))
    return session.scalar(select(Message.author).where(*since, spoken).order_by(Message.id.desc()).limit(1))


def last_letter_in(session: Session, ticket_id: int) -> Message | None:
    """The customer's latest mail, which an answer answers."""
    question = select(Message).where(Message.ticket_id == ticket_id, Message.direction == "in", _IN_FRONT)
    return session.scalar(question.order_by(Message.at.desc(), Message.id.desc()).limit(1))


def last_letters_in(session: Session, ticket_ids: Iterable[int]) -> dict[int, Message]:
    """The latest mail of each ticket's customer."""
    wanted = set(ticket_ids)
    if not wanted:
        return {}
    question = (
        select(Message)
        .distinct(Message.ticket_id)
        .where(Message.ticket_id.in_(wanted), Message.direction == "in", _IN_FRONT)
        .order_by(Message.ticket_id, Message.at.desc(), Message.id.desc())
    )
    return {message.ticket_id: message for message in session.scalars(question)}


def written_since(session: Session, moments: Mapping[int, datetime]) -> set[int]:
    """The tickets whose customer has written since a moment; a machine's mail does not count."""
    question = (
        select(Message.ticket_id, func.max(Message.at))
        .where(Message.ticket_id.in_(moments), Message.direction == "in", Message.kind == "person")
        .group_by(Message.ticket_id)
    )
    return {ticket_id for ticket_id, at in session.execute(question) if at > moments[ticket_id]}


def spoken_before(session: Session, answer: Message, limit: int) -> list[Message]:
    """What customers and agents said to each other before an answer, newest first."""
    question = select(Message).where(
        Message.ticket_id == answer.ticket_id,
        Message.id != answer.id,
        Message.at <= answer.at,
        _IN_FRONT,
        or_(Message.direction == "out", and_(Message.direction == "in", Message.kind == "person")),
    )
    return list(session.scalars(question.order_by(Message.at.desc(), Message.id.desc()).limit(limit)))


def letter_ids(session: Session, ticket_ids: Iterable[int], limit: int = 12) -> dict[int, list[str]]:
    """The newest Message-IDs of each ticket's letters, oldest first: what an answer refers to."""
    found: dict[int, list[str]] = {ticket_id: [] for ticket_id in ticket_ids}
    if not found:
        return found
    wanted = select(func.unnest(literal(list(found), ARRAY(BigInteger))).label("ticket_id")).subquery()
    newest = (
        select(Message.message_id, Message.at, Message.id)
        .where(Message.ticket_id == wanted.c.ticket_id, Message.message_id.is_not(None), _IN_FRONT)
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(limit)
        .lateral()
    )
    rows = session.execute(
        select(wanted.c.ticket_id, newest.c.message_id).join(newest, true()).order_by(newest.c.at, newest.c.id)
    )
    for ticket_id, message_id in rows:
        found[ticket_id].append(message_id)
    return found


def files_of(session: Session, message_ids: Iterable[int]) -> dict[int, list[StoredFile]]:
    """The files of some messages."""
    wanted = set(message_ids)
    found: dict[int, list[StoredFile]] = {message_id: [] for message_id in wanted}
    if wanted:
        question = select(StoredFile).where(StoredFile.message_id.in_(wanted)).order_by(StoredFile.id)
        for file in session.scalars(question):
            found[file.message_id].append(file)
    return found


def tickets_with_files(session: Session, ticket_ids: Iterable[int]) -> set[int]:
    """Which of these tickets have files, pictures within a letter's text not counted."""
    question = (
        select(Message.ticket_id)
        .join(StoredFile, StoredFile.message_id == Message.id)
        .where(Message.ticket_id.in_(list(ticket_ids)), StoredFile.inline.is_(False))
        .distinct()
    )
    return set(session.scalars(question))


def unchecked_files(connection: Connection, limit: int) -> list[tuple[int, int]]:
    """Files that nobody could check so far, across tenants: (organisation, id)."""
    rows = connection.execute(sql("SELECT org_id, id FROM unchecked_files(:limit)"), {"limit": limit})
    return [(row[0], row[1]) for row in rows]


def files_by_ids(session: Session, ids: Iterable[int]) -> list[tuple[StoredFile, int]]:
    """Some files, each with the id of its ticket."""
    question = select(StoredFile, Message.ticket_id).join(Message, Message.id == StoredFile.message_id)
    return [(row[0], row[1]) for row in session.execute(question.where(StoredFile.id.in_(list(ids))))]


def file_checked(session: Session, file_id: int, found: File) -> None:
    """What was found in a file that had not been checked."""
    values = {"checked": found.check, "finding": found.finding or None}
    session.execute(update(StoredFile).where(StoredFile.id == file_id).values(values))


def withdrawn_files(session: Session, ticket_id: int, file_ids: Iterable[int]) -> list[StoredFile]:
    """Those of these files that came with answers on a ticket which were taken back."""
    question = select(StoredFile).join(Message, Message.id == StoredFile.message_id)
    mine = (Message.ticket_id == ticket_id, Message.direction == "withdrawn", StoredFile.id.in_(list(file_ids)))
    return list(session.scalars(question.where(*mine).order_by(StoredFile.id)))


def file_by_id(session: Session, file_id: int) -> tuple[StoredFile, Message] | None:
    """A file and the message it came with."""
    question = select(StoredFile, Message).join(Message, Message.id == StoredFile.message_id)
    row = session.execute(question.where(StoredFile.id == file_id)).one_or_none()
    return (row[0], row[1]) if row else None


# Anybody can write mails that bear or cite an id of others, as many as they like: only the newest tickets count.
_LEADS = sql(
    "SELECT w.message_id, k.ticket_id, k.is_own FROM unnest(CAST(:ids AS text[])) w (message_id) CROSS JOIN LATERAL ("
    " SELECT t.ticket_id, t.is_own FROM thread_ids t WHERE t.org_id = :org AND t.message_id = w.message_id"
    " ORDER BY t.ticket_id DESC LIMIT 5) k"
)


def tickets_by_thread_ids(session: Session, message_ids: Iterable[str]) -> dict[str, list[Known]]:
    """Which tickets each known Message-ID leads to, the newest first."""
    short = {trimmed(message_id) for message_id in message_ids}
    if not short:
        return {}
    found: dict[str, list[Known]] = {}
    for message_id, ticket_id, is_own in session.execute(_LEADS, {"org": tenant(session), "ids": sorted(short)}):
        found.setdefault(message_id, []).append(Known(ticket_id, is_own))
    return found


# Arrays, so that a batch of any size is one statement the database has prepared already.
_REMEMBER = sql(
    "INSERT INTO thread_ids (org_id, message_id, ticket_id, is_own)"
    " SELECT :org, * FROM unnest(CAST(:ids AS text[]), CAST(:tickets AS bigint[]), CAST(:own AS boolean[]))"
    " ON CONFLICT (org_id, message_id, ticket_id) DO UPDATE SET is_own = true"
    " WHERE excluded.is_own AND NOT thread_ids.is_own"
)


def remember_thread_ids(session: Session, new: Iterable[NewId]) -> None:
    """Note which tickets these Message-IDs belong to; what was only referred to may turn up as a letter's own."""
    flags: dict[tuple[str, int], bool] = {}
    for each in new:
        key = (trimmed(each.message_id), each.ticket_id)
        flags[key] = flags.get(key, False) or each.is_own
    if not flags:
        return
    session.execute(
        _REMEMBER,
        {
            "org": tenant(session),
            "ids": [message_id for message_id, _ in flags],
            "tickets": [ticket_id for _, ticket_id in flags],
            "own": list(flags.values()),
        },
    )


def trimmed(message_id: str) -> str:
    return message_id[:_ID_LENGTH]
