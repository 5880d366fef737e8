"""The API, version 1: JSON for programs. One file a noun; the schemas that validate also describe it."""

from web.api import (
    description,
    events,
    files,
    inbound,
    letters,
    messages,
    office,
    outbound,
    people,
    promises,
    replies,
    routing,
    rules,
    senders,
    teams,
    ticket_verbs,
    tickets,
)
from web.api.operations import api

__all__ = [
    "api",
    "description",
    "events",
    "files",
    "inbound",
    "letters",
    "messages",
    "office",
    "outbound",
    "people",
    "promises",
    "replies",
    "routing",
    "rules",
    "senders",
    "teams",
    "ticket_verbs",
    "tickets",
]
