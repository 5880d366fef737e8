"""Have a letter written to a ticket's customer, by whoever decides that there is cause: a rule, a step, an agent."""

from __future__ import annotations

from datetime import datetime

from mailgate.errors import BadInput
from mailgate.store.db import Session
from mailgate.store.tickets import Ticket
from mailgate.tickets.history import Actor, record
from mailgate.tickets.moves import require_unmerged

ASKABLE = ("status_changed", "resolved", "reopened", "waiting", "closing", "closed")


def ask_for_letter(
    session: Session, ticket: Ticket, letter: str, by: Actor, at: datetime, *, closes: datetime | None = None
) -> None:
    """Have this letter written to the requester, unless it is switched off or something speaks against it.

    `closes`: when the ticket is to be closed, which `closing` tells.
    """
    require_unmerged(ticket)
    if letter not in ASKABLE:
        raise BadInput(f"There is no letter {letter!r} to ask for.", letter=f"must be one of {', '.join(ASKABLE)}")
    if (letter == "closing") != (closes is not None):
        raise BadInput(
            "The letter “closing” tells when the ticket is closed, and no other does.", closes="is not right"
        )
    data = {"letter": letter} | ({"closes": closes.isoformat()} if closes is not None else {})
    record(session, ticket, "letter_asked", by, at, data=data)
