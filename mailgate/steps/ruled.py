"""Somebody looked at a mail on the shelf and said where it belongs: that is where it goes."""

from __future__ import annotations

from dataclasses import replace

from mailgate.mail import Letter, Ruling
from mailgate.steps.batch import Batch, settle
from mailgate.steps.requests import open_request
from mailgate.steps.several_mailboxes import Twins
from mailgate.store.kept import KeptMail
from mailgate.thread.arrival import Arrival
from mailgate.thread.decide import Decision
from mailgate.tickets.history import Actor
from mailgate.tickets.reply import customer_wrote
from mailgate.tickets.said import said_by_letter


def file_as_ruled(batch: Batch, row: KeptMail, arrival: Arrival, ruling: Ruling, twins: Twins) -> None:
    """No rule that put it on the shelf is asked again."""
    arrival = replace(arrival, letter=_told_of(arrival.refused)) if arrival.refused is not None else arrival
    named = batch.evidence.tickets.get(ruling.ticket_id) if ruling.ticket_id is not None else None
    if named is None:
        open_request(batch, row, arrival, Decision(f"{ruling.by} made it a request of its own.", ()), twins)
        return
    ticket = batch.evidence.goes_on_in(named)
    said = said_by_letter(arrival.letter, row.id, "mail", arrival.verdict)
    by = Actor("customer", said.author, address=said.author_address)
    customer_wrote(batch.session, ticket, said, by, batch.when(row), data={"filed_by": ruling.by})
    batch.evidence.remember(ticket, said.message_id, said.cited)
    settle(row, "appended", [f"{ruling.by} put it on {ticket.number}."], ticket_id=ticket.id)


def _told_of(refused: str) -> Letter:
    """A mail that was built to hurt whoever reads it stays unread; the ticket says so, and its bytes can be had."""
    return Letter(sender=None, text=f"Mailgate does not read this mail: {refused}")
