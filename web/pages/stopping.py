"""Stop letters of one kind: by a button on a page, or by the mail program itself (RFC 8058), without signing in."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from mailgate import clock
from mailgate.errors import NotFound
from mailgate.office.wishes import stop_letter
from mailgate.store.agents import agent_by_id
from mailgate.store.people import stop_surveys
from mailgate.store.tickets import by_id
from mailgate.tokens import Stop
from web.access import client_address, desk_of, limit
from web.answers import see_other
from web.db import tools
from web.show.shell import customer_page, public_face

pages = Blueprint("stopping", __name__, url_prefix="/stop")

_STOPPED = ("digest", "reminder", "survey")
_TRIES, _HOUR = 60, 3600


@pages.get("/<mark>")
def show(mark: str) -> str:
    """Ask whether they mean it: a program that looks through links must stop nothing."""
    stop = _read(mark)
    is_done = request.args.get("done") == "stopped"
    return customer_page(public_face(), "stop.html", letter=stop.letter, is_done=is_done)


@pages.post("/<mark>")
def stop(mark: str) -> Response:
    """Do it. A mail program posts `List-Unsubscribe=One-Click`, and looks at no page."""
    _do(_read(mark))
    if request.form.get("List-Unsubscribe") == "One-Click":
        return make_response("Stopped.", {"Content-Type": "text/plain; charset=utf-8"})
    return see_other(f"/stop/{mark}?done=stopped")


def _read(mark: str) -> Stop:
    limit("stop", client_address(), times=_TRIES, seconds=_HOUR)
    found = tools().marks.read_stop(mark)
    if found is None or found.letter not in _STOPPED:
        raise NotFound("This link stops nothing. Copy it whole, as it stands in the mail.")
    return found


def _do(stop: Stop) -> None:
    """The mark is proof enough: it stands only in a letter that went to whom it concerns."""
    with desk_of(stop.org) as session:
        if stop.kind == "t" and (ticket := by_id(session, stop.id)) is not None:
            stop_surveys(session, ticket.requester_address, clock.now())
        elif stop.kind == "a" and agent_by_id(session, stop.id) is not None:
            stop_letter(session, stop.id, stop.letter, clock.now())
