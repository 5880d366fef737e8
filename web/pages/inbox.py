"""The inbox: look at a view or a search, change many tickets at once, and keep a question as a view."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, NotFound
from mailgate.office.views import NAME_LENGTH, QUERY_LENGTH, save_view
from mailgate.rights import Right, may
from mailgate.store.agents import agent_by_id
from mailgate.store.db import Session
from mailgate.store.views import remove_view
from mailgate.tickets.bulk import MOST, Wanted, change_many
from mailgate.tickets.change import Named, clean_tags
from web.access import agent, desk, who, zone_of
from web.answers import see_other
from web.forms import Form, Line, NumberInPath
from web.show.inbox import Told, inbox_page, told_of
from web.show.later import read_later
from web.show.words import PRIORITIES, STATUSES
from web.speech import later, say

pages = Blueprint("inbox", __name__)

_GIVEN = later("%(number)s is with others now, and out of your sight.")
_DONE = {"resolved": later("resolved"), "closed": later("closed")}


class BulkForm(Form):
    """One deed, such as `status:resolved`, for the ticked tickets of a list; `query` is the list's address."""

    number: Annotated[tuple[Line, ...], Field(max_length=MOST)] = ()
    deed: Annotated[str, Field(pattern=r"^[a-z]{3,9}:[a-z0-9_]{0,20}$")]
    tag: Line = ""
    query: Annotated[str, Field(max_length=QUERY_LENGTH)] = ""


class ViewForm(Form):
    """A question to keep under a name."""

    name: Annotated[Line, Field(max_length=NAME_LENGTH)]
    query: Annotated[str, Field(max_length=QUERY_LENGTH)]


@pages.get("/")
def show() -> str:
    """Show a view, or what a search found."""
    given = request.args.get("given", "")
    told = Told(say(_GIVEN, number=given), []) if re.fullmatch(NumberInPath.regex, given) else None
    with desk() as session:
        return inbox_page(session, request.args, told=told)


@pages.post("/bulk")
def bulk() -> str | tuple[str, int]:
    """Do one thing to many tickets, and show the list again with what became of each."""
    form = BulkForm.read(request)
    query = dict(parse_qsl(form.query))
    if not form.number:
        with desk() as session:
            return inbox_page(session, query, wrong=say("Tick some tickets first.")), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with desk() as session:
            wanted, done = _wanted(session, form)
            told = told_of(change_many(session, form.number, wanted, agent(), clock.now()), done)
    except BadInput as error:
        with desk() as session:
            return inbox_page(session, query, wrong=str(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    with desk() as session:
        return inbox_page(session, query, told=told)


@pages.post("/views")
def keep_view() -> Response | tuple[str, int]:
    """Keep what the list shows as a view of one's own."""
    form = ViewForm.read(request)
    try:
        with desk() as session:
            save_view(session, who().agent_id, form.name, form.query, clock.now())
    except BadInput as error:
        with desk() as session:
            page = inbox_page(session, dict(parse_qsl(form.query)), wrong=str(error))
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other(f"/?{form.query}")


@pages.post("/views/<key:view_id>/removal")
def forget_view(view_id: int) -> Response:
    """Forget a view of one's own."""
    with desk() as session:
        if not remove_view(session, who().agent_id or 0, view_id):
            raise NotFound("You have no such view.")
    return see_other("/")


def _set_to(status: str) -> str:
    """The word for tickets that were given a status."""
    if status in _DONE:
        return say(_DONE[status])
    return say("set to “%(status)s”", status=say(STATUSES.get(status, status)))


def _wanted(session: Session, form: BulkForm) -> tuple[Wanted, str]:
    """What a deed asks for, and the word for a ticket it was done to."""
    deed, _, value = form.deed.partition(":")
    match deed:
        case "status":
            return Wanted(status=value), _set_to(value)
        case "priority":
            return Wanted(priority=value), say(
                "set to the priority “%(priority)s”", priority=say(PRIORITIES.get(value, value))
            )
        case "assignee":
            return Wanted(assignee=(_worker(session, value),)), say("assigned") if value != "none" else say(
                "without assignee"
            )
        case "tag" | "untag":
            tag = next(iter(clean_tags([form.tag])), "")
            if not tag:
                raise BadInput("Write a tag first.", tag="is empty")
            return (Wanted(add_tag=tag), "tagged") if deed == "tag" else (Wanted(remove_tag=tag), "untagged")
        case "later":
            return Wanted(snooze_until=read_later(value, zone_of(session))), "snoozed"
    raise BadInput(f"There is nothing called {deed!r} to do.", deed="is not known")


def _worker(session: Session, value: str) -> Named | None:
    if value == "none":
        return None
    chosen = agent_by_id(session, (who().agent_id or 0) if value == "me" else int(value) if value.isdigit() else 0)
    if chosen is None or not chosen.active or not may(chosen.role, Right.WORK):
        raise BadInput("This agent does not work on tickets.", deed="names somebody who only looks on")
    return Named(chosen.id, chosen.name)
