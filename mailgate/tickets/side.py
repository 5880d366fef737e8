"""Pass a ticket on to somebody else, and take in what they answer: aside, where its customer does not see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailgate.errors import BadInput
from mailgate.mail import Address, File, Kind
from mailgate.store.base import add, tenant
from mailgate.store.db import Session
from mailgate.store.messages import Message, StoredFile, files_of
from mailgate.store.office import Mailbox, mailboxes
from mailgate.store.sides import SideConversation, side_with
from mailgate.store.tickets import Ticket, participants_of
from mailgate.tickets.answer import html_of, with_pictures, words_of
from mailgate.tickets.change import set_status
from mailgate.tickets.history import Actor, record
from mailgate.tickets.moves import require_unmerged
from mailgate.tickets.said import Said, say
from mailgate.tokens import Marks

SUBJECT_LENGTH = 200


def forward(
    session: Session,
    ticket: Ticket,
    mailbox: Mailbox,
    to: str,
    body: str,
    by: Actor,
    at: datetime,
    marks: Marks,
    *,
    channel: str,
    subject: str = "",
    files: Sequence[File] = (),
    passed_on: Message | None = None,
    once: str | None = None,
) -> Message:
    """Write to a third party. `passed_on`: the message of the ticket they are shown, with its files."""
    require_unmerged(ticket)
    _require_third(session, ticket, to)
    if passed_on is not None and (passed_on.ticket_id != ticket.id or passed_on.direction == "note"):
        raise BadInput("Only a message of this ticket can be passed on, and no note.", passed_on="is none of them")
    words = words_of(body)
    side = side_with(session, ticket.id, to) or _begin(session, ticket, mailbox, to, subject, by, at, marks)
    enclosed = with_pictures(words, files, mailbox.domain)
    said = Said(
        direction="out", kind="forwarded", channel=channel, author=by.name, agent_id=by.agent_id, to=(Address(to),),
        subject=side.subject, text=words, html=html_of(words, enclosed),
        message_id=marks.message_id(tenant(session), ticket.id, mailbox.domain), files=enclosed, once=once,
        side_id=side.id,
    )  # fmt: skip
    message = say(session, ticket, said, at)
    if passed_on is not None:
        _enclose(session, message, files_of(session, [passed_on.id])[passed_on.id])
    ticket.updated_at = at
    data = {"recipient": to} | ({"passed_on": passed_on.id} if passed_on is not None else {})
    record(session, ticket, "forwarded", by, at, message=message, data=data)
    return message


def third_party_wrote(session: Session, ticket: Ticket, said: Said, by: Actor, at: datetime) -> None:
    """What a third party answers waits for an agent; what the customer sees and is promised does not change."""
    message = say(session, ticket, said, at)
    ticket.updated_at = max(ticket.updated_at, at)
    changes = {}
    if said.kind == Kind.PERSON:
        ticket.is_unread = True
        if ticket.status == "on_hold":  # for just this, as like as not
            changes["status"] = [ticket.status, "open"]
            set_status(ticket, "open", at)
    record(session, ticket, "side_answered", by, at, message=message, data=changes)


def _require_third(session: Session, ticket: Ticket, to: str) -> None:
    if to in {mailbox.address for mailbox in mailboxes(session)}:
        raise BadInput(f"“{to}” is our own mailbox.", to="is our own mailbox")
    if to == ticket.requester_address or to in participants_of(session, [ticket.id])[ticket.id]:
        raise BadInput(f"“{to}” takes part in this ticket: answer instead.", to="takes part in it")


def _begin(
    session: Session, ticket: Ticket, mailbox: Mailbox, to: str, subject: str, by: Actor, at: datetime, marks: Marks
) -> SideConversation:
    named = " ".join(subject.split()) or f"Fwd: {ticket.subject}"
    side = SideConversation(
        ticket_id=ticket.id, address=to, subject=named[:SUBJECT_LENGTH],
        thread_root=marks.message_id(tenant(session), ticket.id, mailbox.domain), begun_by=by.name, begun_at=at,
    )  # fmt: skip
    return add(session, side)


def _enclose(session: Session, message: Message, files: Sequence[StoredFile]) -> None:
    """The same files once more; their bytes lie in the blob store already."""
    for file in files:
        copy = StoredFile(
            message_id=message.id, name=file.name, type=file.type, size=file.size, sha256=file.sha256, inline=False,
            content_id=None, checked=file.checked, finding=file.finding,
        )  # fmt: skip
        add(session, copy)
