"""What today's rules, lists and settings would decide on mail that was filed before. Nothing is changed by asking.

The same questions in the same order as `steps.file`, asked of a transaction that cannot write. The verdict on a
sender is that of then, since names and keys have changed meanwhile; limits on how often somebody asks are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailgate import clock
from mailgate.mail import Cause
from mailgate.steps.batch import Batch
from mailgate.steps.file import REPORTS
from mailgate.steps.requests import RECENT, why_not_open
from mailgate.steps.several_mailboxes import Twins
from mailgate.steps.unwanted import senders_of, why_unwanted
from mailgate.steps.workshop import Workshop
from mailgate.store.db import Session
from mailgate.store.kept import KeptMail, already_read
from mailgate.store.messages import Known, trimmed
from mailgate.store.office import mailboxes
from mailgate.store.organisations import own
from mailgate.store.people import people_by_address
from mailgate.store.senders import rules_for
from mailgate.store.tickets import by_ids, recent_requests
from mailgate.thread.arrival import Arrival
from mailgate.thread.decide import decide
from mailgate.thread.evidence import gather
from mailgate.thread.own import own_mail

_EARLIER_REFERENCE = "referred to by an earlier letter"


@dataclass(frozen=True, slots=True)
class Ending:
    """What becomes of a mail: its outcome, why it is held, the number of its ticket."""

    outcome: str
    cause: str | None = None
    ticket: str | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, (self.outcome, f"({self.cause})" if self.cause else "", self.ticket)))


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A mail that would end otherwise today."""

    mail: KeptMail
    was: Ending
    would_be: Ending
    why: str


def is_open_to_rules(mail: KeptMail) -> bool:
    """Whether rules decided on it, not a person, the hour's limit or an earlier delivery; and its bytes are there."""
    by_rules = mail.ruling is None and mail.outcome not in ("duplicate", None) and mail.cause != Cause.OVER_LIMITS
    return by_rules and mail.raw_removed_at is None


def foresee(session: Session, shop: Workshop, org: int, read: Sequence[tuple[KeptMail, Arrival]]) -> list[Foreseen]:
    """Which of these mails would end otherwise today, and why."""
    batch = _prepare(session, shop, org, read)
    found = []
    for mail, arrival in read:
        was, (would_be, why) = _ended(batch, mail), _would_end(batch, mail, arrival)
        if was != would_be:
            found.append(Foreseen(mail, was, would_be, why))
    return found


def _prepare(session: Session, shop: Workshop, org: int, read: Sequence[tuple[KeptMail, Arrival]]) -> Batch:
    arrivals = [arrival for _, arrival in read]
    organisation = own(session)
    evidence = gather(session, org, shop.marks, organisation.number_format, arrivals, lock=False)
    wanted = {mail.ticket_id for mail, _ in read if mail.ticket_id is not None} - evidence.tickets.keys()
    evidence.tickets |= by_ids(session, wanted)
    gone_on = {ticket.merged_into_id for ticket in evidence.tickets.values() if ticket.merged_into_id is not None}
    evidence.tickets |= by_ids(session, gone_on - evidence.tickets.keys())
    read_before: dict[bytes, list[KeptMail]] = {}
    for kept in already_read(session, [arrival.same for arrival in arrivals]):
        read_before.setdefault(kept.same or b"", []).append(kept)
    return Batch(
        session,
        shop,
        organisation,
        {mailbox.id: mailbox for mailbox in mailboxes(session)},
        evidence,
        people_by_address(session, [arrival.author.address.lower() for arrival in arrivals]),
        read_before,
        {},
        Counter(),
        rules_for(session, [sender for arrival in arrivals for sender in senders_of(arrival)]),
        [],
        clock.now(),
    )


def _ended(batch: Batch, mail: KeptMail) -> Ending:
    """What became of it; a ticket that was merged counts as the one it goes on in."""
    ticket = batch.evidence.tickets.get(mail.ticket_id) if mail.ticket_id is not None else None
    is_filed = mail.outcome in ("opened", "appended")
    number = batch.evidence.goes_on_in(ticket).number if ticket is not None and is_filed else None
    return Ending(mail.outcome or mail.state, mail.cause, number if mail.outcome == "appended" else None)


def _would_end(batch: Batch, mail: KeptMail, arrival: Arrival) -> tuple[Ending, str]:
    letter, shop = arrival.letter, batch.shop
    if letter.message_id and shop.marks.is_check_id(letter.message_id):
        return Ending("discarded"), "It only checked the mailbox."
    addresses = {mailbox.address for mailbox in batch.mailboxes.values()}
    circle = own_mail(arrival, batch.organisation.id, shop.marks, addresses)
    if arrival.refused is not None:
        return Ending("held", Cause.HOSTILE), arrival.refused
    if letter.kind in REPORTS:
        return Ending(REPORTS[letter.kind]), " ".join(letter.reasons)
    if circle is not None:
        return Ending("held", circle.cause), circle.reason
    return _would_be_filed(batch, mail, arrival)


def _would_be_filed(batch: Batch, mail: KeptMail, arrival: Arrival) -> tuple[Ending, str]:
    batch.now = when = mail.dated or mail.received_at
    earlier = [kept for kept in batch.read_before.get(arrival.same, ()) if kept.id < mail.id]
    twins = Twins(None, tuple(kept for kept in earlier if kept.mailbox_id != mail.mailbox_id and kept.ticket_id))
    mine = (mail.ticket_id,) if mail.outcome == "opened" and mail.ticket_id is not None else ()
    _forget_itself(batch, mail, arrival)
    decision = decide(batch.evidence, arrival, when, batch.shop.reopen_days, (*twins.opened, *mine))
    if (unwanted := why_unwanted(batch, arrival, decision)) is not None:
        return Ending("held" if unwanted.cause else "discarded", unwanted.cause), unwanted.reason
    if decision.cause is not None:
        return Ending("held", decision.cause), decision.reason
    if twins.copy_of(decision, arrival) is not None:
        return Ending("duplicate"), "The same mail came to another mailbox, too: one ticket has it."
    if decision.ticket is not None:
        return Ending("appended", None, decision.ticket.number), decision.reason
    _recall(batch, arrival, when)
    if (stopped := why_not_open(batch, mail, arrival)) is not None:
        return Ending("held", stopped.cause), stopped.reason
    return Ending("opened"), decision.reason


def _forget_itself(batch: Batch, mail: KeptMail, arrival: Arrival) -> None:
    """A letter found by another that had referred to it now bears that id itself, which it did not when it was read."""
    if not any(signal == _EARLIER_REFERENCE for signal, _, _ in mail.trail) or mail.ticket_id is None:
        return
    leads = batch.evidence.by_message_id.get(trimmed(arrival.letter.message_id or ""), [])
    leads[:] = [lead._replace(is_own=False) if lead == Known(mail.ticket_id, is_own=True) else lead for lead in leads]


def _recall(batch: Batch, arrival: Arrival, when: datetime) -> None:
    """What the sender had asked for by then."""
    person = batch.people.get(arrival.author.address.lower())
    if person is not None:
        batch.recent = recent_requests(batch.session, [person.id], when - RECENT, before=when)


def with_verdict_of(arrival: Arrival, mail: KeptMail) -> Arrival:
    """The sender was judged when the mail came."""
    verdict = replace(arrival.verdict, result=mail.trust or "none", reasons=tuple(map(str, mail.trust_reasons)))
    return replace(arrival, verdict=verdict)
