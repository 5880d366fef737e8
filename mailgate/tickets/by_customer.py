"""What customers do on the private page of their request: write, close it, open it again, ask for a link to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailgate.mail import Address, File, Kind
from mailgate.store.db import Session
from mailgate.store.office import Mailbox
from mailgate.store.tickets import Ticket
from mailgate.tickets.answer import words_of
from mailgate.tickets.change import change
from mailgate.tickets.history import Actor, record
from mailgate.tickets.merge import goes_on_in
from mailgate.tickets.reply import customer_wrote
from mailgate.tickets.said import Said


def write(
    session: Session,
    ticket: Ticket,
    mailbox: Mailbox,
    body: str,
    by: Actor,
    at: datetime,
    *,
    files: Sequence[File] = (),
    once: str | None = None,
) -> None:
    """Append what a customer wrote in their browser, as if it had come by mail."""
    said = Said(
        direction="in", kind=Kind.PERSON.value, channel="web", author=by.name, author_address=by.address,
        to=(Address(mailbox.address, mailbox.name),), subject=ticket.subject, text=words_of(body),
        files=tuple(files), once=once,
    )  # fmt: skip
    customer_wrote(session, goes_on_in(session, ticket), said, by, at)


def solve(session: Session, ticket: Ticket, by: Actor, at: datetime) -> bool:
    """The customer says that it is solved; False when it was already."""
    return ticket.status not in {"resolved", "closed"} and change(session, ticket, by, at, status="resolved")


def reopen(session: Session, ticket: Ticket, by: Actor, at: datetime) -> bool:
    """The customer says that it is not solved after all: somebody has to look again."""
    ticket = goes_on_in(session, ticket)
    if ticket.status not in {"resolved", "closed"}:
        return False
    ticket.is_unread = True
    return change(session, ticket, by, at, status="open")


def ask_for_link(session: Session, ticket: Ticket, by: Actor, at: datetime) -> None:
    """Somebody who knows the requester's address asks for the private link; it is mailed to that address alone."""
    record(session, ticket, "link_asked", by, at)
