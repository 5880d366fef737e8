"""The outbox: every letter that leaves, one item per recipient, and trying one again."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mailgate import clock
from mailgate.store.db import Session
from mailgate.store.outbox import OutboxCopy, copy_with_subject, list_copies
from mailgate.store.people import failing_addresses
from mailgate.store.tickets import by_ids
from mailgate.tickets import outgoing
from web import cursors
from web.access import agent, desk
from web.api.operations import Answer, Body, operation
from web.api.shapes import Email, Moment, Page, PageQuery, several
from web.db import ring

State = Literal["waiting", "held", "sending", "sent", "delivered", "failed", "bounced", "cancelled"]


class OutboundShown(Answer):
    """One recipient's copy of a letter. Delayed is waiting with tries above 0."""

    id: int
    to: str
    subject: str
    letter: Annotated[str, Field(description="Which letter it is: received, answered, …")]
    ticket: Annotated[str | None, Field(description="The number of its ticket.")]
    state: State
    held_for: Annotated[
        str | None, Field(description="Why it is held: sending, relay, breaker, restored, customer_wrote.")
    ]
    tries: int
    next_try: Moment | None
    answer: Annotated[str | None, Field(description="The relay's last words.")]
    created_at: Moment
    sent_at: Moment | None


class OutboundPage(Page[OutboundShown]):
    """Some copies."""


class FailingShown(Answer):
    """An address letters come back from."""

    address: str
    since: Moment


class FailingPage(Page[FailingShown]):
    """Some addresses."""


class Cleared(Body):
    """An address that works again."""

    address: Email


class OutboundQuery(PageQuery):
    """Which copies."""

    state: Annotated[tuple[State, ...], BeforeValidator(several)] = ()


@operation("GET", "/outbound", query=OutboundQuery, answer=OutboundPage)
def list_outbound(query: OutboundQuery) -> OutboundPage:
    """List the outbox, newest first."""
    before = cursors.read_id(query.cursor)
    with desk() as session:
        rows = list_copies(session, states=query.state, before=before, limit=query.limit + 1)
        page, following = cursors.cut(rows, query.limit, lambda row: cursors.make(row[0].id))
        items = _shown(session, page)
    return OutboundPage(items=items, next=following)


@operation("POST", "/outbound/<key:copy_id>/retry", answer=OutboundShown)
def retry_outbound(copy_id: int) -> OutboundShown:
    """Send a copy again, now: one that waits, is held, failed or bounced."""
    with desk() as session:
        item = _one(session, outgoing.send_now(session, copy_id, agent(), clock.now()))
    ring("send_mail")
    return item


@operation("POST", "/outbound/<key:copy_id>/cancel", answer=OutboundShown)
def cancel_outbound(copy_id: int) -> OutboundShown:
    """Stop a copy before it leaves: one that waits or is held."""
    with desk() as session:
        return _one(session, outgoing.cancel(session, copy_id, agent(), clock.now()))


@operation("GET", "/failing-addresses", query=PageQuery, answer=FailingPage)
def list_failing(query: PageQuery) -> FailingPage:
    """List the addresses letters come back from for good, in the order of the alphabet."""
    with desk() as session:
        rows = failing_addresses(session, after=cursors.read_text(query.cursor), limit=query.limit + 1)
    page, following = cursors.cut(rows, query.limit, lambda row: cursors.make(row[0]))
    return FailingPage(items=[FailingShown(address=address, since=since) for address, since in page], next=following)


@operation("POST", "/failing-addresses/clear", body=Cleared, answer=FailingPage)
def clear_failing_address(body: Cleared) -> FailingPage:
    """Say that letters to an address arrive again. Answers with the first of those that are left."""
    with desk() as session:
        outgoing.works_again(session, body.address)
    return list_failing(PageQuery())


def _one(session: Session, copy: OutboxCopy) -> OutboundShown:
    row = copy_with_subject(session, copy.id)
    assert row is not None
    return _shown(session, [row])[0]


def _shown(session: Session, rows: list[tuple[OutboxCopy, str]]) -> list[OutboundShown]:
    tickets = by_ids(session, [copy.ticket_id for copy, _ in rows if copy.ticket_id is not None])
    numbers = {ticket.id: ticket.number for ticket in tickets.values()}
    return [
        OutboundShown.model_validate(
            {
                "id": copy.id,
                "to": copy.recipient,
                "subject": subject,
                "letter": copy.letter,
                "ticket": numbers.get(copy.ticket_id) if copy.ticket_id is not None else None,
                "state": copy.state,
                "held_for": copy.held_for,
                "tries": copy.tries,
                "next_try": copy.next_try if copy.state in ("waiting", "sending") else None,
                "answer": copy.answer,
                "created_at": copy.created_at,
                "sent_at": copy.sent_at,
            }
        )
        for copy, subject in rows
    ]
