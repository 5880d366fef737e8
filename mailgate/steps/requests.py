"""A letter that belongs to no ticket opens one, linked with what it has to do with; and whether it may be answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailgate.people.meet import meet
from mailgate.steps.batch import Batch, settle
from mailgate.steps.several_mailboxes import Twins
from mailgate.store.kept import KeptMail
from mailgate.store.office import Mailbox
from mailgate.store.tickets import Ticket, by_ids
from mailgate.thread.arrival import Arrival
from mailgate.thread.decide import Decision
from mailgate.thread.own import not_addressed
from mailgate.tickets.history import Actor
from mailgate.tickets.open import Opening, open_ticket
from mailgate.tickets.said import said_by_letter

# Doors that know an envelope; by IMAP it is what the mailbox's host has noted.
_WITH_ENVELOPE = frozenset({"smtp", "submission", "lmtp", "pipe", "imap"})


def open_request(batch: Batch, row: KeptMail, arrival: Arrival, decision: Decision, twins: Twins) -> Ticket:
    """Open a ticket for whoever wrote the letter."""
    said = said_by_letter(arrival.letter, row.id, "mail", arrival.verdict)
    by = Actor("customer", said.author, address=said.author_address)
    mailbox, who, language = batch.mailboxes[arrival.mailbox_id], arrival.author, arrival.letter.language
    elsewhere = _tickets(batch, twins.opened)
    opening = Opening(
        number=batch.numbers.pop(0),
        mailbox=mailbox,
        requester=meet(batch.session, batch.people, who, batch.when(row), language=language),
        address=who.address.lower(),
        subject=arrival.letter.subject or "(no subject)",
        channel="mail",
        language=language,
    )
    imported = ["It was imported."] if row.quiet else []
    suppressed = [*_why_no_answer(arrival, mailbox), *imported, *_answered_elsewhere(elsewhere)]
    links = [(decision.link.kind, decision.link.ticket)] if decision.link is not None else []
    links += [("same-mail", other) for other in elsewhere]
    data = {"unanswerable": suppressed} if suppressed else {}
    ticket = open_ticket(batch.session, opening, said, by, batch.when(row), links=links, data=data)
    batch.evidence.remember(ticket, said.message_id, said.cited)
    batch.to_follow += 1
    settle(row, "opened", [decision.reason], ticket_id=ticket.id, trail=decision.trail)
    return ticket


def _tickets(batch: Batch, ids: Sequence[int]) -> list[Ticket]:
    """Some tickets; those of this batch are known, and not yet in the database."""
    known = batch.evidence.tickets
    return [*(known[each] for each in ids if each in known), *by_ids(batch.session, set(ids) - known.keys()).values()]


def _why_no_answer(arrival: Arrival, mailbox: Mailbox) -> Iterator[str]:
    """Every reason why no automatic answer may go to this letter."""
    if not arrival.letter.answerable:
        yield from arrival.letter.reasons or ["It was written by a machine."]
    if arrival.letter.sender is None:
        yield "It names no sender."
    if arrival.envelope.sender == "" and arrival.envelope.door in _WITH_ENVELOPE:
        yield "Its envelope sender is empty."
    if (elsewhere := not_addressed(arrival, mailbox.address)) is not None:
        yield elsewhere
    if not arrival.verdict.is_answerable:
        yield "It fails its sender's own authentication rules."


def _answered_elsewhere(others: list[Ticket]) -> Iterator[str]:
    """A mail gets one automatic answer, however many mailboxes it was sent to."""
    for other in others:
        yield f"The same mail opened {other.number}, which is where it is answered."
