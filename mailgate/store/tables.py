"""Every table, imported once, so that the metadata is whole."""

from mailgate.store import (
    agents,
    audit,
    dkim,
    events,
    imap,
    kept,
    leases,
    letters,
    messages,
    office,
    organisations,
    outbox,
    people,
    promises,
    relays,
    replies,
    routing,
    senders,
    sides,
    tickets,
    views,
)
from mailgate.store.base import Base

metadata = Base.metadata

__all__ = [
    "agents",
    "audit",
    "dkim",
    "events",
    "imap",
    "kept",
    "leases",
    "letters",
    "messages",
    "metadata",
    "office",
    "organisations",
    "outbox",
    "people",
    "promises",
    "relays",
    "replies",
    "routing",
    "senders",
    "sides",
    "tickets",
    "views",
]
