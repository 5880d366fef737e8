"""What an agent is told once a day: which of their tickets wait for an answer, and what is due today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from mailgate.mail import Address, Task
from mailgate.store.agents import Agent
from mailgate.store.office import Mailbox
from mailgate.store.organisations import Organisation
from mailgate.store.tickets import Ticket
from mailgate.tokens import Marks

_MOST = 20
_SUBJECT = 80


def digest(
    organisation: Organisation,
    mailbox: Mailbox,
    agent: Agent,
    unanswered: Sequence[Ticket],
    due: Sequence[tuple[datetime, Ticket]],
    marks: Marks,
    public_url: str,
    zone: ZoneInfo,
    at: datetime,
) -> Task:
    """The letter; it belongs to no ticket, and an answer to it to nobody's."""
    stop_url = f"{public_url}/stop/{marks.stop(organisation.id, 'digest', 'a', agent.id)}"
    return Task(
        letter="digest",
        language=organisation.language,
        message_id=marks.loose_id(mailbox.domain),
        sender=Address(mailbox.address, mailbox.name),
        to=(Address(agent.email),),
        reply_to=mailbox.address,
        variables={
            "desk": mailbox.name,
            "unanswered": _listed([_line(ticket, public_url) for ticket in unanswered]),
            "due_today": _listed(
                [f"{moment.astimezone(zone):%H:%M} · {_line(ticket, public_url)}" for moment, ticket in due]
            ),
            "inbox_url": f"{public_url}/",
            "unsubscribe_url": stop_url,
        },
        stop_url=stop_url,
        automatic="auto-generated",
        date=at,
    )


def _line(ticket: Ticket, public_url: str) -> str:
    subject = ticket.subject if len(ticket.subject) <= _SUBJECT else ticket.subject[: _SUBJECT - 1].rstrip() + "…"
    return f"{ticket.number} · {subject} · {ticket.requester_address}\n{public_url}/t/{quote(ticket.number)}"


def _listed(lines: Sequence[str]) -> str:
    """At most so many; that there are more is shown by dots."""
    shown = list(lines[:_MOST])
    return "\n\n".join(shown + ["…"] * (len(lines) > _MOST))
