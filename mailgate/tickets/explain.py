"""Explain a mail or a ticket: what happened, in order, and why, as values that pages and commands show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailgate.rules.words import label_of
from mailgate.sla.policy import Policy
from mailgate.store.db import Session
from mailgate.store.events import Event, history_of
from mailgate.store.kept import KeptMail, kept_by_id, kept_by_message_id, kept_of_ticket
from mailgate.store.messages import Message, thread_of
from mailgate.store.outbox import OutboxCopy, copies_of_messages
from mailgate.store.rules import RuleRun, runs_of_ticket
from mailgate.store.tickets import Ticket, by_id, by_number
from mailgate.tickets import in_words
from mailgate.tickets.promised import Promise, promises_for
from mailgate.tokens import Marks

_TRUST = {"pass": "Yes.", "fail": "No: it fails the rules of its sender's domain.", "none": "No."}


@dataclass(frozen=True, slots=True)
class Looked:
    """A signal that was looked at; `state` is decisive, refused or "" (looked at, led nowhere)."""

    signal: str
    value: str
    result: str
    state: str


@dataclass(frozen=True, slots=True)
class MailTold:
    """One mail: how it came, what was looked at, what became of it and why."""

    kept_id: int
    at: datetime
    title: str
    came: str
    outcome: str
    reasons: tuple[str, ...]
    ticket: str | None
    looked: tuple[Looked, ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a ticket, with what became of the letter it wrote."""

    at: datetime
    kind: str
    what: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ruled:
    """A rule that acted: the version it was, and what it saw and did."""

    at: datetime
    rule: str
    version: int
    saw: tuple[tuple[str, str], ...]
    did: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A whole explanation."""

    about: str
    subject: str
    mails: tuple[MailTold, ...]
    history: tuple[Happening, ...]
    promises: tuple[Promise, ...] = ()
    rules: tuple[Ruled, ...] = ()


def explain(session: Session, marks: Marks, reference: str, policies: Sequence[Policy], now: datetime) -> list[Told]:
    """Whatever a ticket's number, a Message-ID or a KEPT-ID leads to; nothing where it leads nowhere."""
    wanted = reference.strip().strip("[]<>#").removeprefix("#")
    found: list[Told] = []
    if (ticket := by_number(session, wanted)) is not None:
        found.append(explain_ticket(session, ticket, policies, now))
    if wanted.isascii() and wanted.isdigit() and (kept := kept_by_id(session, int(wanted[:18]))) is not None:
        found.append(explain_mail(session, kept))
    found += [explain_mail(session, kept) for kept in kept_by_message_id(session, wanted)]
    own = marks.read_message_id(session.info["org"], wanted) if not found else None
    if own is not None and (ticket := by_id(session, own)) is not None:
        found.append(explain_ticket(session, ticket, policies, now))
    return found


def explain_ticket(session: Session, ticket: Ticket, policies: Sequence[Policy], now: datetime) -> Told:
    """Every mail that has to do with a ticket, everything that happened to it, and what is promised for it."""
    thread = {message.id: message for message in thread_of(session, ticket.id)}
    mails = [_told(kept, ticket, thread.values()) for kept in kept_of_ticket(session, ticket.id)]
    history = _history(session, history_of(session, ticket.id), thread)
    promised = promises_for(session, ticket, policies, now)
    rules = tuple(_ruled(run) for run in runs_of_ticket(session, ticket.id))
    return Told(f"Ticket {ticket.number}", ticket.subject, tuple(mails), history, tuple(promised), rules)


def explain_mail(session: Session, kept: KeptMail) -> Told:
    """One mail, and what followed from it."""
    ticket = by_id(session, kept.ticket_id) if kept.ticket_id is not None else None
    thread = {message.id: message for message in thread_of(session, ticket.id)} if ticket is not None else {}
    events = history_of(session, ticket.id) if ticket is not None else []
    mine = {message.id for message in thread.values() if message.kept_id == kept.id}
    followed = [event for event in events if event.message_id in mine or _follows(kept, event)]
    mail = _told(kept, ticket, thread.values())
    return Told(f"Mail {kept.id}", kept.subject or "", (mail,), _history(session, followed, thread))


def _ruled(run: RuleRun) -> Ruled:
    saw = tuple((label_of(name), str(value)) for name, value in run.saw.items())
    return Ruled(run.at, run.rule_name, run.version, saw, tuple(map(str, run.did)))


def _follows(kept: KeptMail, event: Event) -> bool:
    """Whether an event is about the automatic answer to the mail that opened the ticket."""
    return kept.outcome == "opened" and event.kind in ("acknowledged", "not_acknowledged")


def _told(kept: KeptMail, ticket: Ticket | None, thread: Iterable[Message]) -> MailTold:
    message = next((message for message in thread if message.kept_id == kept.id), None)
    number = ticket.number if ticket is not None else None
    return MailTold(
        kept_id=kept.id,
        at=kept.received_at,
        title=f"{message.author} wrote" if message is not None and message.author else f"Mail {kept.id}",
        came=in_words.came(kept),
        outcome=in_words.outcome(kept, number),
        reasons=tuple(str(reason) for reason in kept.reasons),
        ticket=number,
        looked=_looked(kept),
        facts=tuple(_facts(kept, message)),
    )


def _looked(kept: KeptMail) -> tuple[Looked, ...]:
    """The signals in the order they were tried. The last authority that said yes decided; one that said no refused."""
    trail = [(str(signal), str(value), str(result)) for signal, value, result in kept.trail]
    last = len(trail) - 1
    return tuple(
        Looked(signal, value, result, _weight(signal, is_decisive=kept.outcome == "appended" and place == last))
        for place, (signal, value, result) in enumerate(trail)
    )


def _weight(signal: str, *, is_decisive: bool) -> str:
    if signal != "authority":
        return ""
    return "decisive" if is_decisive else "refused"


def _facts(kept: KeptMail, message: Message | None) -> Iterable[tuple[str, str]]:
    if kept.cause:
        yield "Held for", in_words.CAUSES.get(kept.cause, kept.cause)
    if kept.message_id:
        yield "Message-ID", kept.message_id
    if message is not None:
        yield "Read as", in_words.KINDS.get(message.kind, message.kind)
    if kept.trust is not None:
        yield "Sender verified", " ".join([_TRUST[kept.trust], *map(str, kept.trust_reasons)])
    if kept.tries > 1 or kept.last_error:
        yield "Tries", str(kept.tries)
    if kept.last_error:
        yield "Last error", kept.last_error
    if kept.state == "waiting" and kept.claimed_until is not None:
        yield "Next try", f"{kept.claimed_until:%Y-%m-%d %H:%M:%S}"


def _history(session: Session, events: list[Event], thread: dict[int, Message]) -> tuple[Happening, ...]:
    wrote = {event.message_id for event in events if event.message_id in thread}
    copies = copies_of_messages(session, [message_id for message_id in wrote if message_id is not None])
    return tuple(
        Happening(
            event.at,
            event.kind,
            in_words.happened(event),
            (*in_words.details(event.data), *_deliveries(copies.get(event.message_id or 0, []))),
        )
        for event in events
    )


def _deliveries(copies: list[OutboxCopy]) -> list[str]:
    return [in_words.delivery(copy) for copy in copies]
