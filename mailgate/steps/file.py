"""Step one: letters that were read are filed, each with exactly one outcome, in one transaction for the whole batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from mailgate import clock
from mailgate.failpoints import point
from mailgate.mail import Cause, Kind
from mailgate.steps.agents_mail import agent_wrote
from mailgate.steps.batch import Batch, hold, settle
from mailgate.steps.bounces import file_report
from mailgate.steps.passed_on import open_for_somebody, speaks_for_the_desk
from mailgate.steps.requests import HOUR, RECENT, open_request, why_not_open
from mailgate.steps.ruled import file_as_ruled
from mailgate.steps.several_mailboxes import Twins, twins_of
from mailgate.steps.unwanted import senders_of, set_aside, why_unwanted
from mailgate.steps.workshop import Workshop
from mailgate.store.base import reserve
from mailgate.store.db import Session
from mailgate.store.kept import KeptMail, already_read, lock_waiting
from mailgate.store.messages import trimmed
from mailgate.store.numbers import take_numbers
from mailgate.store.office import mailboxes
from mailgate.store.organisations import Organisation, own
from mailgate.store.people import clear_failing, senders
from mailgate.store.senders import rules_for
from mailgate.store.tickets import count_requests, recent_requests
from mailgate.thread.arrival import Arrival
from mailgate.thread.decide import Decision, decide
from mailgate.thread.evidence import gather
from mailgate.thread.locks import lock_threads
from mailgate.thread.own import own_mail
from mailgate.tickets.history import Actor
from mailgate.tickets.reply import customer_wrote
from mailgate.tickets.said import said_by_letter
from mailgate.tickets.side import third_party_wrote

_WITH_FILES = frozenset({"opened", "appended"})
REPORTS = {Kind.BOUNCE: "bounce", Kind.DELAY: "bounce", Kind.RECEIPT: "discarded", Kind.COMPLAINT: "complaint"}


def file_letters(shop: Workshop, org: int, arrivals: Sequence[Arrival]) -> int:
    """File a batch; returns how many events have to be followed now."""
    if not arrivals:
        return 0
    now = clock.now()
    with shop.database.desk(org) as session:
        organisation = own(session)
        number_format = organisation.number_format
    numbers = take_numbers(shop.database, org, number_format, _new_requests(arrivals), now)
    point("file.after_numbers")
    with shop.database.desk(org) as session:
        lock_threads(session, arrivals)
        waiting = lock_waiting(session, [arrival.kept_id for arrival in arrivals])
        mine = [arrival for arrival in arrivals if arrival.kept_id in waiting]
        batch = _prepare(session, shop, org, organisation, mine, numbers, now)
        for arrival in mine:
            _file(batch, waiting[arrival.kept_id], arrival)
        batch.evidence.keep(session)
        _keep_files(shop, org, [arrival for arrival in mine if waiting[arrival.kept_id].outcome in _WITH_FILES])
        point("file.after_blobs")
        point("file.before_commit")
    point("file.after_commit")
    return batch.to_follow


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
    read_before: dict[bytes, list[KeptMail]] = {}
    for kept in already_read(session, [arrival.same for arrival in arrivals]):
        read_before.setdefault(kept.same or b"", []).append(kept)
    authors = [arrival.author.address.lower() for arrival in arrivals]
    people, failing = senders(session, authors)
    for arrival in arrivals:
        # Whoever writes from an address has it; anybody can write as if, so its domain must vouch for the mail.
        author = arrival.author.address.lower()
        if author in failing and arrival.letter.kind == Kind.PERSON and arrival.verdict.result == "pass":
            clear_failing(session, author)
    recent = recent_requests(session, [person.id for person in people.values()], now - RECENT)
    reserve(session, ticket_links=sum(bool(recent[people[author].id]) for author in authors if author in people))
    return Batch(
        session,
        shop,
        organisation,
        {mailbox.id: mailbox for mailbox in mailboxes(session)},
        gather(session, org, shop.marks, organisation.number_format, arrivals),
        people,
        read_before,
        recent,
        Counter(count_requests(session, recent, now - HOUR, shop.requests_per_sender)),
        rules_for(session, [sender for arrival in arrivals for sender in senders_of(arrival)]),
        numbers,
        now,
    )


def _file(batch: Batch, row: KeptMail, arrival: Arrival) -> None:
    """Give one letter its outcome."""
    letter, addresses = arrival.letter, {mailbox.address for mailbox in batch.mailboxes.values()}
    row.same, row.subject, row.read_at = arrival.same, letter.subject[:300], batch.now
    row.message_id = trimmed(letter.message_id) if letter.message_id else None
    row.author = arrival.sender
    row.trust, row.trust_reasons = arrival.verdict.result, list(arrival.verdict.reasons)
    row.claimed_by = row.claimed_until = None
    twins = twins_of(batch, row, arrival)
    if twins.here is not None:
        reason = f"The same mail was kept before, as {twins.here.id}."
        settle(row, "duplicate", [reason], ticket_id=twins.here.ticket_id)
        return
    if letter.message_id and batch.shop.marks.is_check_id(letter.message_id):
        settle(row, "discarded", ["It only checked the mailbox."])
        return
    if arrival.ruling is not None:
        file_as_ruled(batch, row, arrival, arrival.ruling, twins)
        return
    circle = own_mail(arrival, batch.organisation.id, batch.shop.marks, addresses)
    if arrival.refused is not None:
        hold(row, Cause.HOSTILE, arrival.refused)
    elif letter.kind in REPORTS:
        ticket_id, reasons = file_report(batch, arrival)
        settle(row, REPORTS[letter.kind], [*letter.reasons, *reasons], ticket_id=ticket_id)
    elif circle is not None:
        hold(row, circle.cause, circle.reason)
    else:
        decision = decide(batch.evidence, arrival, batch.now, batch.shop.reopen_days, twins.opened)
        _file_by(batch, row, arrival, decision, twins)


def _file_by(batch: Batch, row: KeptMail, arrival: Arrival, decision: Decision, twins: Twins) -> None:
    """Do what was decided."""
    copy = twins.copy_of(decision, arrival)
    if (unwanted := why_unwanted(batch, arrival, decision)) is not None:
        set_aside(row, unwanted, decision)
    elif decision.cause is not None:
        hold(row, decision.cause, decision.reason, trail=decision.trail)
    elif copy is not None:
        reason = f"The same mail came to another mailbox, too, and was kept as {copy.id}: one ticket has it."
        settle(row, "duplicate", [reason], ticket_id=copy.ticket_id, trail=decision.trail)
    elif decision.ticket is not None and decision.side is not None:
        said = replace(said_by_letter(arrival.letter, row.id, "mail", arrival.verdict), side_id=decision.side.id)
        by = Actor("customer", said.author, address=said.author_address)
        third_party_wrote(batch.session, decision.ticket, said, by, batch.when(row))
        batch.evidence.remember(decision.ticket, said.message_id, said.cited)
        settle(row, "appended", [decision.reason], ticket_id=decision.ticket.id, trail=decision.trail)
    elif decision.ticket is not None and decision.agent is not None:
        agent_wrote(batch, row, arrival, decision.ticket, decision.agent, decision)
    elif decision.ticket is not None:
        said = said_by_letter(arrival.letter, row.id, "mail", arrival.verdict)
        by = Actor("customer", said.author, address=said.author_address)
        imported = {"imported": True} if row.quiet else None
        customer_wrote(batch.session, decision.ticket, said, by, batch.when(row), data=imported)
        batch.evidence.remember(decision.ticket, said.message_id, said.cited)
        settle(row, "appended", [decision.reason], ticket_id=decision.ticket.id, trail=decision.trail)
    elif (stopped := why_not_open(batch, row, arrival)) is not None:
        hold(row, stopped.cause, stopped.reason, ticket_id=stopped.ticket_id, trail=decision.trail)
    elif (agent := speaks_for_the_desk(batch, arrival)) is not None:
        open_for_somebody(batch, row, arrival, decision, agent)
    else:
        open_request(batch, row, arrival, decision, twins)


def _new_requests(arrivals: Sequence[Arrival]) -> int:
    """So many ticket numbers a batch can need at most."""
    return sum(arrival.letter.kind not in REPORTS or arrival.ruling is not None for arrival in arrivals)


def _keep_files(shop: Workshop, org: int, arrivals: Sequence[Arrival]) -> None:
    """Files go to the blob store before the rows that name them are there for others. Those of a mail on the shelf wait
    in it. What is left over after a crash harms nobody.
    """
    shop.blobs.put_all(org, [file.content for arrival in arrivals for file in arrival.letter.files])
