"""What else can be done with a ticket: file it, tag it, put it off, merge, link and print it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

from flask import Blueprint, Response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, NotFound
from mailgate.store.db import Session
from mailgate.store.listing import listed_by_number
from mailgate.store.numbers import take_numbers
from mailgate.store.office import Category, Team, categories, teams
from mailgate.store.organisations import own
from mailgate.store.tickets import Ticket, by_ids, by_number, ids_of
from mailgate.tickets import link as links
from mailgate.tickets import merge as merging
from mailgate.tickets import snooze as snoozing
from mailgate.tickets import split as splitting
from mailgate.tickets.change import Named, change
from web.access import agent, desk, who, zone_of
from web.answers import see_ticket
from web.db import tools
from web.forms import Form, Line
from web.show.later import read_later
from web.show.shell import desk_page
from web.show.ticket import ticket_page, ticket_values
from web.show.ticket_fields import Wrong

pages = Blueprint("ticket_verbs", __name__, url_prefix="/t/<number:number>")

Number = Annotated[Line, Field(min_length=1, max_length=140)]
_TAGS_LENGTH = 2000


class PlaceForm(Form):
    """The id of a team or a category, or nothing."""

    to: Annotated[str, Field(pattern=r"^[0-9]{0,18}$")]


class TagsForm(Form):
    """All tags of a ticket, with commas between them."""

    tags: Annotated[Line, Field(max_length=_TAGS_LENGTH)] = ""


class FieldForm(Form):
    """A field of one's own by its key, and what is to stand in it; nothing empties it."""

    key: Annotated[Line, Field(max_length=60)]
    value: Annotated[str, Field(max_length=2000)] = ""


class SnoozeForm(Form):
    """A moment that is offered by its key, or (`at`) any other."""

    until: Annotated[str, Field(max_length=40)] = ""
    at: Annotated[str, Field(max_length=40)] = ""


class OtherForm(Form):
    """Another ticket by its number."""

    other: Number


@pages.post("/team")
def give_to_team(number: str) -> Response:
    """Give the ticket to a team."""
    return _file(number, "team", teams)


@pages.post("/category")
def file_under(number: str) -> Response:
    """File the ticket under a category."""
    return _file(number, "category", categories)


@pages.post("/tags")
def tag(number: str) -> Response:
    """Set the tags."""
    form = TagsForm.read(request)
    with desk() as session:
        change(session, _locked(session, number), agent(), clock.now(), tags=form.tags.split(","))
    return see_ticket(number)


@pages.post("/fields")
def fill_in(number: str) -> Response:
    """Fill in a field, or empty it."""
    form = FieldForm.read(request)
    try:
        with desk() as session:
            change(session, _locked(session, number), agent(), clock.now(), fields={form.key: form.value})
    except BadInput as error:
        with desk() as session:
            found = listed_by_number(session, number)
            if found is None:
                raise
            return ticket_page(session, found, wrong=Wrong(form.key, form.value, str(error)))
    return see_ticket(number)


@pages.post("/snooze")
def snooze(number: str) -> Response:
    """Keep it out of sight for a while."""
    form = SnoozeForm.read(request)
    with desk() as session:
        until = read_later(form.until or form.at, zone_of(session))
        snoozing.snooze(session, _locked(session, number), until, agent(), clock.now())
    return see_ticket(number)


@pages.post("/waking")
def wake(number: str) -> Response:
    """Bring it back into sight."""
    with desk() as session:
        snoozing.wake(session, _locked(session, number), agent(), clock.now())
    return see_ticket(number)


@pages.post("/merge")
def merge(number: str) -> Response:
    """Let it go on in another ticket, which is shown then."""
    with desk() as session:
        ticket, other = _two(session, number, OtherForm.read(request).other)
        merging.merge(session, ticket, other, agent(), clock.now())
        into = other.number
    return see_ticket(into)


@pages.post("/separation")
def unmerge(number: str) -> Response:
    """Take its merge back."""
    with desk() as session:
        found = by_number(session, number)
        if found is None or found.merged_into_id is None:
            raise NotFound(f"{number} is not merged into another ticket.")
        tickets = by_ids(session, [found.id, found.merged_into_id], lock=True)
        merging.unmerge(session, tickets[found.id], tickets[found.merged_into_id], agent(), clock.now())
    return see_ticket(number)


@pages.post("/messages/<key:message_id>/split")
def split(number: str, message_id: int) -> Response:
    """Make a ticket of its own of what was said from a message on, and show it."""
    with desk() as session:
        number_format = own(session).number_format
    (fresh,) = take_numbers(tools().database, who().org, number_format, 1, clock.now())
    with desk() as session:
        made = splitting.split(session, _locked(session, number), message_id, fresh, agent(), clock.now()).number
    return see_ticket(made)


@pages.post("/links")
def link(number: str) -> Response:
    """Say that it has to do with another ticket."""
    with desk() as session:
        links.link(session, *_two(session, number, OtherForm.read(request).other), agent(), clock.now())
    return see_ticket(number)


@pages.post("/links/removal")
def unlink(number: str) -> Response:
    """Take such a link away."""
    with desk() as session:
        links.unlink(session, *_two(session, number, OtherForm.read(request).other), agent(), clock.now())
    return see_ticket(number)


@pages.get("/print")
def print_view(number: str) -> str:
    """The ticket on paper: everything that was said, and nothing to press."""
    with desk() as session:
        found = listed_by_number(session, number)
        if found is None:
            raise NotFound(f"There is no ticket {number}.")
        values = ticket_values(session, found)
        return desk_page(session, "ticket_print.html", **values | {"composer": None, "choices": None})


def _file(number: str, field: str, places: Callable[[Session], Sequence[Team | Category]]) -> Response:
    chosen = int(PlaceForm.read(request).to or 0)
    with desk() as session:
        found = _locked(session, number)
        known = {one.id: one.name for one in places(session)}
        if chosen and chosen not in known:
            raise BadInput(f"There is no such {field}.", to="is not known")
        had_id: int | None = getattr(found, f"{field}_id")
        had = Named(had_id, known.get(had_id, "")) if had_id is not None else None
        given = {field: (had, Named(chosen, known[chosen]) if chosen else None)}
        change(session, found, agent(), clock.now(), given=given)
    return see_ticket(number)


def _two(session: Session, number: str, other: str) -> tuple[Ticket, Ticket]:
    """Two tickets to change at once; they are locked in one order, whoever names them in which."""
    known = ids_of(session, [number.upper(), other.upper()])
    for one in (number, other):
        if one.upper() not in known:
            raise NotFound(f"There is no ticket {one}.")
    tickets = by_ids(session, known.values(), lock=True)
    return tickets[known[number.upper()]], tickets[known[other.upper()]]


def _locked(session: Session, number: str) -> Ticket:
    found = by_number(session, number, lock=True)
    if found is None:
        raise NotFound(f"There is no ticket {number}.")
    return found
