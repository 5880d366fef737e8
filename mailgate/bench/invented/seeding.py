"""Fill a database with invented tickets, a few thousand at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from random import Random

from mailgate.bench.invented.office import Office, furnish
from mailgate.bench.invented.people import Invented, invent
from mailgate.bench.invented.tickets import Invention, Spoken, invent_ticket, lengths, opening_times
from mailgate.errors import BadInput
from mailgate.store.db import Database
from mailgate.store.numbers import take_numbers
from mailgate.store.organisations import Organisation
from mailgate.store.seed import (
    AddressRow,
    EventRow,
    MessageRow,
    PersonRow,
    Sheaf,
    Sower,
    TagRow,
    ThreadIdRow,
    TicketRow,
    sower,
)

MESSAGES_PER_TICKET = 3
_AT_ONCE = 2000
_PEOPLE_PER_TICKET = 0.35
_ANSWERED = {"out": "answered", "note": "noted", "in": "customer_wrote", "system": "acknowledged"}
_KINDS = {"out": "answered", "note": "note", "in": "person", "system": "received"}


@dataclass(frozen=True, slots=True)
class Wish:
    """How much to invent."""

    tickets: int
    messages: int
    seed: int

    def __post_init__(self) -> None:
        if self.messages < self.tickets:
            raise BadInput(f"{self.tickets} tickets have at least as many messages: ask for {self.tickets} or more.")


def fill(database: Database, owner_url: str, organisation: Organisation, wish: Wish, now: datetime) -> Iterator[int]:
    """Write the tickets; says after each transaction how many it wrote."""
    chance = Random(wish.seed)  # noqa: S311 - nothing here is secret
    with database.desk(organisation.id) as session:
        office = furnish(session, organisation, now)
    times = opening_times(chance, wish.tickets, now)
    counts = lengths(chance, wish.tickets, wish.messages)
    with sower(owner_url, organisation.id) as writer:
        seeder = Seeder(database, organisation, office, writer, chance, now)
        for start in range(0, wish.tickets, _AT_ONCE):
            end = min(start + _AT_ONCE, wish.tickets)
            seeder.sow(times[start:end], counts[start:end])
            yield end - start
        writer.finish()


class Seeder:
    """Turns inventions into rows."""

    def __init__(
        self,
        database: Database,
        organisation: Organisation,
        office: Office,
        writer: Sower,
        chance: Random,
        now: datetime,
    ) -> None:
        self._database = database
        self._organisation = organisation
        self._office = office
        self._writer = writer
        self._chance = chance
        self._now = now
        self._people: list[tuple[int, Invented]] = []
        self._ids: dict[str, list[int]] = {}

    def sow(self, times: list[datetime], counts: list[int]) -> None:
        """Write tickets opened at these times, with so many messages each."""
        sheaf = Sheaf()
        newcomers = max(1, round(len(times) * _PEOPLE_PER_TICKET))
        self._reserve(len(times), sum(counts), newcomers)
        for _ in range(newcomers):
            self._meet(sheaf, times[0] - timedelta(minutes=1))
        for at, count, number in zip(times, counts, self._numbers(times), strict=True):
            person_id, who = self._chance.choice(self._people)
            invention = invent_ticket(self._chance, who, self._office, at, count, self._now)
            self._file(sheaf, invention, person_id, who, number)
        self._writer.write(sheaf)

    def _reserve(self, tickets: int, messages: int, newcomers: int) -> None:
        """Every id this round can need."""
        wanted = {
            "people": newcomers,
            "addresses": newcomers,
            "tickets": tickets,
            "ticket_tags": 2 * tickets,
            "messages": messages,
            "thread_ids": messages,
            "events": messages + 2 * tickets,
        }
        for table, count in wanted.items():
            left = self._ids.setdefault(table, [])
            if count > len(left):
                left[:0] = reversed(self._writer.ids(table, count - len(left)))

    def _next(self, table: str) -> int:
        return self._ids[table].pop()

    def _numbers(self, times: list[datetime]) -> Iterator[str]:
        """The numbers these tickets would have been given on their days."""
        org, form = self._organisation.id, self._organisation.number_format
        for _, of_day in groupby(times, key=datetime.date):
            moments = list(of_day)
            yield from take_numbers(self._database, org, form, len(moments), moments[0])

    def _meet(self, sheaf: Sheaf, at: datetime) -> None:
        person_id = self._next("people")
        who = invent(self._chance, person_id)
        self._people.append((person_id, who))
        sheaf.people.append(PersonRow(person_id, who.name, who.tongue.code, at))
        sheaf.addresses.append(AddressRow(self._next("addresses"), who.address, person_id, at))

    def _file(self, sheaf: Sheaf, made: Invention, person_id: int, who: Invented, number: str) -> None:
        ticket_id = self._next("tickets")
        domain = who.address.partition("@")[2]
        root = f"seed.{ticket_id}.0@{domain}"
        letters = [said for said in made.said if said.direction in {"in", "out"}]
        answers = [said.at for said in letters if said.direction == "out"]
        is_done = made.status in {"resolved", "closed"}
        sheaf.tickets.append(
            TicketRow(
                id=ticket_id,
                number=number,
                subject=made.subject,
                status=made.status,
                priority=made.priority,
                mailbox_id=made.mailbox.id,
                requester_id=person_id,
                requester_address=who.address,
                assignee_id=made.assignee.id if made.assignee else None,
                team_id=made.team.id,
                category_id=self._office.categories[made.category],
                channel="mail",
                language=who.tongue.code,
                thread_root=root,
                is_unread=made.status == "new",
                message_count=len(letters),
                created_at=made.said[0].at,
                updated_at=made.updated_at,
                last_customer_at=max(said.at for said in letters if said.direction == "in"),
                first_response_at=answers[0] if answers else None,
                resolved_at=made.updated_at if is_done else None,
                closed_at=made.updated_at if made.status == "closed" else None,
            )
        )
        sheaf.ticket_tags += [TagRow(self._next("ticket_tags"), tag, ticket_id) for tag in made.tags]
        for place, said in enumerate(made.said):
            self._say(sheaf, made, who, ticket_id, said, f"seed.{ticket_id}.{place}@{domain}")
        self._conclude(sheaf, made, ticket_id)

    def _say(self, sheaf: Sheaf, made: Invention, who: Invented, ticket_id: int, said: Spoken, header_id: str) -> None:
        """A message, its way back to the ticket, and its event."""
        message_id = self._next("messages")
        author = who.name if said.direction == "in" else said.agent.name if said.agent else made.mailbox.name
        to = made.mailbox.name if said.direction == "in" else who.address
        is_note = said.direction == "note"
        sheaf.messages.append(
            MessageRow(
                id=message_id,
                ticket_id=ticket_id,
                direction=said.direction,
                kind=_KINDS[said.direction],
                channel="mail" if said.direction in {"in", "system"} else "web",
                at=said.at,
                author=author,
                author_address=who.address if said.direction == "in" else None,
                agent_id=said.agent.id if said.agent else None,
                to="[]" if is_note else json.dumps([[to, ""]]),
                subject=made.subject,
                text=said.text,
                spans=said.spans,
                message_id=None if is_note else header_id,
                trust="none" if said.direction == "in" else None,
            )
        )
        if not is_note:
            sheaf.thread_ids.append(ThreadIdRow(self._next("thread_ids"), header_id, ticket_id, is_own=True))
        is_first = said is made.said[0]
        actor = {"in": "customer", "system": "mailgate"}.get(said.direction, "agent")
        sheaf.events.append(
            EventRow(
                id=self._next("events"),
                ticket_id=ticket_id,
                message_id=message_id,
                kind="opened" if is_first else _ANSWERED[said.direction],
                at=said.at,
                actor=actor,
                actor_name="Mailgate" if actor == "mailgate" else author,
                agent_id=said.agent.id if said.agent else None,
                data="{}",
            )
        )

    def _conclude(self, sheaf: Sheaf, made: Invention, ticket_id: int) -> None:
        """Who took it, and where it stands: the changes an agent made."""
        if made.assignee is None:
            return
        changes = {"assignee": [None, made.assignee.name], "status": ["new", made.status]}
        steps = (
            [changes]
            if made.status != "closed"
            else [changes | {"status": ["new", "resolved"]}, {"status": ["resolved", "closed"]}]
        )
        for step in steps:
            sheaf.events.append(
                EventRow(
                    id=self._next("events"),
                    ticket_id=ticket_id,
                    message_id=None,
                    kind="changed",
                    at=made.updated_at,
                    actor="agent",
                    actor_name=made.assignee.name,
                    agent_id=made.assignee.id,
                    data=json.dumps(step),
                )
            )
