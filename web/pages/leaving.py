"""What an agent does on a ticket with a letter that is written: undo, send now, stop, try again."""

from __future__ import annotations

from flask import Blueprint, Response, request

from mailgate import clock
from mailgate.errors import NotFound
from mailgate.store.db import Session
from mailgate.store.outbox import copies_of_messages, copy_by_id
from mailgate.store.tickets import Ticket, by_number
from mailgate.tickets import outgoing
from web.access import agent, desk
from web.answers import see_other
from web.db import ring
from web.forms import Form, Line

pages = Blueprint("leaving", __name__, url_prefix="/t/<number:number>")


class AddressForm(Form):
    """An address letters came back from."""

    address: Line


@pages.post("/deliveries/<key:copy_id>/retry")
def retry(number: str, copy_id: int) -> Response:
    """Send one recipient's copy of an answer now, or again."""
    with desk() as session:
        _require_copy(session, number, copy_id)
        outgoing.send_now(session, copy_id, agent(), clock.now())
    ring("send_mail")
    return see_other(f"/t/{number}")


@pages.post("/deliveries/<key:copy_id>/cancellation")
def cancel(number: str, copy_id: int) -> Response:
    """Stop one recipient's copy before it leaves."""
    with desk() as session:
        _require_copy(session, number, copy_id)
        outgoing.cancel(session, copy_id, agent(), clock.now())
    return see_other(f"/t/{number}")


@pages.post("/answers/<key:message_id>/undo")
def undo(number: str, message_id: int) -> Response:
    """Take an answer back before it leaves; its words go back to where they were written."""
    with desk() as session:
        outgoing.take_back(session, _ticket(session, number).id, message_id, agent(), clock.now())
    return see_other(f"/t/{number}?again={message_id}#composer")


@pages.post("/answers/<key:message_id>/departure")
def send_now(number: str, message_id: int) -> Response:
    """Have an answer sent that was to leave later, or was held."""
    with desk() as session:
        found = _ticket(session, number)
        for copy in copies_of_messages(session, [message_id])[message_id]:
            if copy.ticket_id == found.id and copy.state in ("waiting", "held"):
                outgoing.send_now(session, copy.id, agent(), clock.now())
    ring("send_mail")
    return see_other(f"/t/{number}")


@pages.post("/addresses/cleared")
def clear_address(number: str) -> Response:
    """Letters to an address arrive again, somebody says."""
    form = AddressForm.read(request)
    with desk() as session:
        outgoing.works_again(session, form.address)
    return see_other(f"/t/{number}")


def _require_copy(session: Session, number: str, copy_id: int) -> None:
    copy = copy_by_id(session, copy_id)
    if copy is None or copy.ticket_id != _ticket(session, number).id:
        raise NotFound(f"There is no letter {copy_id} on this ticket.")


def _ticket(session: Session, number: str) -> Ticket:
    found = by_number(session, number)
    if found is None:
        raise NotFound(f"There is no ticket {number}.")
    return found
