"""Tickets as a desk of some years has them: who asks for what, what is said, how it ends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from mailgate.bench.invented.office import Desk, Office
from mailgate.bench.invented.people import Invented, body, subject

YEARS = timedelta(days=730)
_WEEK, _MONTH = timedelta(days=7), timedelta(days=30)
_STATUSES = ("new", "open", "pending", "on_hold", "resolved", "closed")
_FRESH, _RECENT, _OLD = (30, 32, 20, 4, 12, 2), (2, 14, 18, 6, 44, 16), (0, 1, 2, 1, 6, 90)
_PRIORITIES, _PRIORITY_SHARES = ("low", "normal", "high", "urgent"), (12, 70, 14, 4)
_TAGS = ("vip", "refund", "bug", "spring-sale", "contract", "training", "urgent-call", "second-line", "translation")
_NOTES = (
    "Called back, nobody answered. Will try again tomorrow.",
    "Same as what the warehouse reported last week, see there.",
    "Accounting has confirmed it.",
)
_WORKDAYS, _OPENS, _CLOSES = 5, 7, 19


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message of a ticket."""

    direction: str
    at: datetime
    text: str
    spans: str
    agent: Desk | None = None


@dataclass(frozen=True, slots=True)
class Invention:
    """One ticket, before it has ids."""

    subject: str
    category: str
    status: str
    priority: str
    team: Desk
    mailbox: Desk
    assignee: Desk | None
    tags: tuple[str, ...]
    said: list[Spoken]

    @property
    def updated_at(self) -> datetime:
        return self.said[-1].at


def opening_times(chance: Random, count: int, now: datetime) -> list[datetime]:
    """When tickets came in over two years, oldest first: mostly by day, mostly on working days."""
    return sorted(_moment(chance, now) for _ in range(count))


def lengths(chance: Random, tickets: int, messages: int) -> list[int]:
    """How many messages each ticket has: at least one, most a few, some many; exactly `messages` in all."""
    found = [1] * tickets
    place = 0
    for _ in range(messages - tickets):
        if chance.random() < 0.6:  # noqa: PLR2004 - a conversation that goes on
            place = chance.randrange(tickets)
        found[place] += 1
    return found


def invent_ticket(chance: Random, who: Invented, office: Office, at: datetime, length: int, now: datetime) -> Invention:
    """What became of a request of this age."""
    category, line = subject(chance, who.tongue)
    age = now - at
    shares = _FRESH if age < _WEEK else _RECENT if age < _MONTH else _OLD
    status = chance.choices(_STATUSES, shares)[0]
    assignee = None if status == "new" else chance.choice(office.agents)
    return Invention(
        subject=line,
        category=category,
        status=status,
        priority=chance.choices(_PRIORITIES, _PRIORITY_SHARES)[0],
        team=chance.choice(office.teams),
        mailbox=chance.choice(office.mailboxes),
        assignee=assignee,
        tags=tuple(chance.sample(_TAGS, chance.choices((0, 1, 2), (60, 30, 10))[0])),
        said=_conversation(chance, who, assignee, at, length, now),
    )


def _conversation(
    chance: Random, who: Invented, assignee: Desk | None, at: datetime, length: int, now: datetime
) -> list[Spoken]:
    """The request, our acknowledgement, then answers and replies by turns, with a note here and there."""
    text = body(chance, who, chance.randint(2, 9))
    said = [Spoken("in", at, text, _spans(text, who))]
    step = min(timedelta(hours=chance.uniform(0.5, 30)), (now - at) / (length + 1))
    for number in range(1, length):
        moment = at + timedelta(seconds=2) if number == 1 else at + step * number
        said.append(_next(chance, who, assignee, moment, number))
    return said


def _next(chance: Random, who: Invented, assignee: Desk | None, at: datetime, number: int) -> Spoken:
    if number == 1:
        return Spoken("system", at, "We have received your message and will come back to you.", "[]")
    if assignee is not None and chance.random() < 0.1:  # noqa: PLR2004 - one in ten
        return Spoken("note", at, chance.choice(_NOTES), "[]", assignee)
    if assignee is not None and number % 2 == 0:
        return Spoken("out", at, chance.choice(who.tongue.answers), "[]", assignee)
    text = body(chance, who, chance.randint(1, 4))
    return Spoken("in", at, text, _spans(text, who))


def _spans(text: str, who: Invented) -> str:
    """The name below is its signature, as reading it would have found."""
    begin = len(text) - len(who.name)
    return json.dumps([[0, begin, "reply"], [begin, len(text), "signature"]])


def _moment(chance: Random, now: datetime) -> datetime:
    while True:
        at = now - YEARS * chance.random()
        if (at.weekday() < _WORKDAYS and _OPENS <= at.hour < _CLOSES) or chance.random() < 0.08:  # noqa: PLR2004
            return at
