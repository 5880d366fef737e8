"""Decide which ticket a letter belongs to: the strongest evidence whose ticket its sender may write in."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.mail import Try
from mailgate.store.tickets import Ticket
from mailgate.thread.arrival import Arrival
from mailgate.thread.evidence import Clue, Evidence


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a letter goes. `ticket` None: a new one; `claims`: the ticket a stranger's letter says it belongs to."""

    ticket: Ticket | None
    claims: Ticket | None
    reason: str
    trail: tuple[Try, ...]


def decide(evidence: Evidence, arrival: Arrival) -> Decision:
    """Evidence says which ticket is meant, authority whether this sender may write there."""
    clues, trail = evidence.clues(arrival)
    for clue in clues:
        may, why = _may_write(evidence, clue, arrival)
        trail.append(Try("authority", arrival.sender or "nobody", why))
        if may:
            ticket = evidence.tickets[clue.ticket_id]
            return Decision(ticket, None, f"It belongs to {ticket.number}: {clue.signal}, and {why}.", tuple(trail))
    if clues:
        claimed = evidence.tickets[clues[0].ticket_id]
        reason = f"It says it belongs to {claimed.number} ({clues[0].signal}), but its sender takes no part in it."
        return Decision(None, claimed, reason, tuple(trail))
    reason = "Nothing in it leads to a ticket of ours." if trail else "It refers to nothing: a new request."
    return Decision(None, None, reason, tuple(trail))


def _may_write(evidence: Evidence, clue: Clue, arrival: Arrival) -> tuple[bool, str]:
    """Only the requester and those an agent let in. A guessed number or a forwarded token proves nothing."""
    ticket = evidence.tickets[clue.ticket_id]
    if arrival.verdict.result == "fail":
        return False, "the mail fails its sender's own authentication rules"
    if arrival.sender and arrival.sender == ticket.requester_address:
        return True, "the sender is its requester"
    if arrival.sender in evidence.participants.get(ticket.id, set()):
        return True, "the sender takes part in it"
    return False, "the sender takes no part in it"
