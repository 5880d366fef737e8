"""What can be done to tickets beside changing their fields: many at once, and out of sight for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import get_args

from mailgate import clock
from mailgate.errors import BadInput, Conflict
from mailgate.store.db import Session
from mailgate.store.numbers import take_numbers
from mailgate.store.organisations import own
from mailgate.store.tickets import Ticket, by_ids
from mailgate.tickets.bulk import Wanted, change_many
from mailgate.tickets.change import Named, clean_tags
from mailgate.tickets.history import Actor
from mailgate.tickets.link import link, unlink
from mailgate.tickets.merge import unmerge
from mailgate.tickets.snooze import snooze, wake
from mailgate.tickets.split import split
from web.access import agent, desk, who
from web.api import lookups
from web.api.operations import operation
from web.api.shapes import Priority, Status
from web.api.ticket_shapes import Bulk, BulkResult, BulkResults, Other, Snooze, Split, TicketShown, shown
from web.db import tools


@operation("POST", "/tickets/<number:number>/snooze", body=Snooze, answer=TicketShown)
def snooze_ticket(number: str, body: Snooze) -> TicketShown:
    """Keep a ticket out of the working views until then, or bring it back."""
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number, lock=True)
        if body.until is None:
            wake(session, ticket, agent(), clock.now())
        else:
            snooze(session, ticket, body.until, agent(), clock.now())
        return shown(session, ticket.id)


@operation("POST", "/tickets/<number:number>/unmerge", answer=TicketShown)
def unmerge_ticket(number: str) -> TicketShown:
    """Take a merge back: the ticket is again what it was. What was said in the other since then stays there."""
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number)
        if ticket.merged_into_id is None:
            raise Conflict(f"{number} is not merged into another ticket.")
        tickets = by_ids(session, [ticket.id, ticket.merged_into_id], lock=True)
        unmerge(session, tickets[ticket.id], tickets[ticket.merged_into_id], agent(), clock.now())
        return shown(session, ticket.id)


@operation("POST", "/tickets/<number:number>/link", body=Other, answer=TicketShown)
def link_ticket(number: str, body: Other) -> TicketShown:
    """Say that two tickets have to do with each other."""
    return _linked(number, body.other, link)


@operation("POST", "/tickets/<number:number>/unlink", body=Other, answer=TicketShown)
def unlink_ticket(number: str, body: Other) -> TicketShown:
    """Take such a link away."""
    return _linked(number, body.other, unlink)


@operation("POST", "/tickets/<number:number>/split", body=Split, answer=TicketShown, status=201)
def split_ticket(number: str, body: Split) -> TicketShown:
    """Make a ticket of its own of a customer's message and all that was said after it: the answer is that ticket."""
    with desk() as session:
        number_format = own(session).number_format
    (fresh,) = take_numbers(tools().database, who().org, number_format, 1, clock.now())
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number, lock=True)
        made = split(session, ticket, body.message, fresh, agent(), clock.now())
        return shown(session, made.id)


def _linked(number: str, other: str, verb: Callable[[Session, Ticket, Ticket, Actor, datetime], object]) -> TicketShown:
    with desk() as session:
        ids = [lookups.ticket_numbered(session, one).id for one in (number, other)]
        tickets = by_ids(session, ids, lock=True)
        verb(session, tickets[ids[0]], tickets[ids[1]], agent(), clock.now())
        return shown(session, ids[0])


@operation("POST", "/tickets/bulk", body=Bulk, answer=BulkResults)
def change_tickets(body: Bulk) -> BulkResults:
    """Do one thing to many tickets. Each tells what became of it; one that is refused holds up none of the others."""
    with desk() as session:
        results = change_many(session, body.numbers, _wanted(session, body), agent(), clock.now())
    items = [BulkResult(number=one.number, changed=one.is_changed, error=one.refused) for one in results]
    return BulkResults(items=items)


def _wanted(session: Session, body: Bulk) -> Wanted:
    value = body.value or ""
    match body.action:
        case "status":
            return Wanted(status=_one_of(value, get_args(Status)))
        case "priority":
            return Wanted(priority=_one_of(value, get_args(Priority)))
        case "assign" if not value:
            return Wanted(assignee=(None,))
        case "assign":
            found = lookups.worker(session, value)
            return Wanted(assignee=(Named(found.id, found.name),))
        case "snooze":
            return Wanted(snooze_until=_moment(value))
    tag = next(iter(clean_tags([value])), None)
    if tag is None:
        raise BadInput("Name a tag.", value="is empty")
    return Wanted(add_tag=tag) if body.action == "tag" else Wanted(remove_tag=tag)


def _one_of(value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise BadInput(f"There is no {value!r}.", value=f"must be one of {', '.join(known)}")
    return value


def _moment(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadInput("Name a time with its offset.", value="must be a time such as 2026-11-20T09:30:00+01:00")
    return moment
