"""A delivery report comes back: find the copy it speaks of by the mark in our return path, and say so on the ticket."""

from __future__ import annotations

from datetime import datetime

from mailgate.mail import Kind
from mailgate.store.db import Session
from mailgate.store.outbox import OutboxCopy, copy_by_id
from mailgate.store.tickets import by_id
from mailgate.thread.arrival import Arrival
from mailgate.tickets.history import MAILGATE, record
from mailgate.tokens import Marks


def record_bounce(session: Session, marks: Marks, arrival: Arrival, now: datetime) -> tuple[int | None, str]:
    """The ticket concerned and what was found. A report that cannot be verified changes nothing."""
    copy = _copy_it_speaks_of(session, marks, arrival)
    if copy is None or copy.ticket_id is None:
        return None, "It carries no return path of ours, so it changes nothing."
    bounce = arrival.letter.bounce
    words = next((r.diagnostic for r in bounce.recipients if r.diagnostic), None) if bounce else None
    if arrival.letter.kind != Kind.BOUNCE:
        return copy.ticket_id, f"It reports on the letter to {copy.recipient}, which may still arrive."
    copy.state = "bounced"
    copy.answer = (words or arrival.letter.subject)[:500]
    if (ticket := by_id(session, copy.ticket_id, lock=True)) is not None:
        record(session, ticket, "bounced", MAILGATE, now, data={"recipient": copy.recipient, "answer": copy.answer})
        ticket.updated_at = now
        ticket.is_unread = ticket.is_unread or copy.letter != "received"
    return copy.ticket_id, f"The letter to {copy.recipient} did not arrive."


def _copy_it_speaks_of(session: Session, marks: Marks, arrival: Arrival) -> OutboxCopy | None:
    org = session.info["org"]
    for address in arrival.recipients:
        mark = address.rpartition("@")[0].partition("+")[2]
        copy_id = marks.read_bounce(org, mark) if mark else None
        if copy_id is not None:
            return copy_by_id(session, copy_id)
    return None
