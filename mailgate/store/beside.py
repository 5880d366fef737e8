"""What stands beside a ticket's thread, and what can be chosen there: two questions, however much there is to tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, Text, and_, bindparam, func, select, union_all
from sqlalchemy.orm import Session

from mailgate.store.agents import Agent
from mailgate.store.companies import Known, ask_of, known
from mailgate.store.fields import FieldValue, OwnField, TagDefinition
from mailgate.store.office import Category, Mailbox, Team
from mailgate.store.people import PersonAddress
from mailgate.store.replies import CannedReply
from mailgate.store.senders import SenderRule
from mailgate.store.surveys import Survey
from mailgate.store.tickets import Participant, Ticket, TicketLink, TicketTag
from mailgate.store.together import Together, at_most

_EARLIER = 5  # of the requester's other tickets
_REPLIES = 200


class Link(NamedTuple):
    """A ticket that has to do with this one, and how: `claims`, or `claims_by` where the other one points here."""

    kind: str
    number: str


class Other(NamedTuple):
    """Another ticket of the same customer."""

    number: str
    subject: str
    at: datetime


class Rating(NamedTuple):
    """What the customer said of our help; nothing, where they were only asked."""

    rating: str | None
    comment: str


class TagHere(NamedTuple):
    """A tag, and what it means here, where somebody said so."""

    name: str
    colour: str
    meaning: str


class FieldHere(NamedTuple):
    """A field of one's own, and what stands in it on this ticket."""

    key: str
    name: str
    kind: str
    hint: str
    choices: list[Any]
    active: bool
    value: str | None


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a ticket besides what was said on it."""

    tags: list[TagHere]
    fields: list[FieldHere]
    customer: Known
    participants: set[str]
    treatment: str  # what becomes of the requester's mail; "": it is judged by what it is
    addresses: list[str]  # of the requester
    failing: dict[str, datetime]  # of those, and of whoever takes part: since when letters come back
    rating: Rating | None
    took_in: list[str]
    links: list[Link]
    earlier: list[Other]  # newest first


class Worker(NamedTuple):
    """An agent who can be given tickets, or is only known as one of ours."""

    id: int
    name: str
    email: str
    role: str
    active: bool


class Kind(NamedTuple):
    """A category, and where it lies in the tree."""

    id: int
    name: str
    parent_id: int | None
    active: bool


class Box(NamedTuple):
    """A mailbox."""

    id: int
    address: str
    active: bool


class Canned(NamedTuple):
    """A canned reply, by what it is called and how it is found."""

    name: str
    shortcut: str | None
    category: str
    language: str | None
    uses: int


@dataclass(frozen=True, slots=True)
class Office:
    """Who and what a ticket can be given to, and what can be put into its answer."""

    agents: list[Worker]
    teams: list[tuple[int, str]]
    categories: list[Kind]
    mailboxes: list[Box]
    replies: list[Canned]


def beside(session: Session, ticket: Ticket) -> Beside:
    """Everything about a ticket that is not in its thread."""
    tags, fields, customer, participants, dead, rules, addresses, ratings, took_in, links, earlier = _of_ticket().ask(
        session, ticket=ticket.id, requester=ticket.requester_id, address=ticket.requester_address
    )
    return Beside(
        [TagHere(*row) for row in tags],
        [FieldHere(*row) for row in fields],
        known(customer[0]),
        {row[0] for row in participants},
        rules[0][0] if rules else "",
        [row[0] for row in addresses],
        {row[0]: row[1] for row in (*addresses, *dead) if row[1] is not None},
        Rating(*ratings[0]) if ratings else None,
        [row[0] for row in took_in],
        [Link(*row) for row in links],
        [Other(*row) for row in earlier],
    )


def office_of(session: Session, *, with_replies: bool = False) -> Office:
    """What there is to choose from."""
    agents, teams, categories, mailboxes, *replies = _of_office(with_replies).ask(session)
    return Office(
        [Worker(*row) for row in agents],
        [(row[0], row[1]) for row in teams],
        [Kind(*row) for row in categories],
        [Box(*row) for row in mailboxes],
        [Canned(*row) for rows in replies for row in rows],
    )


@cache
def _of_ticket() -> Together:
    here, theirs = bindparam("ticket", type_=BigInteger), bindparam("requester", type_=BigInteger)
    takes_part = select(Participant.address).where(Participant.ticket_id == here)
    there = select(TicketLink.kind, TicketLink.other_id).where(TicketLink.ticket_id == here)
    back = select(TicketLink.kind + "_by", TicketLink.ticket_id).where(TicketLink.other_id == here)
    linked = union_all(there, back).subquery("linked")
    others = select(Ticket.number, Ticket.subject, Ticket.created_at)
    their = select(PersonAddress.address, PersonAddress.failing_since)
    of_ticket = and_(FieldValue.field_id == OwnField.id, FieldValue.ticket_id == here)
    return Together(
        select(TicketTag.tag, func.coalesce(TagDefinition.colour, ""), func.coalesce(TagDefinition.description, ""))
        .outerjoin(TagDefinition, TagDefinition.name == TicketTag.tag)
        .where(TicketTag.ticket_id == here)
        .order_by(TicketTag.tag),
        select(
            OwnField.key,
            OwnField.name,
            OwnField.kind,
            OwnField.hint,
            OwnField.choices,
            OwnField.active,
            FieldValue.value,
        )
        .outerjoin(FieldValue, of_ticket)
        .order_by(OwnField.place, OwnField.name),
        ask_of(Ticket.id == here),
        takes_part,
        their.where(PersonAddress.address.in_(takes_part), PersonAddress.failing_since.is_not(None)),
        select(SenderRule.treatment).where(SenderRule.pattern == bindparam("address", type_=Text)),
        their.where(PersonAddress.person_id == theirs).order_by(PersonAddress.id),
        select(Survey.rating, Survey.comment).where(Survey.ticket_id == here),
        select(Ticket.number).where(Ticket.merged_into_id == here).order_by(Ticket.id),
        select(linked.c.kind, Ticket.number).join(Ticket, Ticket.id == linked.c.other_id).order_by(Ticket.id),
        others.where(Ticket.requester_id == theirs, Ticket.id != here)
        .order_by(Ticket.created_at.desc())
        .limit(at_most(_EARLIER)),
    )


@cache
def _of_office(with_replies: bool) -> Together:  # noqa: FBT001 - of its only caller
    questions: list[Select[*tuple[Any, ...]]] = [
        select(Agent.id, Agent.name, Agent.email, Agent.role, Agent.active).order_by(Agent.name, Agent.id),
        select(Team.id, Team.name).order_by(Team.name),
        select(Category.id, Category.name, Category.parent_id, Category.active).order_by(Category.name),
        select(Mailbox.id, Mailbox.address, Mailbox.active).order_by(Mailbox.address),
    ]
    if with_replies:
        found = select(
            CannedReply.name, CannedReply.shortcut, CannedReply.category, CannedReply.language, CannedReply.uses
        )
        questions.append(found.order_by(CannedReply.name).limit(at_most(_REPLIES)))
    return Together(*questions)
