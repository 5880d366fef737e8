"""A letter before it is sent: as it would leave, and who would get it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mailgate.compose import subjects
from mailgate.mail import File
from mailgate.markdown import formatted
from mailgate.store.agents import agent_by_id
from mailgate.store.db import Session
from mailgate.store.listing import Listed
from mailgate.store.office import mailbox_by_id
from mailgate.tickets.recipients import Recipient, judged
from mailgate.tickets.tasks import token
from web.access import who


@dataclass(frozen=True, slots=True)
class Preview:
    """What `parts/preview.html` shows."""

    sender: str
    to: str
    cc: list[Recipient]
    subject: str
    html: Markup | None
    text: str
    signature: str
    files: list[str]
    wrong: list[str]


def preview_of(
    session: Session, listed: Listed, body: str, cc: Sequence[str], files: Sequence[File], wrong: str
) -> Preview:
    """An answer on this ticket, as whoever asks would send it."""
    ticket, mailbox = listed.ticket, mailbox_by_id(session, listed.ticket.mailbox_id)
    agent = agent_by_id(session, who().agent_id or 0)
    name = agent.name if agent is not None else who().name
    own = subjects.bare(ticket.subject, token(ticket))
    return Preview(
        sender=f"{name} ({mailbox.name}) <{mailbox.address}>",
        to=f"{listed.requester or ''} <{ticket.requester_address}>".strip(),
        cc=judged(session, ticket, cc),
        subject=subjects.line(own, token(ticket), is_answer=True),
        html=words_of(body),
        text=body.strip(),
        signature="\n".join(((agent.signature if agent else "") or name, mailbox.signature or mailbox.name)),
        files=[file.name for file in files],
        wrong=[wrong] if wrong else [],
    )


def words_of(body: str) -> Markup | None:
    """Formatted words as a page shows them; None where they are plain."""
    html = formatted(body.strip(), is_dressed=False)
    return Markup(html) if html is not None else None  # noqa: S704 - `formatted` answers nothing but safe html
