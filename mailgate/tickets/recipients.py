"""Whom an answer goes to: those the mail being answered names, and who of them is new here or from outside."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from mailgate.store.agents import agents
from mailgate.store.db import Session
from mailgate.store.messages import Message
from mailgate.store.office import mailboxes
from mailgate.store.people import failing
from mailgate.store.tickets import Ticket, participants_of


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody in Cc. `is_new`: takes part from now on; `is_outside`: neither of ours nor of the requester's house;
    `is_failing`: letters to them come back for good.
    """

    address: str
    is_new: bool
    is_outside: bool
    is_failing: bool = False


def reply_all(session: Session, ticket: Ticket, answered: Message | None) -> list[str]:
    """Who stands in Cc before anybody changes it."""
    known = participants_of(session, [ticket.id])[ticket.id]
    return all_named(ticket, answered, known, [mailbox.address for mailbox in mailboxes(session)])


def all_named(ticket: Ticket, answered: Message | None, participants: Iterable[str], own: Sequence[str]) -> list[str]:
    """Who takes part, then whom the mail being answered names besides; `own`: our mailboxes."""
    named = [address.lower() for address, _ in (*answered.to, *answered.cc)] if answered is not None else []
    if answered is not None and answered.author_address:
        named.insert(0, answered.author_address)
    others = [address for address in named if "@" in address and _without_plus(address) not in own]
    return [
        address for address in dict.fromkeys([*sorted(participants), *others]) if address != ticket.requester_address
    ]


def judged(session: Session, ticket: Ticket, cc: Sequence[str]) -> list[Recipient]:
    """These addresses, with what an agent should know of them before sending."""
    known = participants_of(session, [ticket.id])[ticket.id]
    ours = [mailbox.address for mailbox in mailboxes(session)] + [agent.email for agent in agents(session)]
    return judge(ticket, cc, known, ours, failing(session, {address.lower() for address in cc}) if cc else ())


def judge(
    ticket: Ticket, cc: Sequence[str], participants: Iterable[str], ours: Sequence[str], dead: Container[str]
) -> list[Recipient]:
    """The same of what is known already. `ours`: mailboxes and colleagues; `dead`: from where letters come back."""
    known = {*participants, ticket.requester_address}
    houses = _houses([ticket.requester_address, *ours])
    return [
        Recipient(address, address not in known, not _houses([address]) & houses, address.lower() in dead)
        for address in cc
    ]


def _houses(addresses: Iterable[str]) -> set[str]:
    return {address.rpartition("@")[2] for address in addresses}


def _without_plus(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
