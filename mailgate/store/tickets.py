"""Tickets: the table, its tags, links and participants, and the questions about one or a few of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Connection, Index, delete, func, select, text, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.store.base import TenantRow, points_to, tenant

STATUSES = ("new", "open", "pending", "on_hold", "resolved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent")


class Ticket(TenantRow):
    __tablename__ = "tickets"
    __table_args__ = (
        Index("tickets_number_key", "org_id", "number", unique=True),
        Index("tickets_created_at_idx", "org_id", "created_at", "id"),
        Index("tickets_lists_idx", "org_id", "status", "priority", "updated_at", "id"),
        Index("tickets_assignee_idx", "org_id", "assignee_id", "status", "updated_at"),
        # The oldest that nobody has: by date alone, all that somebody had would be walked over.
        Index("tickets_unassigned_idx", "org_id", "created_at", "id", postgresql_where=text("assignee_id IS NULL")),
        Index("tickets_team_idx", "org_id", "team_id", "status", "updated_at"),
        Index("tickets_category_idx", "org_id", "category_id", "status", "updated_at"),
        Index("tickets_requester_idx", "org_id", "requester_id", "created_at"),
        Index("tickets_snoozed_idx", "snoozed_until", postgresql_where=text("snoozed_until IS NOT NULL")),
        CheckConstraint("status IN ('new', 'open', 'pending', 'on_hold', 'resolved', 'closed')", name="status"),
        CheckConstraint("priority IN ('low', 'normal', 'high', 'urgent')", name="priority"),
        points_to("people", "requester_id"),
        points_to("mailboxes", "mailbox_id"),
        points_to("agents", "assignee_id"),
        points_to("teams", "team_id"),
        points_to("categories", "category_id"),
        points_to("tickets", "merged_into_id"),
        points_to("sla_policies", "policy_id"),
        Index(
            "tickets_wants_agent_idx",
            "org_id",
            "wants_agent_since",
            "id",
            postgresql_where=text("wants_agent_since IS NOT NULL"),
        ),
        Index("tickets_resolved_idx", "org_id", "resolved_at", "id", postgresql_where=text("resolved_at IS NOT NULL")),
        # Only of what a clock runs for: few of all that is on file.
        Index("tickets_due_at_idx", "org_id", "due_at", "id", postgresql_where=text("due_at IS NOT NULL")),
        Index("tickets_risk_at_idx", "org_id", "risk_at", postgresql_where=text("risk_at IS NOT NULL")),
        Index("tickets_wake_at_idx", "wake_at", postgresql_where=text("wake_at IS NOT NULL")),
        Index(
            "tickets_merged_into_idx", "org_id", "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")
        ),
    )

    number: Mapped[str]
    subject: Mapped[str]
    status: Mapped[str]
    priority: Mapped[str]
    escalation: Mapped[int] = mapped_column(server_default=text("0"))
    tier: Mapped[int] = mapped_column(server_default=text("1"))  # of support; agents below it are not given it
    mailbox_id: Mapped[int]
    requester_id: Mapped[int]
    requester_address: Mapped[str]  # the address they wrote from; answers go there
    assignee_id: Mapped[int | None]
    team_id: Mapped[int | None]
    category_id: Mapped[int | None]
    merged_into_id: Mapped[int | None]  # where it goes on; never a ticket that was merged itself
    channel: Mapped[str]
    language: Mapped[str | None]
    thread_root: Mapped[str | None]  # the first Message-ID of the thread
    thread_index: Mapped[str | None]  # of the mail that opened it, where Outlook wrote it
    is_unread: Mapped[bool]
    message_count: Mapped[int]  # letters in and out; notes and automatic answers do not count
    reopen_count: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_customer_at: Mapped[datetime | None]
    first_response_at: Mapped[datetime | None]
    first_response_due: Mapped[datetime | None]
    next_response_due: Mapped[datetime | None]
    resolution_due: Mapped[datetime | None]
    assignment_due: Mapped[datetime | None]
    due_at: Mapped[datetime | None]  # the nearest due time of the clocks that run
    risk_at: Mapped[datetime | None]  # from when on one of them is at risk, and then late
    policy_id: Mapped[int | None]  # what is promised for it
    is_timed: Mapped[bool] = mapped_column(server_default=text("false"))  # its clocks follow what happens to it
    wake_at: Mapped[datetime | None]  # when somebody has to look at its clocks again, if nothing happens before
    wants_agent_since: Mapped[datetime | None]  # routing has still to find somebody; when it last looked
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]  # out of sight until then, or until the customer writes


class TicketTag(TenantRow):
    __tablename__ = "ticket_tags"
    __table_args__ = (
        Index("ticket_tags_tag_key", "org_id", "tag", "ticket_id", unique=True),
        Index("ticket_tags_ticket_id_idx", "org_id", "ticket_id"),
        points_to("tickets", "ticket_id", gone_with=True),
    )

    tag: Mapped[str]
    ticket_id: Mapped[int]


class Participant(TenantRow):
    """Somebody beside the requester who takes part in a ticket: agents let them in, mails do not."""

    __tablename__ = "participants"
    __table_args__ = (
        Index("participants_address_key", "org_id", "ticket_id", "address", unique=True),
        points_to("tickets", "ticket_id", gone_with=True),
    )

    ticket_id: Mapped[int]
    address: Mapped[str]
    added_at: Mapped[datetime]


class TicketLink(TenantRow):
    """Two tickets that have to do with each other, and how.

    `claims`: a stranger's mail says it belongs to the other; `follows`: the other was closed too long to be reopened;
    `same-mail`: one mail came to two mailboxes; `related`: somebody says so;
    `perhaps`: the same sender wrote under the same subject not long ago.
    """

    __tablename__ = "ticket_links"
    __table_args__ = (
        Index("ticket_links_pair_key", "org_id", "ticket_id", "other_id", "kind", unique=True),
        Index("ticket_links_other_idx", "org_id", "other_id"),
        points_to("tickets", "ticket_id", gone_with=True),
        points_to("tickets", "other_id", gone_with=True),
    )

    ticket_id: Mapped[int]
    other_id: Mapped[int]
    kind: Mapped[str]
    created_at: Mapped[datetime]


def by_number(session: Session, number: str, *, lock: bool = False) -> Ticket | None:
    """The ticket with this number; with `lock`, nobody else changes it until this transaction ends."""
    question = select(Ticket).where(Ticket.number == number.upper())
    return session.scalar(question.with_for_update() if lock else question)


def by_id(session: Session, ticket_id: int, *, lock: bool = False) -> Ticket | None:
    question = select(Ticket).where(Ticket.id == ticket_id)
    return session.scalar(question.with_for_update() if lock else question)


def by_ids(session: Session, ids: Iterable[int], *, lock: bool = False) -> dict[int, Ticket]:
    """Several tickets at once, locked in one order so that two batches never wait for each other.

    Locked ones are read anew: what this session knew of them may have changed while it waited.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    question = select(Ticket).where(Ticket.id.in_(wanted)).order_by(Ticket.id)
    if lock:
        question = question.with_for_update().execution_options(populate_existing=True)
    return {ticket.id: ticket for ticket in session.scalars(question)}


def by_numbers(session: Session, numbers: Iterable[str]) -> dict[str, Ticket]:
    wanted = set(numbers)
    rows = session.scalars(select(Ticket).where(Ticket.number.in_(wanted))) if wanted else ()
    return {ticket.number: ticket for ticket in rows}


def ids_of(session: Session, numbers: Iterable[str]) -> dict[str, int]:
    """The ids of the tickets with these numbers."""
    return dict(session.execute(select(Ticket.number, Ticket.id).where(Ticket.number.in_(set(numbers)))).tuples().all())


def merged_into(session: Session, ticket_id: int) -> list[Ticket]:
    """The tickets that go on in this one."""
    return list(session.scalars(select(Ticket).where(Ticket.merged_into_id == ticket_id)))


def tags_of(session: Session, ids: Iterable[int]) -> dict[int, list[str]]:
    """The tags of some tickets, sorted."""
    wanted = set(ids)
    found: dict[int, list[str]] = {ticket_id: [] for ticket_id in wanted}
    if wanted:
        question = select(TicketTag.ticket_id, TicketTag.tag).where(TicketTag.ticket_id.in_(wanted))
        for ticket_id, tag in session.execute(question.order_by(TicketTag.tag)):
            found[ticket_id].append(tag)
    return found


def remove_tags(session: Session, ticket_id: int, tags: Iterable[str]) -> None:
    gone = list(tags)
    if gone:
        session.execute(delete(TicketTag).where(TicketTag.ticket_id == ticket_id, TicketTag.tag.in_(gone)))


def remove_participants(session: Session, ticket_id: int, addresses: Iterable[str], added_at: datetime) -> None:
    """Those of these addresses who were let in at this very moment take part no more."""
    gone = list(addresses)
    if gone:
        of_ticket = Participant.ticket_id == ticket_id
        session.execute(
            delete(Participant).where(of_ticket, Participant.address.in_(gone), Participant.added_at == added_at)
        )


def participants_of(session: Session, ids: Iterable[int]) -> dict[int, set[str]]:
    """Addresses let into some tickets, beside their requesters."""
    wanted = set(ids)
    found: dict[int, set[str]] = {ticket_id: set() for ticket_id in wanted}
    if wanted:
        question = select(Participant.ticket_id, Participant.address).where(Participant.ticket_id.in_(wanted))
        for ticket_id, address in session.execute(question):
            found[ticket_id].add(address)
    return found


def newest_of(session: Session, ticket_id: int, addresses: Iterable[str]) -> datetime | None:
    """When the last of these (lower-case) addresses was let into a ticket."""
    where = (Participant.ticket_id == ticket_id, Participant.address.in_(list(addresses)))
    return session.scalar(select(func.max(Participant.added_at)).where(*where))


def remove_link(session: Session, ticket_id: int, other_id: int, kind: str) -> bool:
    """Forget a link of this kind between two tickets, whichever way it points; False when there is none."""
    pair = tuple_(TicketLink.ticket_id, TicketLink.other_id).in_([(ticket_id, other_id), (other_id, ticket_id)])
    gone = delete(TicketLink).where(pair, TicketLink.kind == kind).returning(TicketLink.id)
    return bool(session.execute(gone).all())


_WAITS = (Ticket.status.in_(("new", "open")), Ticket.merged_into_id.is_(None), Ticket.snoozed_until.is_(None))
_LOOKED_AT = 100


def waits_for_its_agent(ticket: Ticket) -> bool:
    """The same of one that is at hand, and somebody has."""
    is_open = ticket.status in ("new", "open") and ticket.merged_into_id is None
    return is_open and ticket.snoozed_until is None and ticket.assignee_id is not None


def unanswered_of(session: Session, agent_id: int) -> list[Ticket]:
    """An agent's tickets that wait for them, the one whose customer waits longest first."""
    question = select(Ticket).where(Ticket.assignee_id == agent_id, *_WAITS)
    return list(session.scalars(question.order_by(Ticket.last_customer_at, Ticket.id).limit(_LOOKED_AT)))


def perhaps_due(session: Session, agent_id: int, until: datetime) -> list[Ticket]:
    """An agent's tickets with a due time before then; whether it still counts, their clocks know."""
    due = func.least(Ticket.first_response_due, Ticket.next_response_due, Ticket.resolution_due)
    question = select(Ticket).where(Ticket.assignee_id == agent_id, *_WAITS, due < until)
    return list(session.scalars(question.order_by(due, Ticket.id).limit(_LOOKED_AT)))


class Recent(NamedTuple):
    """What somebody asked for not long ago."""

    ticket_id: int
    number: str
    subject: str
    created_at: datetime


# For each of them by the index, however much they ever asked for.
_LAST = datetime.max.replace(tzinfo=UTC)
_RECENT = text(
    "SELECT who.id, t.id, t.number, t.subject, t.created_at FROM unnest(CAST(:people AS bigint[])) who (id)"
    " CROSS JOIN LATERAL (SELECT id, number, subject, created_at FROM tickets"
    " WHERE org_id = :org AND requester_id = who.id AND created_at > :since AND created_at < :before"
    " ORDER BY created_at DESC LIMIT 10) t"
)


def recent_requests(
    session: Session, people: Iterable[int], since: datetime, *, before: datetime = _LAST
) -> dict[int, list[Recent]]:
    """The newest requests of some people in this time, newest first."""
    wanted = sorted(set(people))
    found: dict[int, list[Recent]] = {person: [] for person in wanted}
    if wanted:
        values = {"people": wanted, "org": tenant(session), "since": since, "before": before}
        for person, *row in session.execute(_RECENT, values):
            found[person].append(Recent(*row))
    return found


_COUNTED = text(
    "SELECT who.id, (SELECT count(*) FROM (SELECT FROM tickets"
    " WHERE org_id = :org AND requester_id = who.id AND created_at > :since LIMIT :cap) t)"
    " FROM unnest(CAST(:people AS bigint[])) who (id)"
)


def count_requests(session: Session, people: Iterable[int], since: datetime, cap: int) -> dict[int, int]:
    """How many requests some people have made since then, counted no further than `cap`."""
    wanted = sorted(set(people))
    if not wanted or cap == 0:
        return {}
    values = {"people": wanted, "org": tenant(session), "since": since, "cap": cap}
    return {row[0]: row[1] for row in session.execute(_COUNTED, values)}


class Request(NamedTuple):
    """A ticket found across tenants, such as its customer's request."""

    org_id: int
    id: int


def find_requests(connection: Connection, address: str, number: str | None = None, *, limit: int = 5) -> list[Request]:
    """The newest requests of this address, whoever has them; with a number, the one that bears it."""
    question = text("SELECT org_id, id FROM find_requests(:address, :number, :limit)")
    values = {"address": address.lower(), "number": number and number.upper(), "limit": limit}
    return [Request(*row) for row in connection.execute(question, values)]


def snoozed_till(connection: Connection, now: datetime, limit: int) -> list[Request]:
    """Tickets whose snooze has ended, of every organisation."""
    question = text("SELECT org_id, id FROM snoozed_till(:now, :limit)")
    return [Request(*row) for row in connection.execute(question, {"now": now, "limit": limit})]
