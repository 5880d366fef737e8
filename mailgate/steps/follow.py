"""Step two: what follows from an event is written in the transaction that strikes it off the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from mailgate import clock
from mailgate.compose.about import ABOUT
from mailgate.compose.sign import signed
from mailgate.errors import Permanent
from mailgate.failpoints import point
from mailgate.mail import Draft, Task
from mailgate.office.links import conversation_link
from mailgate.steps.dress import write_own
from mailgate.steps.enclosed import Known, enclosed_aside, enclosed_with, known_of
from mailgate.steps.following import Following, following_of
from mailgate.steps.rule_clock import set_rule_timers
from mailgate.steps.ruling import apply_rules
from mailgate.steps.telling import Telling, acknowledging, tellings
from mailgate.steps.timing import write_times
from mailgate.steps.workshop import Workshop
from mailgate.store.base import reserve, take_ids, write, write_plain
from mailgate.store.events import Event, events_by_ids, take_followed
from mailgate.store.locks import lock_names
from mailgate.store.messages import Message, message_by_id
from mailgate.store.office import Mailbox
from mailgate.store.outbox import OutboxCopy, WrittenLetter, acknowledged_since, acknowledgements_since
from mailgate.store.people import failing
from mailgate.store.sides import said_aside, sides_by_ids
from mailgate.store.tickets import Ticket
from mailgate.tickets.history import MAILGATE, record
from mailgate.tickets.route import want_agents
from mailgate.tickets.said import Said, say
from mailgate.tickets.tasks import acknowledgement, agents_answer, forwarded, private_link, return_path

_WRITTEN = {"answered", "forwarded"}  # by agents
_DAY, _HOUR = timedelta(hours=24), timedelta(hours=1)


def follow(shop: Workshop, org: int, event_ids: Sequence[int]) -> int:
    """Follow a batch of events; returns how many copies wait to be sent."""
    with shop.database.desk(org) as session:
        mine = take_followed(session, event_ids)
        point("follow.after_taking")
        events = events_by_ids(session, mine)
        count = len(events)
        answers = sum(event.kind == "answered" for event in events)
        reserve(session, messages=count, events=count, written_letters=count, outbox=count, tokens=answers)
        batch = following_of(session, shop, events, clock.now())
        organisation, now = batch.organisation, batch.now
        if organisation.rule_triggers:
            addresses = {mailbox.id: mailbox.address for mailbox in batch.mailboxes.values()}
            apply_rules(session, shop.rules, shop.blobs, events, batch.tickets, batch.messages, now, addresses)
        _acknowledge(batch, [event for event in events if event.kind == "opened"])
        known = known_of(session, [batch.messages[event.message_id or 0] for event in events if event.kind in _WRITTEN])
        for event in events:
            if event.kind == "answered":
                _answer(batch, event, known)
            elif event.kind == "forwarded":
                _forward(batch, event, known)
            elif event.kind == "link_asked":
                _mail_link(batch, event)
            for telling in tellings(batch, event):
                _tell(batch, event, telling)
        if organisation.is_routed:
            opened = [event for event in events if event.kind == "opened" and "imported" not in event.data]
            want_agents([batch.tickets[event.ticket_id] for event in opened], batch.now)
        _set_times(batch)
        point("follow.before_commit")
    point("follow.after_commit")
    if organisation.is_routed:
        shop.bell.ring("route_tickets")
    return batch.written


def _set_times(batch: Following) -> None:
    """When somebody has to look at these tickets again: for their promises, and for rules that wait."""
    if "time" in batch.organisation.rule_triggers:
        rules = batch.shop.rules.rules(batch.session, batch.now)
        set_rule_timers(batch.session, rules, batch.tickets.values(), batch.now)
    if batch.organisation.is_timed:
        write_times(batch.session, batch.tickets.values(), batch.promised)


def _acknowledge(batch: Following, opened: Sequence[Event]) -> None:
    """Each new request by mail gets one automatic answer, unless there is a reason against it, which is then told."""
    by_mail = [event for event in opened if batch.tickets[event.ticket_id].channel == "mail"]
    answerable = [event for event in by_mail if not event.data.get("unanswerable")]
    for event in by_mail:
        if event.data.get("unanswerable"):
            _say_why_not(batch, event, event.data["unanswerable"])
    if not answerable:
        return
    # Two workers must not each count five letters to one sender: whoever counts, counts alone.
    lock_names(batch.session, {f"acks:{batch.tickets[event.ticket_id].requester_address}" for event in answerable})
    counts = _counts(batch, answerable)
    dead = failing(batch.session, {batch.tickets[event.ticket_id].requester_address for event in answerable})
    hour = _this_hour(batch)
    for event in answerable:
        ticket = batch.tickets[event.ticket_id]
        key = (ticket.mailbox_id, ticket.requester_address)
        cap = batch.shop.ack_per_sender
        if (since := dead.get(ticket.requester_address)) is not None:
            _say_why_not(batch, event, [f"Letters to {ticket.requester_address} come back since {since:%Y-%m-%d}."])
            continue
        if cap and counts.get(key, 0) >= cap:
            _say_why_not(batch, event, [f"{ticket.requester_address} was sent {cap} automatic answers within a day."])
            continue
        if (chosen := acknowledging(batch, ticket, event.at)) is None:
            _say_why_not(batch, event, ["The letter “Received” is switched off."])
            continue
        counts[key] = counts.get(key, 0) + 1
        hour += 1
        is_flood = bool(batch.shop.ack_per_hour) and hour > batch.shop.ack_per_hour
        first = batch.messages[event.message_id or 0]
        _write_acknowledgement(batch, ticket, first, *chosen, held=is_flood)


def _counts(batch: Following, events: Sequence[Event]) -> dict[tuple[int, str], int]:
    if not batch.shop.ack_per_sender:
        return {}
    wanted: dict[int, set[str]] = {}
    for event in events:
        ticket = batch.tickets[event.ticket_id]
        wanted.setdefault(ticket.mailbox_id, set()).add(ticket.requester_address)
    return {
        (mailbox_id, address): count
        for mailbox_id, addresses in wanted.items()
        for address, count in acknowledged_since(batch.session, mailbox_id, addresses, batch.now - _DAY).items()
    }


def _this_hour(batch: Following) -> int:
    cap = batch.shop.ack_per_hour
    return acknowledgements_since(batch.session, batch.now - _HOUR, cap) if cap else 0


def _write_acknowledgement(
    batch: Following, ticket: Ticket, first: Message, letter: str, opens: datetime | None, *, held: bool
) -> None:
    mailbox = batch.mailboxes[ticket.mailbox_id]
    status_url = f"{batch.shop.public_url}/status?number={quote(ticket.number)}"
    task = acknowledgement(
        batch.organisation, mailbox, ticket, first, batch.shop.marks, batch.now, status_url=status_url
    )
    if opens is not None:
        task = replace(task, letter=letter, variables={**task.variables, "opens": opens.isoformat()})
    if (draft := _write(batch, ticket, task)) is None:
        return
    message = _said(batch, ticket, task, draft)
    _put_out(batch, ticket, mailbox, message, task, draft, held_for="breaker" if held else None)
    record(batch.session, ticket, "acknowledged", MAILGATE, batch.now, message=message)


def _said(batch: Following, ticket: Ticket, task: Task, draft: Draft) -> Message:
    """A letter of Mailgate's own as it stands on its ticket."""
    said = Said(
        direction="system",
        kind=task.letter,
        channel="mail",
        author=batch.mailboxes[ticket.mailbox_id].name,
        to=task.to,
        subject=draft.subject,
        text=draft.text,
        message_id=task.message_id,
    )
    return say(batch.session, ticket, said, batch.now)


def _write(batch: Following, ticket: Ticket, task: Task, message: Message | None = None) -> Draft | None:
    """The letter; or None where it can never be written, e.g. to an odd address, which the ticket then tells."""
    key = batch.keys.get(task.sender.address.rpartition("@")[2])
    try:
        draft = write_own(batch.session, batch.letters, task, ticket.mailbox_id, ticket.category_id, batch.now)
        return replace(draft, raw=signed(draft.raw, key)) if key else draft
    except Permanent as error:
        data: dict[str, Any] = {"recipient": ", ".join(person.address for person in task.to), "answer": str(error)}
        data |= {"of_message": message.id} if message is not None else {}
        record(batch.session, ticket, "not_sent", MAILGATE, batch.now, data=data)
        ticket.is_unread = True
        return None


def _say_why_not(batch: Following, event: Event, reasons: Sequence[str]) -> None:
    ticket = batch.tickets[event.ticket_id]
    record(batch.session, ticket, "not_acknowledged", MAILGATE, batch.now, data={"reasons": list(reasons)})


def _answer(batch: Following, event: Event, known: Known) -> None:
    """Write an agent's answer, a copy for each of the recipients fixed when they pressed send."""
    ticket, answer = batch.tickets[event.ticket_id], batch.messages[event.message_id or 0]
    mailbox = batch.mailboxes[ticket.mailbox_id]
    task = agents_answer(
        batch.organisation,
        mailbox,
        ticket,
        answer,
        known.letter_ids[ticket.id],
        known.last_in.get(ticket.id),
        batch.shop.marks,
        status_url=_link_in(batch, ticket, answer),
        enclosed=enclosed_with(batch.session, batch.shop, batch.organisation, mailbox, answer, known),
    )
    if (draft := _write(batch, ticket, task, answer)) is not None:
        _put_out(batch, ticket, mailbox, answer, task, draft)


def _forward(batch: Following, event: Event, known: Known) -> None:
    """Write an agent's letter to a third party."""
    ticket, letter = batch.tickets[event.ticket_id], batch.messages[event.message_id or 0]
    mailbox = batch.mailboxes[ticket.mailbox_id]
    side = sides_by_ids(batch.session, [letter.side_id or 0])[letter.side_id or 0]
    earlier = [each for each in said_aside(batch.session, side.id) if (each.at, each.id) < (letter.at, letter.id)]
    passed_on = message_by_id(batch.session, event.data.get("passed_on") or 0)
    task = forwarded(
        batch.organisation, mailbox, side, letter, earlier, batch.shop.marks,
        enclosed=enclosed_aside(batch.session, batch.shop, batch.organisation, mailbox, letter, passed_on, known),
    )  # fmt: skip
    if (draft := _write(batch, ticket, task)) is not None:
        _put_out(batch, ticket, mailbox, letter, task, draft)


def _link_in(batch: Following, ticket: Ticket, answer: Message) -> str:
    """The requester's private link; but where others read along, only where to look up: the link speaks as them."""
    if answer.cc:
        return f"{batch.shop.public_url}/status?number={quote(ticket.number)}"
    return conversation_link(batch.session, ticket, batch.now, batch.shop.public_url)


def _mail_link(batch: Following, event: Event) -> None:
    """Write the private link to the requester. It is no message of the ticket: nobody else may see it."""
    ticket = batch.tickets[event.ticket_id]
    mailbox = batch.mailboxes[ticket.mailbox_id]
    link = conversation_link(batch.session, ticket, batch.now, batch.shop.public_url)
    task = private_link(batch.organisation, mailbox, ticket, batch.shop.marks, batch.now, status_url=link)
    if (draft := _write(batch, ticket, task)) is not None:
        _put_out(batch, ticket, mailbox, None, task, draft)


def _tell(batch: Following, event: Event, telling: Telling) -> None:
    """Write to somebody whom an event concerns. What the customer is told stands on the ticket."""
    ticket, task = batch.tickets[event.ticket_id], telling.task
    if (draft := _write(batch, ticket, task)) is None:
        return
    message = _said(batch, ticket, task, draft) if telling.to_customer else None
    _put_out(batch, ticket, batch.mailboxes[ticket.mailbox_id], message, task, draft)
    if message is not None:
        data = {"letter": ABOUT[task.letter].title}
        record(batch.session, ticket, "customer_told", MAILGATE, batch.now, message=message, data=data)


def _put_out(
    batch: Following,
    ticket: Ticket,
    mailbox: Mailbox,
    message: Message | None,
    task: Task,
    draft: Draft,
    *,
    held_for: str | None = None,
) -> None:
    """One written letter, one outbox copy per recipient."""
    written_id = write(
        batch.session,
        WrittenLetter,
        mailbox_id=mailbox.id,
        message_id=message and message.id,
        letter=task.letter,
        version_id=draft.version_id,
        header_id=task.message_id,
        subject=draft.subject,
        raw=draft.raw,
        created_at=batch.now,
    )
    leaves_at = message.leaves_at if message is not None else None
    for address in dict.fromkeys(person.address for person in (*task.to, *task.cc)):
        (copy_id,) = take_ids(batch.session, OutboxCopy, 1)
        is_automatic = task.automatic is not None
        write_plain(
            batch.session,
            OutboxCopy,
            id=copy_id,
            written_id=written_id,
            mailbox_id=mailbox.id,
            ticket_id=ticket.id,
            letter=task.letter,
            sender="" if is_automatic else return_path(batch.organisation.id, mailbox, copy_id, batch.shop.marks),
            recipient=address,
            state="held" if held_for else "waiting",
            held_for=held_for,
            next_try=max(batch.now, leaves_at or batch.now),
            unless_written_since=message.at if message is not None and leaves_at is not None else None,
            created_at=batch.now,
        )
        batch.written += 1
