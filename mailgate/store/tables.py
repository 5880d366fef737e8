"""Every table, imported once, so that the metadata is whole."""

from mailgate.store import (
    agents,
    events,
    imap,
    kept,
    leases,
    messages,
    office,
    organisations,
    outbox,
    people,
    tickets,
)
from mailgate.store.base import Base

metadata = Base.metadata

__all__ = [
    "agents",
    "events",
    "imap",
    "kept",
    "leases",
    "messages",
    "metadata",
    "office",
    "organisations",
    "outbox",
    "people",
    "tickets",
]
