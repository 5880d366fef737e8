"""Gather, for a whole batch of letters at once, what could lead each of them to a ticket."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field

from mailgate.mail import Try
from mailgate.rights import Right, may
from mailgate.store.agents import Agent, agents_by_email
from mailgate.store.db import Session
from mailgate.store.messages import Known, NewId, remember_thread_ids, tickets_by_thread_ids, trimmed
from mailgate.store.outbox import tickets_of_copies
from mailgate.store.sides import SideConversation, sides_by_ids, sides_of
from mailgate.store.tickets import Ticket, by_ids, by_numbers, participants_of
from mailgate.thread.arrival import Arrival
from mailgate.thread.subject import numbers_in
from mailgate.tokens import Marks


@dataclass(frozen=True, slots=True)
class Clue:
    """One signal that leads to a ticket."""

    signal: str
    value: str
    ticket_id: int


@dataclass
class Evidence:
    """What is known about the tickets a batch of letters may belong to. It grows as the batch is filed."""

    org: int
    marks: Marks
    number_format: str
    tickets: dict[int, Ticket] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    by_message_id: dict[str, list[Known]] = field(default_factory=dict)
    by_number: dict[str, int] = field(default_factory=dict)
    by_copy: dict[int, int | None] = field(default_factory=dict)  # an answer to the return path of a letter of ours
    participants: dict[int, set[str]] = field(default_factory=dict)
    sides: dict[int, SideConversation] = field(default_factory=dict)  # of these tickets, by id
    new_ids: list[NewId] = field(default_factory=list)

    def clues(self, arrival: Arrival, opened_by_it: Container[int]) -> tuple[list[Clue], list[Try]]:
        """What leads this letter to tickets, strongest first, and everything that was tried."""
        found: list[Clue] = []
        tried: list[Try] = []
        for signal, value, ticket_id in self._signals(arrival):
            if ticket_id in opened_by_it:
                continue
            ticket = self.tickets.get(ticket_id) if ticket_id is not None else None
            tried.append(Try(signal, value, f"leads to {ticket.number}" if ticket else "leads to no ticket of ours"))
            if ticket is not None:
                found.append(Clue(signal, value, ticket.id))
        return found, tried

    def agent(self, arrival: Arrival) -> Agent | None:
        """The agent this sender says they are, if that agent works here now: rights count when a mail is read."""
        agent = self.agents.get(arrival.sender)
        return agent if agent is not None and agent.active and may(agent.role, Right.WORK) else None

    def side(self, arrival: Arrival, named: Ticket) -> SideConversation | None:
        """The side conversation of a ticket that this letter goes on with.

        Whoever holds its mark means it; a third party who answers in another way takes part in nothing else.
        """
        theirs = [one for one in self.sides.values() if one.ticket_id == named.id and one.address == arrival.sender]
        marked = {self.marks.read_side(self.org, mark) for _, mark in _marks_in(arrival)}
        if not theirs or theirs[0].id in marked:
            return theirs[0] if theirs else None
        ticket = self.goes_on_in(named)
        takes_part = arrival.sender in self.take_part_in(named) | self.take_part_in(ticket)
        return None if takes_part or self.agent(arrival) is not None else theirs[0]

    def goes_on_in(self, ticket: Ticket) -> Ticket:
        """The ticket itself, or the one it was merged into."""
        return self.tickets[ticket.merged_into_id] if ticket.merged_into_id is not None else ticket

    def take_part_in(self, ticket: Ticket) -> set[str]:
        """Everybody who may write in a ticket, its requester included."""
        return {ticket.requester_address} | self.participants.get(ticket.id, set())

    def remember(self, ticket: Ticket, own: str | None, cited: Iterable[str]) -> None:
        """A letter of this batch was filed: later ones of the same thread must find it."""
        self.tickets[ticket.id] = ticket
        self.participants.setdefault(ticket.id, set())
        for message_id in cited:
            self._lead(message_id, ticket, is_own=False)
            self.new_ids.append(NewId(message_id, ticket.id, is_own=False))
        if own:
            self._lead(own, ticket, is_own=True)
            self.new_ids.append(NewId(own, ticket.id, is_own=True))

    def keep(self, session: Session) -> None:
        """Write what was remembered, so that the next batch finds it too."""
        remember_thread_ids(session, self.new_ids)

    def _lead(self, message_id: str, ticket: Ticket, *, is_own: bool) -> None:
        """As the store will have it: the newest ticket first; what was only cited may turn out to be a letter's own."""
        known = self.by_message_id.setdefault(trimmed(message_id), [])
        is_own = is_own or Known(ticket.id, is_own=True) in known
        others = [each for each in known if each.ticket_id != ticket.id]
        known[:] = sorted([*others, Known(ticket.id, is_own)], key=lambda each: -each.ticket_id)

    def _signals(self, arrival: Arrival) -> Iterable[tuple[str, str, int | None]]:
        for address, mark in _marks_in(arrival):
            if (side_id := self.marks.read_side(self.org, mark)) is not None:
                side = self.sides.get(side_id)
                yield "token of a side conversation", address, side.ticket_id if side is not None else None
                continue
            copy_id = self.marks.read_bounce(self.org, mark)
            by_copy = self.by_copy.get(copy_id) if copy_id is not None else None
            yield "token in the address", address, by_copy or self.marks.read_ticket(self.org, mark)
        for message_id in arrival.cited:
            if message_id.startswith("t") and (own := self.marks.read_message_id(self.org, message_id)) is not None:
                yield "our own Message-ID", message_id, own
        for message_id in arrival.cited:
            for stored in self.by_message_id.get(trimmed(message_id), ()):
                yield "known Message-ID", message_id, stored.ticket_id
        # A reply may be read before the mail it answers. An id that a filed letter bears already is another matter:
        # some systems give all their mails one id.
        own_id = arrival.letter.message_id or ""
        leads = self.by_message_id.get(trimmed(own_id), ())
        for cited in leads if not any(lead.is_own for lead in leads) else ():
            yield "referred to by an earlier letter", own_id, cited.ticket_id
        for number in numbers_in(arrival.letter.subject, self.number_format):
            yield "number in the subject", number, self.by_number.get(number)


def gather(
    session: Session, org: int, marks: Marks, number_format: str, arrivals: Sequence[Arrival], *, lock: bool = True
) -> Evidence:
    """Ask the store once for all letters of a batch, and lock the tickets they may land in."""
    evidence = Evidence(org, marks, number_format)
    cited = {message_id for arrival in arrivals for message_id in arrival.cited}
    own_ids = {arrival.letter.message_id for arrival in arrivals if arrival.letter.message_id}
    numbers = {number for arrival in arrivals for number in numbers_in(arrival.letter.subject, number_format)}
    evidence.by_message_id = tickets_by_thread_ids(session, cited | own_ids)
    evidence.by_number = {number: ticket.id for number, ticket in by_numbers(session, numbers).items()}
    wanted = {known.ticket_id for leads in evidence.by_message_id.values() for known in leads}
    wanted |= set(evidence.by_number.values())
    wanted |= {own for message_id in cited if (own := marks.read_message_id(org, message_id)) is not None}
    found = [mark for arrival in arrivals for _, mark in _marks_in(arrival)]
    evidence.by_copy = tickets_of_copies(session, {copy for mark in found if (copy := marks.read_bounce(org, mark))})
    wanted |= {ticket_id for mark in found if (ticket_id := marks.read_ticket(org, mark)) is not None}
    wanted |= {ticket_id for ticket_id in evidence.by_copy.values() if ticket_id is not None}
    wanted |= {arrival.ruling.ticket_id for arrival in arrivals if arrival.ruling and arrival.ruling.ticket_id}
    aside = sides_by_ids(session, {side for mark in found if (side := marks.read_side(org, mark)) is not None})
    wanted |= {side.ticket_id for side in aside.values()}
    evidence.tickets = by_ids(session, wanted, lock=lock)
    evidence.sides = aside | {side.id: side for side in sides_of(session, evidence.tickets)}
    gone_on = {ticket.merged_into_id for ticket in evidence.tickets.values() if ticket.merged_into_id is not None}
    evidence.tickets |= by_ids(session, gone_on - evidence.tickets.keys(), lock=lock)
    evidence.agents = agents_by_email(session, {arrival.sender for arrival in arrivals})
    evidence.participants = participants_of(session, evidence.tickets)
    return evidence


def _marks_in(arrival: Arrival) -> list[tuple[str, str]]:
    """Plus-parts of its recipients that could be marks of ours, with the address they stand in."""
    plus = [(address, address.rpartition("@")[0].partition("+")[2]) for address in arrival.recipients]
    return [(address, mark) for address, mark in plus if mark]
