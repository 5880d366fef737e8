"""Step one: letters that were read are filed, each with exactly one outcome, in one transaction for the whole batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailgate import clock
from mailgate.failpoints import point
from mailgate.mail import Cause, Kind, Try
from mailgate.people.meet import meet
from mailgate.steps.bounces import record_bounce
from mailgate.steps.workshop import Workshop
from mailgate.store.base import reserve
from mailgate.store.db import Session
from mailgate.store.kept import KeptMail, already_read, lock_waiting
from mailgate.store.messages import trimmed
from mailgate.store.numbers import take_numbers
from mailgate.store.office import Mailbox, mailboxes
from mailgate.store.organisations import Organisation, own
from mailgate.store.people import Person, people_by_address
from mailgate.thread.arrival import Arrival
from mailgate.thread.decide import Decision, decide
from mailgate.thread.evidence import Evidence, gather
from mailgate.thread.locks import lock_threads
from mailgate.thread.own import not_addressed, own_mail
from mailgate.tickets.history import Actor
from mailgate.tickets.open import Opening, open_ticket
from mailgate.tickets.reply import customer_wrote
from mailgate.tickets.said import said_by_letter

REPORTS = {Kind.BOUNCE: "bounce", Kind.DELAY: "bounce", Kind.RECEIPT: "discarded", Kind.COMPLAINT: "complaint"}


@dataclass
class Batch:
    """What filing a batch of one organisation's letters needs to know."""

    session: Session
    shop: Workshop
    organisation: Organisation
    mailboxes: dict[int, Mailbox]
    evidence: Evidence
    people: dict[str, Person]
    read_before: dict[bytes, KeptMail]
    numbers: list[str]
    now: datetime
    opened: int = 0


def file_letters(shop: Workshop, org: int, arrivals: Sequence[Arrival]) -> int:
    """File a batch; returns how many events have to be followed now."""
    if not arrivals:
        return 0
    now = clock.now()
    _keep_files(shop, org, arrivals)
    with shop.database.desk(org) as session:
        organisation = own(session)
        number_format = organisation.number_format
    numbers = take_numbers(shop.database, org, number_format, _new_requests(arrivals), now)
    with shop.database.desk(org) as session:
        lock_threads(session, arrivals)
        waiting = lock_waiting(session, [arrival.kept_id for arrival in arrivals])
        mine = [arrival for arrival in arrivals if arrival.kept_id in waiting]
        batch = _prepare(session, shop, org, organisation, mine, numbers, now)
        for arrival in mine:
            _file(batch, waiting[arrival.kept_id], arrival)
        batch.evidence.keep(session)
        point("file.before_commit")
    point("file.after_commit")
    return batch.opened


def _prepare(
    session: Session,
    shop: Workshop,
    org: int,
    organisation: Organisation,
    arrivals: Sequence[Arrival],
    numbers: list[str],
    now: datetime,
) -> Batch:
    """Everything the batch asks the store, asked once; every id it will need, fetched once."""
    count = len(arrivals)
    files = sum(len(arrival.letter.files) for arrival in arrivals)
    reserve(session, tickets=len(numbers), messages=count, events=count, people=count, addresses=count, files=files)
    return Batch(
        session,
        shop,
        organisation,
        {mailbox.id: mailbox for mailbox in mailboxes(session)},
        gather(session, org, shop.marks, organisation.number_format, arrivals),
        people_by_address(session, [arrival.author.address.lower() for arrival in arrivals]),
        already_read(session, [arrival.same for arrival in arrivals]),
        numbers,
        now,
    )


def _file(batch: Batch, row: KeptMail, arrival: Arrival) -> None:
    """Give one letter its outcome."""
    letter, addresses = arrival.letter, {mailbox.address for mailbox in batch.mailboxes.values()}
    row.same, row.subject, row.read_at = arrival.same, letter.subject[:300], batch.now
    row.message_id = trimmed(letter.message_id) if letter.message_id else None
    row.claimed_by = row.claimed_until = None
    if (twin := batch.read_before.get(arrival.same)) is not None:
        _settle(row, "duplicate", [f"The same mail was kept before, as {twin.id}."], ticket_id=twin.ticket_id)
        return
    batch.read_before[arrival.same] = row
    circle = own_mail(arrival, batch.organisation.id, batch.shop.marks, addresses)
    if arrival.refused is not None:
        _hold(row, Cause.HOSTILE, arrival.refused)
    elif letter.kind in REPORTS:
        ticket_id, reason = record_bounce(batch.session, batch.shop.marks, arrival, batch.now)
        _settle(row, REPORTS[letter.kind], [*letter.reasons, reason], ticket_id=ticket_id)
    elif circle is not None:
        _hold(row, Cause.LOOP, circle)
    else:
        _file_on_ticket(batch, row, arrival, decide(batch.evidence, arrival))


def _file_on_ticket(batch: Batch, row: KeptMail, arrival: Arrival, decision: Decision) -> None:
    said = said_by_letter(arrival.letter, row.id, "mail", arrival.verdict)
    by = Actor("customer", said.author, address=said.author_address)
    if decision.ticket is not None:
        customer_wrote(batch.session, decision.ticket, said, by, batch.now)
        batch.evidence.remember(decision.ticket, said.message_id, said.cited)
        _settle(row, "appended", [decision.reason], ticket_id=decision.ticket.id, trail=decision.trail)
        return
    mailbox = batch.mailboxes[arrival.mailbox_id]
    who = arrival.author
    suppressed = _why_no_answer(arrival, mailbox)
    opening = Opening(
        number=batch.numbers.pop(0),
        mailbox=mailbox,
        requester=meet(batch.session, batch.people, who, batch.now, language=arrival.letter.language),
        address=who.address.lower(),
        subject=arrival.letter.subject or "(no subject)",
        channel="mail",
        language=arrival.letter.language,
    )
    data = {"unanswerable": suppressed} if suppressed else {}
    ticket = open_ticket(batch.session, opening, said, by, batch.now, claims=decision.claims, data=data)
    batch.evidence.remember(ticket, said.message_id, said.cited)
    batch.opened += 1
    _settle(row, "opened", [decision.reason], ticket_id=ticket.id, trail=decision.trail)


def _why_no_answer(arrival: Arrival, mailbox: Mailbox) -> list[str]:
    """Every reason why no automatic answer may go to this letter; empty when one may."""
    reasons = [] if arrival.letter.answerable else list(arrival.letter.reasons) or ["It was written by a machine."]
    if arrival.letter.sender is None:
        reasons.append("It names no sender.")
    if arrival.envelope.sender == "" and arrival.envelope.door in {"smtp", "lmtp", "pipe"}:
        reasons.append("Its envelope sender is empty.")
    if (elsewhere := not_addressed(arrival, mailbox.address)) is not None:
        reasons.append(elsewhere)
    if not arrival.verdict.is_answerable:
        reasons.append("It fails its sender's own authentication rules.")
    if arrival.envelope.door == "import":
        reasons.append("It was imported.")
    return reasons


def _hold(row: KeptMail, cause: Cause, reason: str, trail: Sequence[Try] = ()) -> None:
    """Lay a mail on the shelf, where a person decides."""
    row.cause = cause.value
    _settle(row, "held", [reason], state="held", trail=trail)


def _settle(
    row: KeptMail,
    outcome: str,
    reasons: Sequence[str],
    *,
    ticket_id: int | None = None,
    state: str = "done",
    trail: Sequence[Try] = (),
) -> None:
    row.outcome, row.state, row.ticket_id = outcome, state, ticket_id
    row.reasons = [reason for reason in reasons if reason]
    row.trail = [[step.signal, step.value[:300], step.result] for step in trail]


def _new_requests(arrivals: Sequence[Arrival]) -> int:
    """So many ticket numbers a batch can need at most."""
    return sum(arrival.letter.kind not in REPORTS for arrival in arrivals)


def _keep_files(shop: Workshop, org: int, arrivals: Sequence[Arrival]) -> None:
    """Files go to the blob store before the rows that name them. Left over after a crash, they harm nobody."""
    shop.blobs.put_all(org, [file.content for arrival in arrivals for file in arrival.letter.files])
