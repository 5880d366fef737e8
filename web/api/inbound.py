"""Kept mail: what came in, what became of each and why, and reading one again."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response
from pydantic import BeforeValidator, Field

from mailgate.errors import Conflict, NotFound
from mailgate.mail import Cause
from mailgate.office import shelf
from mailgate.store.db import Session
from mailgate.store.kept import KeptMail, kept_by_id, list_kept, put_back, raw_of
from mailgate.store.tickets import by_ids
from web import cursors
from web.access import agent, desk, who
from web.answers import whole_mail
from web.api.operations import Answer, Body, operation
from web.api.shapes import Moment, Page, PageQuery, Trust, several
from web.db import ring

State = Literal["waiting", "done", "held", "quarantined"]
Outcome = Literal["opened", "appended", "bounce", "complaint", "duplicate", "held", "quarantined", "discarded"]


class InboundShown(Answer):
    """A kept mail. One that is being read is still waiting."""

    id: int
    state: State
    outcome: Outcome | None
    cause: Annotated[Cause | None, Field(description="Why it is held; only held mail has one.")]
    ticket: Annotated[str | None, Field(description="The number of the ticket it is on.")]
    reasons: Annotated[list[str], Field(description="Why this outcome.")]
    trust: Annotated[Trust | None, Field(description="Whether the sender's domain vouches for it; once it is read.")]
    trust_reasons: Annotated[list[str], Field(description="Why it does or does not.")]
    sender: Annotated[str, Field(description="Of the envelope; empty for reports.")]
    author: Annotated[str | None, Field(description="Who its From says wrote it; once it is read.")]
    recipient: str
    subject: Annotated[str | None, Field(description="Once it is read.")]
    door: str
    size: int
    received_at: Moment
    read_at: Moment | None
    tries: int
    error: Annotated[str | None, Field(description="Why the last try failed.")]


class Step(Answer):
    """A signal that was looked at while a ticket was sought."""

    signal: str
    value: str
    result: str


class InboundExplained(InboundShown):
    """A kept mail with the steps by which its ticket was found."""

    explanation: list[Step]


class InboundPage(Page[InboundShown]):
    """Some kept mails."""


class InboundQuery(PageQuery):
    """Which kept mails."""

    state: Annotated[tuple[State, ...], BeforeValidator(several)] = ()
    cause: Annotated[tuple[Cause, ...], BeforeValidator(several)] = ()


@operation("GET", "/inbound", query=InboundQuery, answer=InboundPage)
def list_inbound(query: InboundQuery) -> InboundPage:
    """List kept mail, newest first."""
    before = cursors.read_id(query.cursor)
    with desk() as session:
        rows = list_kept(session, states=query.state, causes=query.cause, before=before, limit=query.limit + 1)
        page, following = cursors.cut(rows, query.limit, lambda row: cursors.make(row.id))
        numbers = _numbers(session, page)
    return InboundPage(items=[InboundShown.model_validate(_plain(row, numbers)) for row in page], next=following)


@operation("GET", "/inbound/<key:kept_id>", answer=InboundExplained)
def show_inbound(kept_id: int) -> InboundExplained:
    """Show a kept mail, and why it became what it became."""
    with desk() as session:
        row = _kept(session, kept_id)
        return _explained(session, row)


@operation("GET", "/inbound/<key:kept_id>/raw")
def download_inbound(kept_id: int) -> Response:
    """Download a kept mail as it came in, byte for byte."""
    with desk() as session:
        rows = raw_of(session, [kept_id])
    return whole_mail(who().org, rows, kept_id)


class Filing(Body):
    """Where a mail from the shelf goes."""

    ticket: Annotated[str | None, Field(description="The number of its ticket; null: a new one.", max_length=140)]


@operation("POST", "/inbound/<key:kept_id>/file", body=Filing, answer=InboundExplained)
def file_inbound(kept_id: int, body: Filing) -> InboundExplained:
    """Put a held mail on a ticket, or make it a new one; it is waiting until a worker has done so."""
    with desk() as session:
        explained = _explained(session, shelf.file_it(session, kept_id, body.ticket, agent().name))
    ring("read_mail")
    return explained


@operation("POST", "/inbound/<key:kept_id>/discard", answer=InboundExplained)
def discard_inbound(kept_id: int) -> InboundExplained:
    """Take a mail off the shelf for good. It stays kept."""
    with desk() as session:
        return _explained(session, shelf.discard(session, kept_id, agent().name))


@operation("POST", "/inbound/<key:kept_id>/replay", answer=InboundExplained)
def replay_inbound(kept_id: int) -> InboundExplained:
    """Have a held or quarantined mail read again."""
    with desk() as session:
        row = _kept(session, kept_id)
        if not put_back(session, [kept_id]):
            raise Conflict("Only mail that is held or quarantined can be read again.")
        explained = _explained(session, row)
    ring("read_mail")
    return explained


def _kept(session: Session, kept_id: int) -> KeptMail:
    row = kept_by_id(session, kept_id)
    if row is None:
        raise _nothing(kept_id)
    return row


def _nothing(kept_id: int) -> NotFound:
    return NotFound(f"There is no kept mail {kept_id}.")


def _numbers(session: Session, rows: list[KeptMail]) -> dict[int, str]:
    tickets = by_ids(session, [row.ticket_id for row in rows if row.ticket_id is not None])
    return {ticket.id: ticket.number for ticket in tickets.values()}


def _explained(session: Session, row: KeptMail) -> InboundExplained:
    steps = [Step(signal=signal, value=value, result=result) for signal, value, result in row.trail]
    return InboundExplained.model_validate({**_plain(row, _numbers(session, [row])), "explanation": steps})


def _plain(row: KeptMail, numbers: dict[int, str]) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in _SAME},
        "ticket": numbers.get(row.ticket_id) if row.ticket_id is not None else None,
        "error": row.last_error,
    }


_SAME = tuple(name for name in InboundShown.model_fields if hasattr(KeptMail, name))  # shown as they are kept
