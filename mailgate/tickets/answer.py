"""An agent answers the customer, or leaves a note for the team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from mailgate.errors import BadInput
from mailgate.mail import Address, File
from mailgate.markdown import formatted, pictures_named
from mailgate.rights import Right, may
from mailgate.store.agents import Agent, agents
from mailgate.store.base import add, tenant
from mailgate.store.db import Session
from mailgate.store.messages import Message
from mailgate.store.office import Mailbox
from mailgate.store.tickets import Participant, Ticket, participants_of
from mailgate.tickets.change import set_status
from mailgate.tickets.history import Actor, record
from mailgate.tickets.mentions import may_mention, mentioned
from mailgate.tickets.moves import after_answer, require_move, require_unmerged
from mailgate.tickets.said import Said, say
from mailgate.tokens import Marks

BODY_LENGTH = 200_000
AT_ONCE = timedelta(minutes=2)  # what leaves within that only waits for somebody to think better of it
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})  # what mail programs show


def answer(
    session: Session,
    ticket: Ticket,
    mailbox: Mailbox,
    body: str,
    by: Actor,
    at: datetime,
    marks: Marks,
    *,
    channel: str,
    cc: Sequence[Address] = (),
    files: Sequence[File] = (),
    status: str | None = None,
    once: str | None = None,
    kept_id: int | None = None,
    is_delivered: bool = False,
    leaves_at: datetime | None = None,
    is_markdown: bool = False,
) -> Message:
    """Fix an answer's words, recipients and Message-ID; sending it follows. Whoever is in Cc takes part from now on.

    `leaves_at`: it can be taken back until then, and is held if the customer writes meanwhile.
    `is_markdown`: its marks are shown as what they mean, and its pictures within it.
    `is_delivered`: the agent wrote to the customer directly, who has it: it is written down, and not sent once more.
    """
    require_unmerged(ticket)
    moved = status or after_answer(ticket.status)
    require_move(ticket, moved)
    words = words_of(body)
    files = with_pictures(words, files, mailbox.domain) if is_markdown else files
    said = Said(
        direction="out", kind="answered", channel=channel, author=by.name, agent_id=by.agent_id,
        to=(Address(ticket.requester_address),), cc=tuple(cc), subject=ticket.subject, text=words,
        html=html_of(words, files) if is_markdown else None, files=tuple(files),
        message_id=marks.message_id(tenant(session), ticket.id, mailbox.domain),
        once=once, kept_id=kept_id, leaves_at=leaves_at,
    )  # fmt: skip
    message = say(session, ticket, said, at)
    kind = "answered_directly" if is_delivered else "answered"
    record(session, ticket, kind, by, at, message=message, data=_settle(session, ticket, said, moved, at))
    return message


def _settle(session: Session, ticket: Ticket, said: Said, moved: str, at: datetime) -> dict[str, Any]:
    """What an answer does to its ticket; what of it the history tells."""
    changes: dict[str, Any] = {"status": [ticket.status, moved]} if moved != ticket.status else {}
    if said.leaves_at is not None and said.leaves_at - at > AT_ONCE:
        changes["later"] = True
    else:
        ticket.first_response_at = ticket.first_response_at or at
    if joined := _let_in(session, ticket, said.cc, at):
        changes["joined"] = joined
    ticket.message_count += 1
    ticket.is_unread = False
    set_status(ticket, moved, at)
    ticket.updated_at = at
    return changes


def note(
    session: Session,
    ticket: Ticket,
    body: str,
    by: Actor,
    at: datetime,
    *,
    channel: str,
    files: Sequence[File] = (),
    once: str | None = None,
    kept_id: int | None = None,
    calls: bool = True,
) -> Message:
    """Leave a note only the team sees. Whom it names with an @ is told of it; `calls`: whether that is meant."""
    words = words_of(body)
    said = Said(
        direction="note", kind="note", channel=channel, author=by.name, agent_id=by.agent_id,
        text=words, files=tuple(files), once=once, kept_id=kept_id,
    )  # fmt: skip
    message = say(session, ticket, said, at)
    ticket.updated_at = at
    named = mentioned(words, _colleagues(session)) if calls and may_mention(words) else {}
    data = {"mentioned": {str(agent_id): name for agent_id, name in named.items()}} if named else None
    record(session, ticket, "noted", by, at, message=message, data=data)
    return message


def _colleagues(session: Session) -> list[Agent]:
    return [agent for agent in agents(session) if agent.active and may(agent.role, Right.WORK)]


def words_of(body: str) -> str:
    """What somebody typed, fit to be kept; nothing at all, or too much, is refused."""
    words = body.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    if not words:
        raise BadInput("There is nothing to send: write something first.", body="is empty")
    if len(words) > BODY_LENGTH:
        raise BadInput(f"That is too long: {BODY_LENGTH:,} characters at most.", body="is too long")
    return words


def with_pictures(words: str, files: Sequence[File], domain: str) -> tuple[File, ...]:
    """The files, those that the words show as pictures within them."""
    named = pictures_named(words)
    return tuple(
        replace(file, inline=True, content_id=f"{place}.{file.sha256[:20]}@{domain}")
        if file.name.lower() in named and file.type.lower() in PICTURES
        else file
        for place, file in enumerate(files)
    )


def html_of(words: str, files: Sequence[File]) -> str | None:
    """The words formatted; None where they are plain."""
    return formatted(words, {file.name: file.content_id for file in files if file.inline and file.content_id})


def _let_in(session: Session, ticket: Ticket, cc: Sequence[Address], at: datetime) -> list[str]:
    known = participants_of(session, [ticket.id])[ticket.id] if cc else set()
    joining = sorted({person.address.lower() for person in cc} - known - {ticket.requester_address})
    for address in joining:
        add(session, Participant(ticket_id=ticket.id, address=address, added_at=at))
    return joining
