"""What rules can know of something that happened on a ticket, looked up for a whole batch, and only what is asked."""

from __future__ import annotations

import email
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from functools import cached_property
from typing import Any

from mailgate.mail import Kind
from mailgate.rules.facts import Facts, Value
from mailgate.rules.fields import HEADER, Needs
from mailgate.sla.calendar import Calendar, time_between
from mailgate.store.agents import agents
from mailgate.store.blobs import Blobs
from mailgate.store.companies import known_of
from mailgate.store.db import Session
from mailgate.store.events import Event
from mailgate.store.fields import values_by_name
from mailgate.store.kept import raw_of
from mailgate.store.messages import Message, files_of, last_letters_in
from mailgate.store.office import categories, mailboxes, teams
from mailgate.store.people import people_by_ids
from mailgate.store.tickets import Ticket, count_requests, tags_of
from mailgate.tickets.change import Named
from mailgate.tickets.history import is_change

_TEXT = 200_000  # characters of a text that are looked at
_HEAD = 100_000  # bytes of a mail that may be its head
_MOST = 1000  # a customer's tickets are counted no further
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_BY = {"token": "application", "rule": "mailgate"}


@dataclass(frozen=True, slots=True)
class Case:
    """Something rules are asked about. `chain`: the rules whose doing it is."""

    ticket: Ticket
    triggers: frozenset[str]
    event: Event | None = None
    message: Message | None = None
    chain: tuple[int, ...] = ()

    @property
    def data(self) -> Mapping[str, Any]:
        return self.event.data if self.event is not None else {}


@dataclass
class Desk:
    """A desk's names for what tickets point to by number, each read when it is first asked for."""

    session: Session
    now: datetime
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    blobs: Blobs | None = None
    addresses: Mapping[int, str] | None = None  # of mailboxes, where somebody has them at hand
    tags: dict[int, list[str]] = field(default_factory=dict)  # of the tickets that were looked at
    listed: set[int] = field(default_factory=set)  # tickets that belong in the digest that is written

    @cached_property
    def mailboxes(self) -> Mapping[int, str]:
        return self.addresses or {row.id: row.address for row in mailboxes(self.session)}

    @cached_property
    def teams(self) -> dict[int, Named]:
        return {row.id: Named(row.id, row.name) for row in teams(self.session)}

    @cached_property
    def categories(self) -> dict[int, Named]:
        return {row.id: Named(row.id, row.name) for row in categories(self.session)}

    @cached_property
    def agents(self) -> dict[int, tuple[Named, str]]:
        """Everybody who works here, and their address."""
        return {row.id: (Named(row.id, row.name), row.email) for row in agents(self.session)}

    @cached_property
    def open_now(self) -> tuple[str, ...]:
        """The calendars by which somebody is at work."""
        moment = timedelta(seconds=1)
        return tuple(name for name, one in self.calendars.items() if time_between(one, self.now, self.now + moment))


def chain_of(data: Mapping[str, Any]) -> tuple[int, ...]:
    """The rules whose doing an event is."""
    return tuple(int(each) for each in data.get("rules", ()))


def facts_of(desk: Desk, cases: Sequence[Case], needed: Collection[Needs]) -> list[Facts]:
    """What is known of each case."""
    looked = _Looked(desk, cases, needed)
    return [Facts(_ticket(desk, case) | looked.up(case)) for case in cases]


def _ticket(desk: Desk, case: Case) -> dict[str, Value]:
    ticket, data = case.ticket, case.data
    return {
        "subject": ticket.subject,
        "status": ticket.status,
        "priority": ticket.priority,
        "escalation": ticket.escalation,
        "mailbox": desk.mailboxes.get(ticket.mailbox_id),
        "assignee": _named(desk.agents.get(ticket.assignee_id, _NOBODY)[1]) if ticket.assignee_id else None,
        "team": _named(desk.teams.get(ticket.team_id, _NOTHING).name) if ticket.team_id else None,
        "category": _named(desk.categories.get(ticket.category_id, _NOTHING).name) if ticket.category_id else None,
        "channel": ticket.channel,
        "language": ticket.language,
        "customer": ticket.requester_address,
        "company": ticket.requester_address.rpartition("@")[2],
        "messages": ticket.message_count,
        "reopened": ticket.reopen_count,
        "age": (desk.now - ticket.created_at) // timedelta(hours=1),
        "status_before": _before(data, "status"),
        "priority_before": _before(data, "priority"),
        "answered": "yes" if ticket.first_response_at is not None else "no",
        "turn": turn_of(ticket),
        "rating": str(data["rating"][1]) if "rating" in data else None,
        "promise": str(data["goal"]) if "goal" in data else None,
    }


_NOTHING = Named(0, "")
_NOBODY = (_NOTHING, "")


def _named(name: str) -> str | None:
    return name or None


class _Looked:
    """What had to be looked up for a batch of cases."""

    def __init__(self, desk: Desk, cases: Sequence[Case], needed: Collection[Needs]) -> None:
        session, ids = desk.session, {case.ticket.id for case in cases}
        self._desk, self._needed = desk, needed
        self._messages: dict[int, Message] = {}
        if _OF_MESSAGES & set(needed):
            self._messages = last_letters_in(session, {case.ticket.id for case in cases if case.message is None})
        said = [message for case in cases if (message := self._message(case)) is not None]
        if Needs.TAGS in needed:
            desk.tags |= tags_of(session, ids - desk.tags.keys())  # those that were changed since are known
        self._files = files_of(session, [message.id for message in said]) if Needs.FILES in needed else {}
        people = {case.ticket.requester_id for case in cases}
        self._people = people_by_ids(session, people) if Needs.PERSON in needed else {}
        self._fields = values_by_name(session, ids) if Needs.FIELDS in needed else {}
        self._known = known_of(session, ids) if Needs.PROPERTIES in needed else {}
        self._counts = count_requests(session, people, _LONG_AGO, _MOST) if Needs.EARLIER in needed else {}
        self._heads = _heads(desk, said) if Needs.HEADERS in needed else {}

    def up(self, case: Case) -> dict[str, Value]:
        ticket, found = case.ticket, dict[str, Value]()
        if (message := self._message(case)) is not None:
            found |= _message(ticket, message) | self._heads.get(message.kept_id or 0, {})
            found["files"] = tuple(file.name for file in self._files.get(message.id, ()) if not file.inline)
        elif Needs.MESSAGE in self._needed:
            found["words"] = ticket.subject
        if case.event is not None and case.message is None:
            found["by"] = _BY.get(case.event.actor, case.event.actor)
        if Needs.TAGS in self._needed:
            found["tags"] = tuple(self._desk.tags[ticket.id])
        if (person := self._people.get(ticket.requester_id)) is not None:
            found |= {"customer_name": person.name, "customer_language": person.language, "region": person.region}
        found |= self._fields.get(ticket.id, {})
        if (known := self._known.get(ticket.id)) is not None:
            found |= known.by_name | {"company_name": known.company}
        if Needs.EARLIER in self._needed:
            found["earlier"] = max(self._counts.get(ticket.requester_id, 0) - 1, 0)
        if Needs.HOURS in self._needed:
            found["hours"] = self._desk.open_now
        return found

    def _message(self, case: Case) -> Message | None:
        return case.message or self._messages.get(case.ticket.id)


_OF_MESSAGES = frozenset({Needs.MESSAGE, Needs.FILES, Needs.HEADERS})


def turn_of(ticket: Ticket) -> str | None:
    """Whose turn it is: the customer's while the ticket waits for them, else ours; nobody's when it is done."""
    if ticket.status in ("resolved", "closed"):
        return None
    return "customer" if ticket.status == "pending" else "us"


def _message(ticket: Ticket, message: Message) -> dict[str, Value]:
    words = message.reply[:_TEXT]
    by = "customer" if message.direction == "in" else "agent" if message.agent_id is not None else "application"
    if message.direction == "in" and message.kind != Kind.PERSON:
        by = "machine"
    return {
        "words": f"{message.subject or ticket.subject}\n{words}",
        "text": words,
        "by": "mailgate" if message.direction == "system" else by,
        "direction": message.direction,
        "kind": message.kind if message.direction == "in" else None,
        "trust": message.trust,
        "from": message.author_address,
        "to": tuple(str(address) for address, _ in (*message.to, *message.cc)),
    }


def _heads(desk: Desk, messages: Iterable[Message]) -> dict[int, dict[str, Value]]:
    """The headers of the mails that some messages came as, by the mail."""
    wanted = [message.kept_id for message in messages if message.kept_id is not None]
    found: dict[int, dict[str, Value]] = {}
    for row, kept in raw_of(desk.session, wanted):
        raw = kept
        if raw is None and desk.blobs is not None and row.raw_removed_at is None:
            raw = desk.blobs.get(desk.session.info["org"], row.sha256.hex())
        found[row.id] = _head(raw or b"")
    return found


def _head(raw: bytes) -> dict[str, Value]:
    head = raw[:_HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    found: dict[str, Value] = {}
    for name, value in email.message_from_bytes(head + b"\n\n").raw_items():
        known = found.get(key := f"{HEADER}{name.lower()}")
        words = _decoded(str(value))
        found[key] = f"{known}\n{words}" if known else words
    return found


def _decoded(value: str) -> str:
    plain = " ".join(value.encode("utf-8", "surrogateescape").decode("utf-8", "replace").split())
    try:
        return str(make_header(decode_header(plain)))
    except (LookupError, ValueError, UnicodeError):
        return plain  # a charset nobody knows: as it stands


def _before(data: Mapping[str, Any], name: str) -> str | None:
    return str(data[name][0]) if is_change(data.get(name)) and data[name][0] is not None else None
