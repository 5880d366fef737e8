"""The outbox: every letter that leaves, one item per recipient, and trying one again."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mailgate import clock
from mailgate.errors import Conflict, NotFound
from mailgate.store.db import Session
from mailgate.store.outbox import OutboxCopy, copy_with_subject, list_copies, try_again
from mailgate.store.tickets import by_ids
from web import cursors
from web.access import desk
from web.api.operations import Answer, operation
from web.api.shapes import Moment, Page, PageQuery, several
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
    held_for: Annotated[str | None, Field(description="Why it is held: sending, relay, breaker.")]
    tries: int
    next_try: Moment | None
    answer: Annotated[str | None, Field(description="The relay's last words.")]
    created_at: Moment
    sent_at: Moment | None


class OutboundPage(Page[OutboundShown]):
    """Some copies."""


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
        row = copy_with_subject(session, copy_id)
        if row is None:
            raise NotFound(f"There is no letter {copy_id} in the outbox.")
        if not try_again(session, copy_id, clock.now()):
            raise Conflict("Only what waits, is held, failed or bounced can be sent again.")
        (item,) = _shown(session, [row])
    ring("send_mail")
    return item


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
