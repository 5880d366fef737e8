"""Say what a letter about a ticket has to contain: the task that `compose` writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailgate.mail import Address, File, Linked, Quoted, Task
from mailgate.store.messages import Message
from mailgate.store.office import Mailbox
from mailgate.store.organisations import Organisation
from mailgate.store.sides import SideConversation
from mailgate.store.tickets import Ticket
from mailgate.tokens import Marks


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What goes with an agent's words."""

    files: tuple[File, ...] = ()
    links: tuple[Linked, ...] = ()
    quoted: tuple[Quoted, ...] = ()
    signature: str = ""


def acknowledgement(
    organisation: Organisation,
    mailbox: Mailbox,
    ticket: Ticket,
    first: Message,
    marks: Marks,
    at: datetime,
    *,
    status_url: str,
) -> Task:
    """The automatic answer to a new request. It repeats nothing its sender wrote: senders can be forged."""
    return Task(
        letter="received",
        language=language_of(organisation, mailbox, ticket),
        message_id=marks.message_id(organisation.id, ticket.id, mailbox.domain),
        sender=Address(mailbox.address, mailbox.name),
        to=(Address(ticket.requester_address),),
        reply_to=reply_address(organisation.id, mailbox, ticket, marks),
        token=token(ticket),
        in_reply_to=first.message_id,
        references=(first.message_id,) if first.message_id else (),
        thread_root=ticket.thread_root,
        thread_index=ticket.thread_index,
        variables={"number": ticket.number, "desk": mailbox.name, "status_url": status_url},
        automatic="auto-replied",
        date=at,
    )


def agents_answer(
    organisation: Organisation,
    mailbox: Mailbox,
    ticket: Ticket,
    answer: Message,
    earlier_ids: Sequence[str],
    last_in: Message | None,
    marks: Marks,
    *,
    status_url: str,
    enclosed: Enclosed,
) -> Task:
    """An agent's answer, in the customer's own subject and thread."""
    return Task(
        letter="answered",
        language=language_of(organisation, mailbox, ticket),
        message_id=answer.message_id or "",
        sender=Address(mailbox.address, f"{answer.author} ({mailbox.name})"),
        to=tuple(Address(*pair) for pair in answer.to),
        cc=tuple(Address(*pair) for pair in answer.cc),
        reply_to=reply_address(organisation.id, mailbox, ticket, marks),
        subject=ticket.subject,
        token=token(ticket),
        in_reply_to=last_in.message_id if last_in else None,
        references=tuple(earlier for earlier in earlier_ids if earlier != answer.message_id),
        thread_root=ticket.thread_root,
        thread_index=ticket.thread_index,
        body=answer.text,
        html=answer.html,
        variables={
            "number": ticket.number,
            "desk": mailbox.name,
            "status_url": status_url,
            "agent": answer.author,
            "agent_signature": enclosed.signature,
            "desk_signature": mailbox.signature,
        },
        files=enclosed.files,
        links=enclosed.links,
        quoted=enclosed.quoted,
        date=answer.at,
    )


def forwarded(
    organisation: Organisation,
    mailbox: Mailbox,
    side: SideConversation,
    letter: Message,
    earlier: Sequence[Message],
    marks: Marks,
    *,
    enclosed: Enclosed,
) -> Task:
    """A letter to a third party, in a thread and under a subject of its own: nothing leads from it to the ticket."""
    answered = next((each for each in reversed(earlier) if each.direction == "in"), None)
    reply_to = f"{mailbox.local_part}+{marks.side(organisation.id, side.id)}@{mailbox.domain}"
    return Task(
        letter="forwarded",
        language=mailbox.language or organisation.language,
        message_id=letter.message_id or "",
        sender=Address(mailbox.address, f"{letter.author} ({mailbox.name})"),
        to=tuple(Address(*pair) for pair in letter.to),
        reply_to=reply_to if mailbox.plus else mailbox.address,
        subject=side.subject,
        in_reply_to=answered.message_id if answered is not None else None,
        references=tuple(each.message_id for each in earlier if each.message_id),
        thread_root=side.thread_root,
        body=letter.text,
        html=letter.html,
        variables={
            "desk": mailbox.name,
            "agent": letter.author,
            "agent_signature": enclosed.signature,
            "desk_signature": mailbox.signature,
        },
        files=enclosed.files,
        links=enclosed.links,
        quoted=enclosed.quoted,
        date=letter.at,
    )


def private_link(
    organisation: Organisation, mailbox: Mailbox, ticket: Ticket, marks: Marks, at: datetime, *, status_url: str
) -> Task:
    """The link to their request, for a customer who asked for it on the look-up page."""
    return Task(
        letter="status_link",
        language=language_of(organisation, mailbox, ticket),
        message_id=marks.message_id(organisation.id, ticket.id, mailbox.domain),
        sender=Address(mailbox.address, mailbox.name),
        to=(Address(ticket.requester_address),),
        reply_to=reply_address(organisation.id, mailbox, ticket, marks),
        token=token(ticket),
        thread_root=ticket.thread_root,
        thread_index=ticket.thread_index,
        variables={"number": ticket.number, "desk": mailbox.name, "status_url": status_url},
        automatic="auto-generated",
        date=at,
    )


def language_of(organisation: Organisation, mailbox: Mailbox, ticket: Ticket) -> str:
    """What a letter on a ticket is written in: the customer's language, else the mailbox's, else the organisation's."""
    return ticket.language or mailbox.language or organisation.language


def token(ticket: Ticket) -> str:
    """What stands in the subject of every letter about a ticket."""
    return f"[#{ticket.number}]"


def reply_address(org: int, mailbox: Mailbox, ticket: Ticket, marks: Marks) -> str:
    """Where answers to a letter go: with the ticket's mark, where the mailbox's host knows plus-addresses."""
    if not mailbox.plus:
        return mailbox.address
    return f"{mailbox.local_part}+{marks.ticket(org, ticket.id)}@{mailbox.domain}"


def return_path(org: int, mailbox: Mailbox, copy_id: int, marks: Marks) -> str:
    """Where a bounce of one copy comes back to."""
    if not mailbox.plus:
        return mailbox.address
    return f"{mailbox.local_part}+{marks.bounce(org, copy_id)}@{mailbox.domain}"
