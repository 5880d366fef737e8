"""The look-up: how far a request is, for whoever knows its number and address; and private links by mail.

Whatever does not fit looks the same, and takes the same time: a wrong number, a wrong address, somebody else's request.
"""

from __future__ import annotations

from flask import Blueprint, request

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office.setup import checked_address
from mailgate.store.events import history_of
from mailgate.store.tickets import by_id, find_requests
from mailgate.tickets.by_customer import ask_for_link
from mailgate.tickets.history import Actor
from web.access import client_address, desk_of, limit
from web.access.evenly import evenly
from web.db import ring, tools
from web.forms import Form, Line
from web.show.progress import Progress, progress
from web.show.shell import Face, customer_page, public_face
from web.speech import later, say, speak, wanted

pages = Blueprint("status", __name__, url_prefix="/status")

_MINUTES_15, _HOUR = 900, 3600
_LOOKS, _LOOKS_OF_ONE, _LINKS, _LINKS_OF_ONE = 30, 10, 10, 3
_NUMBER_LENGTH = 140
_NO_ADDRESS = later("Enter a mail address such as ann@example.org.")


class LookUpForm(Form):
    number: Line
    email: Line


class LinksForm(Form):
    email: Line


@pages.get("")
def show() -> str:
    """Ask for number and address; a link in a letter fills in the number."""
    number = _cleaned(" ".join(request.args.get("number", "").split()))
    return _form(public_face(), number, "", None)


@pages.post("")
def look_up() -> str | tuple[str, int]:
    """Say how far a request is, or that there is none; never a word of what was written in it."""
    limit("status", client_address(), times=_LOOKS, seconds=_MINUTES_15)
    form = LookUpForm.read(request)
    shown, number = public_face(), _cleaned(form.number)
    speak(wanted(usual=shown.language))
    address, errors = _address(form.email), {}
    if not number:
        errors["number"] = say("Enter the number from our mail, for example %(number)s.") % {"number": shown.example}
    if address is None:
        errors["email"] = _NO_ADDRESS
    if address is None or errors:
        return _form(shown, form.number, form.email, errors), 422
    limit("status-address", address, times=_LOOKS_OF_ONE, seconds=_MINUTES_15)
    with evenly():
        found = _find(address, number)
        return customer_page(shown, "status_result.html", number=number, email=address, request=found)


@pages.post("/links")
def mail_links() -> str | tuple[str, int]:
    """Mail somebody private links to their requests, if they have any; the page says the same to everybody."""
    limit("links", client_address(), times=_LINKS, seconds=_HOUR)
    shown, email = public_face(), LinksForm.read(request).email
    address = _address(email)
    if address is None:
        errors = {"email": _NO_ADDRESS}
        return _form(shown, "", email, errors), 422
    limit("links-address", address, times=_LINKS_OF_ONE, seconds=_HOUR)
    with evenly():
        _ask_for_links(address)
        return customer_page(shown, "status_mailed.html", email=address)


def _find(address: str, number: str) -> Progress | None:
    with tools().database.crossing() as connection:
        found = find_requests(connection, address, number)
    for org, ticket_id in found:
        with desk_of(org) as session:
            ticket = by_id(session, ticket_id)
            if ticket is not None:
                return progress(ticket, history_of(session, ticket.id))
    return None


def _ask_for_links(address: str) -> None:
    with tools().database.crossing() as connection:
        found = find_requests(connection, address)
    for org in {one.org_id for one in found}:
        with desk_of(org) as session:
            for _, ticket_id in [one for one in found if one.org_id == org]:
                if (ticket := by_id(session, ticket_id, lock=True)) is not None:
                    ask_for_link(session, ticket, Actor("customer", address, address=address), clock.now())
    if found:
        ring("follow_event")


def _form(shown: Face, number: str, email: str, errors: dict[str, str] | None) -> str:
    return customer_page(shown, "status.html", number=number, email=email, errors=errors)


def _cleaned(number: str) -> str:
    """A number as somebody copied it out of a mail: [#TKT-2026-000123] is TKT-2026-000123."""
    return number.strip(" []#").upper()[:_NUMBER_LENGTH].replace("\0", "")


def _address(email: str) -> str | None:
    try:
        return checked_address(email)
    except BadInput:
        return None
