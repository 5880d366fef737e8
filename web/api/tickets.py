"""Tickets: list, search, open, show, change."""

from __future__ import annotations

from datetime import datetime

from mailgate import clock
from mailgate.errors import BadInput, Conflict
from mailgate.mail import Address
from mailgate.people.meet import meet
from mailgate.store.base import reserve
from mailgate.store.db import Session
from mailgate.store.listing import Filters, Listed, listed, listed_by_number
from mailgate.store.listing import list_tickets as matching
from mailgate.store.locks import lock_names
from mailgate.store.numbers import take_numbers
from mailgate.store.office import Mailbox, mailboxes
from mailgate.store.organisations import own
from mailgate.store.people import people_by_address
from mailgate.store.tickets import Ticket, by_ids
from mailgate.tickets.change import Named, change
from mailgate.tickets.merge import merge
from mailgate.tickets.open import Opening
from mailgate.tickets.open import open_ticket as open_with
from mailgate.tickets.said import Said
from mailgate.tickets.write_first import write_first
from web import cursors
from web.access import agent, desk, who
from web.api import lookups
from web.api.operations import operation
from web.api.ticket_shapes import (
    Merge,
    NewTicket,
    TicketChange,
    TicketPage,
    TicketQuery,
    TicketShown,
    all_shown,
    fresh_shown,
    shown,
)
from web.db import ring, tools


@operation("GET", "/tickets", query=TicketQuery, answer=TicketPage)
def list_tickets(query: TicketQuery) -> TicketPage:
    """List or search tickets: newest first unless `sort` says otherwise. A walk by cursor sees each ticket once."""
    after = cursors.read_place(query.cursor, query.sort) if query.cursor else None
    with desk() as session:
        filters = _filters(session, query)
        rows = matching(session, filters, sort=query.sort, after=after, limit=query.limit + 1) if filters else []
        page, following = cursors.cut(rows, query.limit, lambda row: cursors.of_ticket(row.ticket, query.sort))
        return TicketPage(items=all_shown(session, page), next=following)


@operation("POST", "/tickets", body=NewTicket, answer=TicketShown, status=201)
def open_ticket(body: NewTicket) -> TicketShown:
    """Open a ticket for a customer. Their words open it, and nothing is mailed; unless it is `outbound`: then the words
    are ours, and are mailed to them.
    """
    at = clock.now()
    with desk() as session:
        number_format = own(session).number_format
        mailbox = _mailbox(session, body.mailbox)
        category_id = lookups.category(session, body.category).id if body.category else None
    (number,) = take_numbers(tools().database, who().org, number_format, 1, at)
    with desk() as session:
        ticket = _open(session, body, mailbox, number, category_id, at)
        is_marked = bool(body.tags or body.fields)
        if is_marked:
            change(session, ticket, agent(), at, tags=body.tags, fields=body.fields)
        made = (shown if is_marked else fresh_shown)(session, ticket.id)
    ring("follow_event")
    return made


@operation("GET", "/tickets/<number:number>", answer=TicketShown)
def show_ticket(number: str) -> TicketShown:
    """Show a ticket."""
    with desk() as session:
        row = listed_by_number(session, number)
        if row is None:
            raise lookups.no_ticket(number)
        return all_shown(session, [row])[0]


@operation("PATCH", "/tickets/<number:number>", body=TicketChange, answer=TicketShown)
def change_ticket(number: str, body: TicketChange) -> TicketShown:
    """Change a ticket. A status it cannot move to is refused with 409."""
    sent = body.model_fields_set
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number, lock=True)
        before = listed(session, ticket.id)
        given = {field: _given(session, before, field, getattr(body, field)) for field in sorted(sent & set(_GIVEN))}
        change(
            session, ticket, agent(), clock.now(),
            status=body.status, priority=body.priority, tags=body.tags, given=given, fields=body.fields,
        )  # fmt: skip
        return shown(session, ticket.id)


@operation("POST", "/tickets/<number:number>/merge", body=Merge, answer=TicketShown)
def merge_ticket(number: str, body: Merge) -> TicketShown:
    """Merge a ticket into another one, which is answered: what is said from now on is said there."""
    with desk() as session:
        ids = [lookups.ticket_numbered(session, one).id for one in (number, body.into)]
        tickets = by_ids(session, ids, lock=True)
        merge(session, tickets[ids[0]], tickets[ids[1]], agent(), clock.now())
        return shown(session, ids[1])


def _filters(session: Session, query: TicketQuery) -> Filters | None:
    """The query in the store's words; None when it asks for somebody we have never heard of."""
    requester = None
    if query.requester:
        requester = people_by_address(session, [query.requester.lower()]).get(query.requester.lower())
        if requester is None:
            return None
    is_unassigned = query.assignee == "none"
    assignee = lookups.assignee(session, query.assignee) if query.assignee and not is_unassigned else None
    return Filters(
        statuses=tuple(query.status),
        priorities=tuple(query.priority),
        category_id=lookups.category(session, query.category).id if query.category else None,
        team_id=lookups.team(session, query.team).id if query.team else None,
        assignee_id=assignee.id if assignee else None,
        is_unassigned=is_unassigned,
        mailbox_id=lookups.mailbox(session, query.mailbox).id if query.mailbox else None,
        requester_id=requester.id if requester else None,
        tags=(" ".join(query.tag.lower().split()),) if query.tag else (),
        fields=tuple(lookups.field_value(session, key, value) for key, value in query.fields.items()),
        created_from=query.from_,
        created_to=query.to,
        words=query.q,
        risk=query.risk or "",
    )


def _mailbox(session: Session, address: str | None) -> Mailbox:
    known = [mailbox for mailbox in mailboxes(session) if mailbox.active]
    if address is None and not known:
        raise Conflict("There is no mailbox yet, so nobody could be answered. Add one: mailgate mailbox add ADDRESS.")
    chosen = [mailbox for mailbox in known if address in (None, mailbox.address)]
    if not chosen:
        raise BadInput(f"There is no active mailbox {address}.", mailbox="is not known")
    return min(chosen, key=lambda mailbox: mailbox.id)


def _open(
    session: Session, body: NewTicket, mailbox: Mailbox, number: str, category_id: int | None, at: datetime
) -> Ticket:
    email = body.requester.email
    lock_names(session, [f"person:{email}"])  # as reading mail does: one address, one person
    reserve(
        session,
        tickets=1,
        messages=1,
        events=1 + bool(body.tags or body.fields),
        ticket_tags=len(body.tags),
        field_values=len(body.fields),
        people=1,
        addresses=1,
    )
    asks = Address(email, body.requester.name)
    opening = Opening(
        number=number,
        mailbox=mailbox,
        requester=meet(session, people_by_address(session, [email]), asks, at),
        address=email,
        subject=body.subject,
        channel="api",
        priority=body.priority,
        category_id=category_id,
    )
    if body.outbound:
        return write_first(session, opening, body.body, agent(), at, tools().marks)
    said = Said(
        direction="in", kind="person", channel="api", author=asks.name or email, author_address=email,
        to=(Address(mailbox.address, mailbox.name),), subject=body.subject, text=body.body,
    )  # fmt: skip
    return open_with(session, opening, said, agent(), at)


def _given(session: Session, before: Listed, field: str, name: str | None) -> tuple[Named | None, Named | None]:
    """What a ticket had and what it gets: an assignee, a team or a category, with the names the history tells."""
    had_id, had_name = getattr(before.ticket, f"{field}_id"), getattr(before, _GIVEN[field])
    had = Named(had_id, had_name or "") if had_id is not None else None
    if name is None:
        return had, None
    if field == "assignee":
        found = lookups.worker(session, name)
        return had, Named(found.id, found.name)
    of_office = lookups.team(session, name) if field == "team" else lookups.category(session, name)
    return had, Named(of_office.id, of_office.name)


_GIVEN = {"assignee": "assignee_name", "team": "team", "category": "category"}
