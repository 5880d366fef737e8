"""A report comes back: find the very copy it speaks of, and say so on its ticket. Without proof it changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from mailgate.mail import BouncedRecipient, Kind
from mailgate.send import is_dead
from mailgate.steps.batch import Batch
from mailgate.store.outbox import OutboxCopy, copies_by_ids, copies_of_letter, newest_copy_to
from mailgate.store.people import mark_failing
from mailgate.store.tickets import by_id
from mailgate.thread.arrival import Arrival
from mailgate.tickets.delivery import FAILING, not_delivered, told_of

_OUT = frozenset({"sending", "sent", "delivered"})
_RECENT = timedelta(days=6)  # a relay gives up after five
_WORDS = 500


class Found(NamedTuple):
    """The copies a report speaks of; `is_own`: it came back to the return path of that one copy."""

    copies: list[OutboxCopy]
    is_own: bool


def file_report(batch: Batch, arrival: Arrival) -> tuple[int | None, list[str]]:
    """The ticket concerned, and what was found."""
    found = _speaks_of(batch, arrival)
    if not found.copies:
        return None, [_nothing_proves_it(batch, arrival)]
    reasons = [_happened(batch, arrival, copy, is_own=found.is_own) for copy in found.copies]
    return found.copies[0].ticket_id, reasons


def _speaks_of(batch: Batch, arrival: Arrival) -> Found:
    """By the mark in our return path; else by our own Message-ID, which also carries one, and the recipient."""
    marks, org = batch.shop.marks, batch.organisation.id
    for address in arrival.recipients:
        mark = address.rpartition("@")[0].partition("+")[2]
        copy_id = marks.read_bounce(org, mark) if mark else None
        if copy_id is not None:
            return Found(list(copies_by_ids(batch.session, [copy_id]).values()), is_own=True)
    bounce = arrival.letter.bounce
    if bounce is None or not bounce.original_message_id:
        return Found([], is_own=False)
    ticket_id = marks.read_message_id(org, bounce.original_message_id)
    copies = copies_of_letter(batch.session, ticket_id, bounce.original_message_id) if ticket_id is not None else []
    named = {recipient.address.lower() for recipient in bounce.recipients}
    meant = [copy for copy in copies if copy.recipient.lower() in named] or (copies if len(copies) == 1 else [])
    return Found(meant, is_own=False)


def _happened(batch: Batch, arrival: Arrival, copy: OutboxCopy, *, is_own: bool) -> str:
    """Write down what a report says of one copy."""
    said = _said_of(copy, arrival)
    words = (said.diagnostic if said is not None and said.diagnostic else arrival.letter.subject)[:_WORDS]
    if arrival.letter.kind == Kind.COMPLAINT:
        told_of(batch.session, copy, "complained", words, batch.now)
        return f"{copy.recipient} complained about the letter."
    action = said.action if said is not None else "failed" if arrival.letter.kind == Kind.BOUNCE else "delayed"
    if copy.state not in _OUT:
        return f"The letter to {copy.recipient} is {copy.state} already."
    if action == "failed":
        return _failed(batch, copy, said, words, is_own=is_own)
    if action == "delayed":
        told_of(batch.session, copy, "delayed", words, batch.now)
        return f"The letter to {copy.recipient} is late, and may still arrive."
    copy.state, copy.answer = "delivered", words
    return f"The letter to {copy.recipient} was delivered."


def _failed(batch: Batch, copy: OutboxCopy, said: BouncedRecipient | None, words: str, *, is_own: bool) -> str:
    copy.state, copy.answer = "bounced", words
    copy.claimed_by = copy.claimed_until = None
    # A Message-ID is the same in all copies of a letter: whoever got one could speak of another's address.
    is_hard = is_own and said is not None and is_dead(said.status, is_reported=True)
    is_marked = is_hard and mark_failing(batch.session, copy.recipient, batch.now)
    not_delivered(batch.session, copy, "bounced", batch.now, note=FAILING if is_marked else None)
    return f"The letter to {copy.recipient} did not arrive."


def _said_of(copy: OutboxCopy, arrival: Arrival) -> BouncedRecipient | None:
    """What the report says of this copy's recipient; of whoever stands behind them, where it names others only."""
    recipients = arrival.letter.bounce.recipients if arrival.letter.bounce is not None else ()
    mine = [one for one in recipients if one.address.lower() == copy.recipient.lower()]
    failed = [one for one in recipients if one.action == "failed"]
    return next(iter([*mine, *failed, *recipients]), None)


def _nothing_proves_it(batch: Batch, arrival: Arrival) -> str:
    """A hint for whoever looks: what it may speak of, by recipient and time."""
    nothing = "Neither a return path of ours nor our Message-ID proves what it speaks of, so it changes nothing."
    recipients = arrival.letter.bounce.recipients if arrival.letter.bounce is not None else ()
    for recipient in recipients[:3]:
        copy = newest_copy_to(batch.session, recipient.address.lower(), batch.now - _RECENT)
        if copy is not None and copy.ticket_id is not None and (ticket := by_id(batch.session, copy.ticket_id)):
            return f"{nothing} Perhaps the letter to {copy.recipient} of {_when(copy)} in {ticket.number}."
    return nothing


def _when(copy: OutboxCopy) -> str:
    moment: datetime = copy.sent_at or copy.created_at
    return f"{moment:%Y-%m-%d %H:%M}"
