"""Side conversations: ask a third party about a ticket."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from flask import Blueprint, Response, make_response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, Conflict, NotFound
from mailgate.office.setup import checked_address
from mailgate.store.db import Session
from mailgate.store.listing import listed_by_number
from mailgate.store.messages import is_written, message_by_id
from mailgate.store.office import mailbox_by_id
from mailgate.store.tickets import by_number
from mailgate.tickets.side import forward as pass_on
from web.access import agent, desk, who
from web.answers import see_other
from web.db import ring, tools
from web.forms import Form, Line, Prose
from web.show.shell import desk_page, fragment
from web.show.ticket import LARGEST, Written, ticket_values
from web.uploads import let_in, uploaded

pages = Blueprint("sides", __name__, url_prefix="/t/<number:number>/forwards")


class ForwardForm(Form):
    """Words to a third party; files come beside them."""

    to: Line
    body: Prose
    once: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
    subject: Line = ""
    passed_on: Annotated[str, Field(pattern=r"^[0-9]{0,18}$")] = ""


@pages.url_value_preprocessor
def let_files_in(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """It may bring files. Said here, before anything looks into the form."""
    let_in(LARGEST)


@pages.post("")
def forward(number: str) -> Response:
    """Write to somebody else than the customer. The same form sent twice is one letter."""
    form = ForwardForm.read(request)
    try:
        files = uploaded(LARGEST)
        tools().blobs.put_all(who().org, [file.content for file in files])  # before the rows that name them
        with desk() as session:
            ticket = by_number(session, number, lock=True)
            if ticket is None:
                raise NotFound(f"There is no ticket {number}.")
            if not is_written(session, ticket.id, form.once):
                pass_on(
                    session, ticket, mailbox_by_id(session, ticket.mailbox_id), _address(form.to), form.body, agent(),
                    clock.now(), tools().marks,
                    channel="web", subject=form.subject, files=files, once=form.once,
                    passed_on=message_by_id(session, int(form.passed_on)) if form.passed_on else None,
                )  # fmt: skip
    except (BadInput, Conflict) as error:
        return _refused(number, form, error)
    ring("follow_event")
    return see_other(f"/t/{number}")


def _address(typed: str) -> str:
    try:
        return checked_address(typed)
    except BadInput:
        raise BadInput(f"“{typed[:100]}” is no address.", to="is no address") from None


def _refused(number: str, form: ForwardForm, error: BadInput | Conflict) -> Response:
    fields = getattr(error, "fields", {})
    told = {next((name for name in ("to", "files") if name in fields), "body"): str(error)}
    written = Written("forward", form.body, form.once, told, to=form.to, subject=form.subject)
    with desk() as session:
        response = make_response(_page(session, number, written))
    response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return response


def _page(session: Session, number: str, written: Written) -> str:
    found = listed_by_number(session, number)
    if found is None:
        raise NotFound(f"There is no ticket {number}.")
    values = ticket_values(session, found, written)
    if request.headers.get("HX-Request-Type") == "partial":
        return fragment(session, "ticket_pane.html", **values)
    return desk_page(session, "ticket.html", **values)
