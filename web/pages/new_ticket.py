"""A new conversation: write to somebody who has not written."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any

from flask import Blueprint, Response, make_response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.mail import Address, File
from mailgate.office.setup import checked_address
from mailgate.people.meet import meet
from mailgate.store.db import Session
from mailgate.store.locks import lock_names
from mailgate.store.messages import is_written
from mailgate.store.numbers import take_numbers
from mailgate.store.office import Mailbox, mailboxes
from mailgate.store.organisations import own
from mailgate.store.people import people_by_address
from mailgate.store.tickets import Ticket, by_ids, recent_requests
from mailgate.tickets.open import Opening
from mailgate.tickets.write_first import write_first
from mailgate.tokens import secret
from web.access import agent, desk, who
from web.answers import see_other
from web.db import ring, tools
from web.forms import Form, Line, Prose
from web.show.fields import Option
from web.show.shell import desk_page
from web.show.ticket import LARGEST
from web.uploads import let_in, uploaded

pages = Blueprint("new_ticket", __name__, url_prefix="/tickets/new")

_TWICE = timedelta(days=1)  # a form sent again within that is the same letter


class NewForm(Form):
    """Whom to write to, from where, and what. Files come beside it."""

    to: Line = ""
    name: Annotated[Line, Field(max_length=200)] = ""
    subject: Line = ""
    mailbox: Line = ""
    body: Prose = ""
    once: Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{8,64})?$")] = ""


@pages.url_value_preprocessor
def let_files_in(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """It may bring files. Said here, before anything looks into the form."""
    let_in(LARGEST)


@pages.get("")
def show() -> Response:
    """Show an empty form; `?to=` fills in whom."""
    return _page(NewForm(to=" ".join(request.args.get("to", "")[:254].split())), {})


@pages.post("")
def write() -> Response:
    """Open the ticket and send the first letter. The same form sent twice is one."""
    form, at = NewForm.read(request), clock.now()
    try:
        files = uploaded(LARGEST)
        to = _address(form.to)
        with desk() as session:
            number_format = own(session).number_format
            mailbox = _mailbox(session, form.mailbox)
        tools().blobs.put_all(who().org, [file.content for file in files])  # before the rows that name them
        (number,) = take_numbers(tools().database, who().org, number_format, 1, at)
        with desk() as session:
            ticket = _open(session, form, to, mailbox, number, files)
            url = f"/t/{ticket.number}"
    except BadInput as error:
        return _page(form, {next(iter(error.fields), "body"): str(error)})
    ring("follow_event")
    return see_other(url)


def _open(session: Session, form: NewForm, to: str, mailbox: Mailbox, number: str, files: tuple[File, ...]) -> Ticket:
    at = clock.now()
    lock_names(session, [f"person:{to}"])  # as reading mail does: one address, one person
    requester = meet(session, people_by_address(session, [to]), Address(to, form.name), at)
    for before in recent_requests(session, [requester.id], at - _TWICE)[requester.id]:
        if is_written(session, before.ticket_id, form.once or None):
            return by_ids(session, [before.ticket_id])[before.ticket_id]
    opening = Opening(
        number=number, mailbox=mailbox, address=to, subject=form.subject, channel="web", requester=requester
    )
    return write_first(session, opening, form.body, agent(), at, tools().marks, files=files, once=form.once or None)


def _address(typed: str) -> str:
    try:
        return checked_address(typed)
    except BadInput:
        raise BadInput(f"“{typed[:100]}” is no address. Correct it, then send again.", to="is no address") from None


def _mailbox(session: Session, address: str) -> Mailbox:
    for mailbox in mailboxes(session):
        if mailbox.active and mailbox.address == address:
            return mailbox
    raise BadInput("Choose the mailbox it is sent from.", mailbox="is not known")


def _page(form: NewForm, errors: dict[str, str]) -> Response:
    with desk() as session:
        senders = [Option(box.address, f"{box.name} <{box.address}>") for box in mailboxes(session) if box.active]
        page = desk_page(
            session, "new_ticket.html", form=form, errors=errors or None, senders=senders, max_size=LARGEST,
            once=form.once or secret(),
        )  # fmt: skip
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)
