"""What an agent says of a ticket's sender, in its history."""

from __future__ import annotations

from datetime import datetime

from mailgate.store.db import Session
from mailgate.store.tickets import Ticket
from mailgate.tickets.history import Actor, record

_EVENTS = {"allow": "sender_allowed", "hold": "sender_blocked", "discard": "sender_blocked", "": "sender_forgotten"}
_WORDS = {
    "allow": "is let in, even if a filter marks it as spam",
    "hold": "waits on the shelf",
    "discard": "is discarded",
    "": "is judged by what it is",
}


def tell_of_sender(session: Session, ticket: Ticket, treatment: str, by: Actor, at: datetime) -> None:
    """Note what becomes of mail from the requester from now on; "" when nothing is said of them any more."""
    words = f"Mail from {ticket.requester_address} {_WORDS[treatment]} from now on."
    record(session, ticket, _EVENTS[treatment], by, at, data={"reasons": [words]})
