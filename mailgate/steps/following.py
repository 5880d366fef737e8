"""What following a batch of one organisation's events needs to know, asked for once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailgate.compose.sign import SigningKey
from mailgate.office.letters import Letters, letters
from mailgate.office.promises import policies
from mailgate.sla.policy import Policy
from mailgate.steps.workshop import Workshop
from mailgate.store.agents import Agent
from mailgate.store.db import Session
from mailgate.store.dkim import dkim_keys
from mailgate.store.events import Event
from mailgate.store.messages import Message, messages_by_ids
from mailgate.store.office import Mailbox, mailboxes
from mailgate.store.organisations import Organisation, own
from mailgate.store.tickets import Ticket, by_ids
from mailgate.tickets.history import triggers_of


@dataclass
class Following:
    """The office as it is now, and the tickets and messages these events are about."""

    session: Session
    shop: Workshop
    organisation: Organisation
    mailboxes: dict[int, Mailbox]
    tickets: dict[int, Ticket]
    messages: dict[int, Message]
    keys: dict[str, SigningKey]  # by domain
    letters: Letters
    promised: Sequence[Policy]  # as far as anything is
    now: datetime
    new_tickets_for: list[tuple[Agent, frozenset[int]]] | None = None  # asked for once, by the first that opens
    written: int = 0


def following_of(session: Session, shop: Workshop, events: Sequence[Event], now: datetime) -> Following:
    """What these events need; their tickets are locked where the office's rules may change them."""
    organisation = own(session)
    return Following(
        session,
        shop,
        organisation,
        {mailbox.id: mailbox for mailbox in mailboxes(session)},
        by_ids(session, [event.ticket_id for event in events], lock=_may_change_tickets(organisation, events)),
        messages_by_ids(session, [event.message_id for event in events if event.message_id]),
        _keys(session, shop),
        letters(session),
        policies(session, now) if organisation.is_timed else (),
        now,
    )


def _may_change_tickets(organisation: Organisation, events: Sequence[Event]) -> bool:
    """Whether what follows from these events may change their tickets."""
    waited = set(map(str, organisation.rule_triggers))
    return (
        organisation.is_timed
        or "time" in waited
        or any(not waited.isdisjoint(triggers_of(event.kind, event.data)) for event in events)
    )


def _keys(session: Session, shop: Workshop) -> dict[str, SigningKey]:
    """What signs this organisation's letters, by domain."""
    return {key.domain: SigningKey(key.domain, key.selector, shop.seal.open(key.secret)) for key in dkim_keys(session)}
