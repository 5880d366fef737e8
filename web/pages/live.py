"""The stream of an agent's page, and where that page says what its agent looks at."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request
from pydantic import Field

from mailgate.errors import NotFound
from mailgate.rights import Right
from mailgate.store.listing import Filters
from mailgate.store.tickets import by_id
from mailgate.tokens import hashed
from web.access import desk, who, zone_of
from web.access.sessions import NAME, cookie_name
from web.answers import done
from web.forms import Form, Line
from web.live import Listener, Stream, hub
from web.show.fields import known_fields
from web.show.filters import DEFAULT_SORT, read
from web.speech import spoken

pages = Blueprint("live", __name__, url_prefix="/live")


class PlaceForm(Form):
    """Which page it is (its stream told it), at which ticket, and what happens there."""

    page: Annotated[Line, Field(max_length=40)]
    ticket: Annotated[str, Field(pattern=r"^[0-9]{0,18}$")] = ""
    doing: Annotated[str, Field(pattern=r"^(reading|answering|noting)$")] = "reading"


@pages.get("")
def listen() -> Response:
    """Listen: what happens is told until the page, or its agent's session, ends."""
    known = who()
    if known.agent_id is None:
        raise NotFound("An application asks the API; streams are for pages.")
    filters, sort = _asked()
    stream = Stream(
        Listener(
            org=known.org,
            agent_id=known.agent_id,
            name=known.name,
            works=known.may(Right.WORK),
            session=hashed(request.cookies.get(cookie_name(NAME), "")),
            shows=filters,
            sort=sort,
            language=spoken(),
            zone=known.time_zone,
        )
    )
    hub().open(stream, request.args.get("age", 0.0, type=float) / 1000)
    response = Response(stream, mimetype="text/event-stream", direct_passthrough=True)
    response.headers["X-Accel-Buffering"] = "no"  # nginx would keep it to itself
    return response


@pages.post("/place")
def place() -> Response:
    """Say what the agent looks at or writes, for whoever else is there."""
    form = PlaceForm.read(request)
    known = who()
    ticket_id = int(form.ticket) if form.ticket else None
    if ticket_id is not None:
        with desk() as session:
            if by_id(session, ticket_id) is None:
                raise NotFound("There is no such ticket.")
    hub().place(form.page, known.agent_id or 0, ticket_id, form.doing)
    return done()


def _asked() -> tuple[Filters | None, str]:
    """What the page's list shows, if it has one: the list's own address, as a query."""
    query = request.args.get("list")
    if query is None:
        return None, DEFAULT_SORT
    agent = who().agent_id or 0
    with desk() as session:
        asked = read(known_fields(session, agent, zone_of(session)), dict(parse_qsl(query)))
        return asked.filters(session, agent), asked.sort
