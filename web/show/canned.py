"""Canned replies beside an answer: which there are, and one of them with a ticket's names filled in."""

from __future__ import annotations

from collections.abc import Sequence

from mailgate import clock
from mailgate.compose import canned
from mailgate.office.replies import meant, put_in, typed_in, use
from mailgate.store.agents import agent_by_id
from mailgate.store.beside import Canned
from mailgate.store.db import Session
from mailgate.store.listing import Listed
from mailgate.store.office import mailbox_by_id
from mailgate.store.replies import CannedReply
from web.access import who


def offered(replies: Sequence[Canned], language: str | None) -> list[tuple[str, str]]:
    """What can be put in: names with what stands behind them; replies in a ticket's language first."""
    ordered = sorted(replies, key=lambda reply: (reply.language not in (None, language), -reply.uses, reply.name))
    return [(reply.name, _about(reply)) for reply in ordered]


def filled(session: Session, listed: Listed, reply: CannedReply) -> str:
    """Its words for this ticket; one use more."""
    return canned.fill(use(reply, clock.now()), values_of(session, listed))


def with_reply(session: Session, listed: Listed, body: str, named: str) -> str:
    """What was typed, with shortcuts replaced and the reply that was chosen at its end."""
    chosen = meant(session, named) if named.strip() else None
    known = typed_in(session, body)
    text = put_in(body, {typed: filled(session, listed, reply) for typed, reply in known.items()}).strip()
    return "\n\n".join(filter(None, (text, filled(session, listed, chosen) if chosen else "")))


def values_of(session: Session, listed: Listed) -> dict[str, str]:
    """What the variables stand for on this ticket."""
    ticket, mailbox = listed.ticket, mailbox_by_id(session, listed.ticket.mailbox_id)
    agent = agent_by_id(session, who().agent_id or 0)
    customer = listed.requester or ""
    return {
        "customer": customer or ticket.requester_address,
        "first_name": customer.partition(" ")[0] or customer or ticket.requester_address,
        "number": ticket.number,
        "subject": ticket.subject,
        "agent": agent.name if agent is not None else who().name,
        "desk": mailbox.name,
        "mailbox": mailbox.address,
    }


def _about(reply: Canned) -> str:
    return " · ".join(filter(None, (f";{reply.shortcut}" if reply.shortcut else "", reply.category, reply.language)))
