"""What somebody said, on its way to becoming a message on a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mailgate.mail import Address, Check, File, Letter, Verdict
from mailgate.store.base import add, write
from mailgate.store.db import Session
from mailgate.store.messages import Message, StoredFile
from mailgate.store.tickets import Ticket
from mailgate.tickets.history import MAILGATE, record_on

_REFERENCES_KEPT = 20  # so many of a letter's references lead back to its ticket

_MINUTE, _MOST_FROM_UTC = timedelta(minutes=1), timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Said:
    """A letter, an answer or a note. The bytes of its files must lie in the blob store already."""

    direction: str
    kind: str
    channel: str
    author: str
    text: str
    author_address: str | None = None
    agent_id: int | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    spans: tuple[tuple[int, int, str], ...] = ()
    html: str | None = None
    message_id: str | None = None
    cited: tuple[str, ...] = ()  # Message-IDs it refers to
    thread_index: str | None = None
    files: tuple[File, ...] = ()
    kept_id: int | None = None
    trust: str | None = None
    once: str | None = None
    leaves_at: datetime | None = None
    side_id: int | None = None
    utc_offset: int | None = None  # of the writer's clock, in minutes


def said_by_letter(letter: Letter, kept_id: int, channel: str, verdict: Verdict) -> Said:
    """What a customer's letter says."""
    sender = letter.sender or Address("")
    return Said(
        direction="in",
        kind=letter.kind.value,
        channel=channel,
        author=sender.name or sender.address,
        author_address=sender.address.lower() or None,
        to=letter.to,
        cc=letter.cc,
        subject=letter.subject,
        text=letter.text,
        spans=tuple((span.start, span.end, span.kind.value) for span in letter.spans),
        html=letter.html,
        message_id=letter.message_id,
        thread_index=letter.thread_index,
        cited=(*letter.in_reply_to[-2:], *letter.references[-_REFERENCES_KEPT:]),
        files=letter.files,
        kept_id=kept_id,
        trust=verdict.result,
        utc_offset=utc_offset(letter.date),
    )


def utc_offset(date: datetime | None) -> int | None:
    """How far the clock of whoever wrote a mail is from UTC, in minutes. Many programs write zero wherever they are."""
    offset = date.utcoffset() if date is not None else None
    return offset // _MINUTE if offset and abs(offset) <= _MOST_FROM_UTC else None


def say(session: Session, ticket: Ticket, said: Said, at: datetime) -> Message:
    """Write the message and its files."""
    message = add(
        session,
        Message(
            ticket_id=ticket.id,
            direction=said.direction,
            kind=said.kind,
            channel=said.channel,
            at=at,
            author=said.author,
            author_address=said.author_address,
            agent_id=said.agent_id,
            to=_plain(said.to),
            cc=_plain(said.cc),
            subject=said.subject,
            text=said.text,
            spans=[list(span) for span in said.spans],
            html=said.html,
            message_id=said.message_id,
            kept_id=said.kept_id,
            trust=said.trust,
            once=said.once,
            leaves_at=said.leaves_at,
            side_id=said.side_id,
            utc_offset=said.utc_offset,
        ),
    )
    for file in said.files:
        write(
            session,
            StoredFile,
            message_id=message.id,
            name=file.name,
            type=file.type,
            size=file.size,
            sha256=file.sha256,
            inline=file.inline,
            content_id=file.content_id,
            checked=file.check,
            finding=file.finding or None,
        )
    tell_of_withheld(session, ticket.id, said.files, at, message)
    return message


def tell_of_withheld(
    session: Session, ticket_id: int, files: Sequence[File], at: datetime, message: Message | None = None
) -> None:
    """Note in the ticket's history which files are shown, but never handed out."""
    reasons = [
        f"{file.name or 'A file without a name'}: ClamAV found {file.finding}."
        for file in files
        if file.check == Check.INFECTED
    ]
    if reasons:
        record_on(session, ticket_id, "file_withheld", MAILGATE, at, message=message, data={"reasons": reasons})


def _plain(addresses: tuple[Address, ...]) -> list[Any]:
    return [[address.address, address.name] for address in addresses]
