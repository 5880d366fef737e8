"""What is to be told to whom about a ticket, as facts; each becomes the task of the letter of its name.

Whoever knows that something happened (rules, clocks, escalation, surveys) makes the fact and asks for `to_customer` or
`to_agent`; nothing else is needed to have it written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from mailgate.mail import Address, Task
from mailgate.store.agents import Agent
from mailgate.store.messages import Message
from mailgate.store.office import Mailbox
from mailgate.store.organisations import Organisation
from mailgate.store.tickets import Ticket
from mailgate.tickets.tasks import language_of, reply_address, token
from mailgate.tokens import Marks

_EXCERPT = 2000  # characters of what was written; the rest stands on the ticket


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """A request stands elsewhere now. `letter`: status_changed, or resolved, reopened, closed."""

    letter: str = "status_changed"


@dataclass(frozen=True, slots=True)
class OutsideHours:
    """A request came while nobody was at the desk; `opens` is in the desk's own zone."""

    opens: datetime


@dataclass(frozen=True, slots=True)
class Closing:
    """A request nobody has written on for long will be closed; `closes` is in the desk's own zone."""

    closes: datetime


@dataclass(frozen=True, slots=True)
class Survey:
    """The two links of a survey."""

    happy_url: str
    unhappy_url: str


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A request came in."""

    first: Message


@dataclass(frozen=True, slots=True)
class Assigned:
    """A ticket is the agent's now."""

    by: str


@dataclass(frozen=True, slots=True)
class CustomerAnswered:
    """The customer wrote again."""

    message: Message


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A note names the agent."""

    note: Message


@dataclass(frozen=True, slots=True)
class Escalated:
    """A ticket was raised to a higher level."""

    by: str
    level: int
    reason: str


@dataclass(frozen=True, slots=True)
class Breached:
    """A promise was not kept: `first`, `next` or `resolution`, due in the desk's own zone."""

    promise: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Notified:
    """A rule wants somebody to look at a ticket."""

    by: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """A ticket that was put out of sight is back."""


ToCustomer = StatusChanged | OutsideHours | Closing | Survey
ToAgent = NewTicket | Assigned | CustomerAnswered | Mentioned | Notified | Reminder | Escalated | Breached


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a notice comes from."""

    organisation: Organisation
    mailbox: Mailbox
    marks: Marks
    public_url: str


def to_customer(desk: Desk, ticket: Ticket, fact: ToCustomer, at: datetime, *, status_url: str) -> Task:
    """Tell the requester; `status_url` is their private link, or where to look up."""
    language = language_of(desk.organisation, desk.mailbox, ticket)
    match fact:
        case StatusChanged():
            letter, facts = fact.letter, {"status": ticket.status}
        case OutsideHours():
            letter, facts = "outside_hours", {"opens": fact.opens.isoformat()}
        case Closing():
            letter, facts = "closing", {"closes": fact.closes.isoformat()}
        case Survey():
            letter, facts = "survey", {"happy_url": fact.happy_url, "unhappy_url": fact.unhappy_url}
    task = _task(desk, ticket, letter, language, ticket.requester_address, at, status_url=status_url, **facts)
    return replace(task, stop_url=_stop_url(desk, letter, "t", ticket.id)) if letter == "survey" else task


def to_agent(desk: Desk, ticket: Ticket, agent: Agent, fact: ToAgent, at: datetime, *, customer: str) -> Task:
    """Tell an agent; the mail they answer it with speaks to the customer. `customer`: the requester's name."""
    language = desk.organisation.language
    match fact:
        case NewTicket():
            letter, facts = "new_ticket", {"words": _excerpt(fact.first)}
        case Assigned():
            letter, facts = "assigned", {"by": fact.by}
        case CustomerAnswered():
            letter, facts = "customer_answered", {"words": _excerpt(fact.message)}
        case Mentioned():
            letter, facts = "mentioned", {"by": fact.note.author, "words": _excerpt(fact.note)}
        case Notified():
            letter, facts = "notified", {"by": fact.by}
        case Reminder():
            letter, facts = "reminder", {}
        case Escalated():
            letter, facts = "escalated", {"by": fact.by, "level": str(fact.level), "reason": fact.reason}
        case Breached():
            letter, facts = "breached", {"promise": fact.promise, "due": fact.due.isoformat()}
    ticket_url = f"{desk.public_url}/t/{quote(ticket.number)}"
    known = {"subject": ticket.subject, "customer": customer, "ticket_url": ticket_url}
    task = _task(desk, ticket, letter, language, agent.email, at, **known, **facts)
    return replace(task, stop_url=_stop_url(desk, letter, "a", agent.id)) if letter == "reminder" else task


def _task(desk: Desk, ticket: Ticket, letter: str, language: str, to: str, at: datetime, **facts: str) -> Task:
    mailbox = desk.mailbox
    return Task(
        letter=letter,
        language=language,
        message_id=desk.marks.message_id(desk.organisation.id, ticket.id, mailbox.domain),
        sender=Address(mailbox.address, mailbox.name),
        to=(Address(to),),
        reply_to=reply_address(desk.organisation.id, mailbox, ticket, desk.marks),
        token=token(ticket),
        thread_root=ticket.thread_root,
        variables={"number": ticket.number, "desk": mailbox.name, **facts},
        automatic="auto-replied" if letter == "outside_hours" else "auto-generated",
        date=at,
    )


def _stop_url(desk: Desk, letter: str, kind: str, row_id: int) -> str:
    """Where its reader stops letters of its kind."""
    return f"{desk.public_url}/stop/{desk.marks.stop(desk.organisation.id, letter, kind, row_id)}"


def _excerpt(message: Message) -> str:
    words = message.reply.strip() or message.text.strip()
    return words if len(words) <= _EXCERPT else words[: _EXCERPT - 1].rstrip() + "…"
