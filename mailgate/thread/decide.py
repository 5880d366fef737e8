"""Decide which ticket a letter belongs to: the strongest evidence whose ticket its sender may write in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailgate.mail import Cause, Kind, Try
from mailgate.store.agents import Agent
from mailgate.store.sides import SideConversation
from mailgate.store.tickets import Ticket
from mailgate.thread.arrival import Arrival
from mailgate.thread.evidence import Clue, Evidence


@dataclass(frozen=True, slots=True)
class Link:
    """What a new ticket has to do with an older one; the kinds are those of `store.tickets.TicketLink`."""

    kind: str
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a letter goes: onto `ticket`, to the shelf for a `cause`, or, with neither, onto a new ticket.

    `side`: in this side conversation of the ticket. `agent`: it speaks as this agent, and proved it. `link`: what the
    new ticket has to do with an older one.
    """

    reason: str
    trail: tuple[Try, ...]
    ticket: Ticket | None = None
    agent: Agent | None = None
    cause: Cause | None = None
    link: Link | None = None
    side: SideConversation | None = None


@dataclass(frozen=True, slots=True)
class _Authority:
    """Whether a sender may write in a ticket, as whom, and in words why."""

    why: str
    may: bool = False
    agent: Agent | None = None
    cause: Cause | None = None


def decide(
    evidence: Evidence, arrival: Arrival, now: datetime, reopen_days: int, opened_by_it: Sequence[int] = ()
) -> Decision:
    """Evidence says which ticket is meant, authority whether this sender may write there, policy whether it is open.

    `opened_by_it`: tickets that the same mail opened in other mailboxes, and that it therefore is no reply to.
    """
    clues, trail = evidence.clues(arrival, opened_by_it)
    closed: Ticket | None = None
    for clue in clues:
        named = evidence.tickets[clue.ticket_id]
        ticket = evidence.goes_on_in(named)
        if (side := evidence.side(arrival, named)) is not None:
            return _aside(clue, named, ticket, side, arrival, trail)
        authority = _authority(evidence, arrival, named, ticket)
        is_over = authority.may and authority.agent is None and _is_over(ticket, arrival, now, reopen_days)
        over = f", but {ticket.number} was closed more than {reopen_days} days ago" if is_over else ""
        trail.append(Try("authority", arrival.sender or "nobody", authority.why + over))
        if authority.cause is not None:
            reason = f"It says it belongs to {named.number} ({clue.signal}), but {authority.why}."
            return Decision(reason, tuple(trail), cause=authority.cause)
        if is_over:
            closed = closed or ticket
        elif authority.may:
            reason = f"{_belongs(clue, named, ticket)}, and {authority.why}."
            return Decision(reason, tuple(trail), ticket=ticket, agent=authority.agent)
    if closed is not None:
        reason = (
            f"It belongs to {closed.number}, which was closed more than {reopen_days} days ago: a new one follows it."
        )
        return Decision(reason, tuple(trail), link=Link("follows", closed))
    if clues:
        claimed = evidence.tickets[clues[0].ticket_id]
        reason = f"It says it belongs to {claimed.number} ({clues[0].signal}), but its sender takes no part in it."
        return Decision(reason, tuple(trail), link=Link("claims", claimed))
    reason = "Nothing in it leads to a ticket of ours." if trail else "It refers to nothing: a new request."
    return Decision(reason, tuple(trail))


def _aside(
    clue: Clue, named: Ticket, ticket: Ticket, side: SideConversation, arrival: Arrival, trail: list[Try]
) -> Decision:
    """A third party answers; a forged answer would be read by agents as theirs."""
    why = f"{side.address} is the third party of a side conversation"
    trail.append(Try("authority", arrival.sender, why))
    if not arrival.verdict.is_answerable:
        reason = f"{why}, but the mail fails its sender's own authentication rules."
        return Decision(reason, tuple(trail), cause=Cause.FORGED_SENDER)
    return Decision(f"{_belongs(clue, named, ticket)}, and {why}.", tuple(trail), ticket=ticket, side=side)


def _belongs(clue: Clue, named: Ticket, ticket: Ticket) -> str:
    if named is ticket:
        return f"It belongs to {ticket.number}: {clue.signal}"
    return f"It belongs to {named.number}, which was merged into {ticket.number}: {clue.signal}"


def _authority(evidence: Evidence, arrival: Arrival, named: Ticket, ticket: Ticket) -> _Authority:
    """Only the requester, those an agent let in, and agents. A guessed number or a forwarded token proves nothing."""
    agent = evidence.agent(arrival)
    is_requester = bool(arrival.sender) and arrival.sender in {named.requester_address, ticket.requester_address}
    takes_part = arrival.sender in evidence.take_part_in(named) | evidence.take_part_in(ticket)
    if not (is_requester or takes_part or agent is not None):
        return _Authority(_stranger(evidence, arrival))
    if not arrival.verdict.is_answerable:
        return _Authority("the mail fails its sender's own authentication rules", cause=Cause.FORGED_SENDER)
    if is_requester:
        return _Authority("the sender is its requester", may=True)
    if agent is None:
        return _Authority("the sender takes part in it", may=True)
    if not arrival.verdict.is_verified:
        return _Authority(
            f"nothing proves that it comes from the agent {agent.name}", cause=Cause.UNAUTHENTICATED_AGENT
        )
    return _Authority(f"it comes from the agent {agent.name}, as its authentication proves", may=True, agent=agent)


def _stranger(evidence: Evidence, arrival: Arrival) -> str:
    if arrival.sender in evidence.agents:
        return "the sender was an agent, but does not work here now"
    return "the sender takes no part in it"


def _is_over(ticket: Ticket, arrival: Arrival, now: datetime, reopen_days: int) -> bool:
    """Whether a ticket has been closed too long to be opened again. A machine's mail opens nothing anyway."""
    if ticket.status != "closed" or ticket.closed_at is None or arrival.letter.kind != Kind.PERSON:
        return False
    return now - ticket.closed_at > timedelta(days=reopen_days)
