"""A letter that belongs to no ticket opens one, linked with what it has to do with; and whether it may be answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from mailgate.mail import Cause
from mailgate.people.meet import meet
from mailgate.steps.batch import Batch, settle
from mailgate.steps.several_mailboxes import Twins
from mailgate.steps.unwanted import is_let_in
from mailgate.store.kept import KeptMail
from mailgate.store.office import Mailbox
from mailgate.store.tickets import Recent, Ticket, by_ids
from mailgate.thread.arrival import Arrival
from mailgate.thread.decide import Decision
from mailgate.thread.loops import Earlier, answers_itself
from mailgate.thread.own import not_addressed
from mailgate.thread.subject import bare
from mailgate.thread.verification import verification
from mailgate.tickets.history import Actor
from mailgate.tickets.open import Opening, Related, open_ticket
from mailgate.tickets.said import said_by_letter

# Doors that know an envelope; by IMAP it is what the mailbox's host has noted.
_WITH_ENVELOPE = frozenset({"smtp", "submission", "lmtp", "pipe", "imap"})
RECENT = timedelta(days=7)
HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


class Stopped(NamedTuple):
    """Why a mail opens no ticket; `ticket_id`: what it would only have repeated."""

    cause: Cause
    reason: str
    ticket_id: int | None = None


def why_not_open(batch: Batch, row: KeptMail, arrival: Arrival) -> Stopped | None:
    """What a person should decide on: other services' sign-up mails, floods, another system answering ours."""
    mailbox = batch.mailboxes[arrival.mailbox_id]
    if (reason := verification(arrival, mailbox.domain)) is not None:
        return Stopped(Cause.VERIFICATION, reason)
    if (reason := _too_many(batch, row, arrival)) is not None:
        return Stopped(Cause.OVER_LIMITS, reason)
    today = [each for each in _recent(batch, arrival) if _is_near(each, batch.when(row), _DAY)]
    earlier = [Earlier(each.number, each.subject) for each in today]
    if (reason := answers_itself(arrival.letter, earlier, batch.organisation.number_format)) is not None:
        return Stopped(Cause.LOOP, reason, today[0].ticket_id if today else None)
    return None


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
    suppressed = [*_why_no_answer(arrival, mailbox), *_late(row, arrival), *_answered_elsewhere(elsewhere)]
    related = [_related(decision.link.kind, decision.link.ticket)] if decision.link is not None else []
    related += [_related("same-mail", other) for other in elsewhere]
    related += [] if related else _perhaps(batch, row, arrival)
    data: dict[str, Any] = {"unanswerable": suppressed} if suppressed else {}
    data |= {"imported": True} if row.quiet else {}
    ticket = open_ticket(batch.session, opening, said, by, batch.when(row), related=related, data=data)
    batch.evidence.remember(ticket, said.message_id, said.cited)
    batch.to_follow += 1
    recent = batch.recent.setdefault(ticket.requester_id, [])
    batch.lately[ticket.requester_id] += 1
    recent.insert(0, Recent(ticket.id, ticket.number, ticket.subject, batch.when(row)))
    settle(row, "opened", [decision.reason], ticket_id=ticket.id, trail=decision.trail)
    return ticket


def _too_many(batch: Batch, row: KeptMail, arrival: Arrival) -> str | None:
    """Why this sender asks too often. Programs that sign in, imports, and whoever was let in may."""
    most, person = batch.shop.requests_per_sender, batch.people.get(arrival.author.address.lower())
    if not most or person is None or row.quiet or arrival.envelope.door == "submission" or is_let_in(batch, arrival):
        return None
    if batch.lately[person.id] < most:
        return None
    return f"{arrival.author.address} made {most} requests within an hour: as many as one sender may."


def _recent(batch: Batch, arrival: Arrival) -> list[Recent]:
    person = batch.people.get(arrival.author.address.lower())
    return batch.recent.get(person.id, []) if person is not None else []


def _is_near(request: Recent, moment: datetime, span: timedelta) -> bool:
    """Imported mail has its own date, which may lie far from everything else."""
    return abs(moment - request.created_at) < span


def _related(kind: str, ticket: Ticket) -> Related:
    return Related(kind, ticket.id, ticket.number)


def _perhaps(batch: Batch, row: KeptMail, arrival: Arrival) -> list[Related]:
    """The same sender, the same subject, not long ago: a suggestion to whoever reads it, and no more."""
    number_format = batch.organisation.number_format
    wanted = bare(arrival.letter.subject, number_format)
    recent = [each for each in _recent(batch, arrival) if _is_near(each, batch.when(row), RECENT)]
    same = [each for each in recent if wanted and bare(each.subject, number_format) == wanted]
    return [Related("perhaps", each.ticket_id, each.number) for each in same[:1]]


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
    if (elsewhere := not_addressed(arrival, mailbox)) is not None:
        yield elsewhere
    if not arrival.verdict.is_answerable:
        yield "It fails its sender's own authentication rules."


def _late(row: KeptMail, arrival: Arrival) -> Iterator[str]:
    """Whoever wrote some time ago is answered by a person, if at all."""
    if row.quiet:
        yield "It was imported."
    if arrival.ruling is not None:
        yield f"It lay on the shelf, until {arrival.ruling.by} made it a request."


def _answered_elsewhere(others: list[Ticket]) -> Iterator[str]:
    """A mail gets one automatic answer, however many mailboxes it was sent to."""
    for other in others:
        yield f"The same mail opened {other.number}, which is where it is answered."
