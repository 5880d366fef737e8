"""Tags that mean something: their colours and meanings, other names for them, and two made one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, make_response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office.tags import TagSetup, known_tag, merge_tag, remove_tag, save_tag, setup_of
from mailgate.store.db import Session
from mailgate.store.fields import TagDefinition, tag_definitions
from web.access import desk
from web.answers import see_other
from web.forms import Form, Line
from web.show.fields import Option
from web.show.shell import desk_page
from web.speech import later, say

pages = Blueprint("tags", __name__, url_prefix="/admin/tags")

_URL = "/admin/tags"
_COLOURS = {
    "": later("None"), "red": later("Red"), "orange": later("Orange"), "yellow": later("Yellow"),
    "green": later("Green"), "teal": later("Teal"), "blue": later("Blue"), "purple": later("Purple"),
    "pink": later("Pink"),
}  # fmt: skip


class TagForm(Form):
    """What an admin says of a tag."""

    name: Line = ""
    colour: Line = ""
    description: Line = ""

    @property
    def setup(self) -> TagSetup:
        return TagSetup(self.name, self.colour, self.description)


class MergeForm(Form):
    """The other tag, by its id."""

    into: Annotated[Line, Field(pattern=r"^[0-9]{0,18}$")] = ""


@pages.get("")
def show() -> str:
    """Show those that are defined."""
    with desk() as session:
        return desk_page(session, "tags.html", current="tags", tags=tag_definitions(session))


@pages.get("/new")
def show_new() -> str:
    """Ask what it means."""
    with desk() as session:
        return _form(session, None, TagForm())


@pages.post("")
def add() -> Response:
    """Define one."""
    return _saved(TagForm.read(request), None)


@pages.get("/<key:tag_id>")
def show_one(tag_id: int) -> str:
    """Show one, to change it."""
    with desk() as session:
        tag = known_tag(session, tag_id)
        return _form(session, tag, _filled(tag))


@pages.post("/<key:tag_id>")
def change(tag_id: int) -> Response:
    """Change it; with another name, tickets bear that one from now on."""
    return _saved(TagForm.read(request), tag_id)


@pages.post("/<key:tag_id>/merge")
def merge(tag_id: int) -> Response:
    """Make two tags one."""
    form = MergeForm.read(request)
    try:
        with desk() as session:
            merge_tag(session, known_tag(session, tag_id), _chosen(session, form.into))
    except BadInput as error:
        with desk() as session:
            tag = known_tag(session, tag_id)
            page = _form(session, tag, _filled(tag), {"into": str(error)})
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other(_URL)


@pages.post("/<key:tag_id>/removal")
def remove(tag_id: int) -> Response:
    """Take it off every ticket, and forget it."""
    with desk() as session:
        remove_tag(session, known_tag(session, tag_id))
    return see_other(_URL)


def _chosen(session: Session, into: str) -> TagDefinition:
    if not into:
        raise BadInput("Choose the tag that stays.", into="is missing")
    return known_tag(session, int(into))


def _saved(form: TagForm, tag_id: int | None) -> Response:
    try:
        with desk() as session:
            save_tag(session, form.setup, clock.now(), tag=known_tag(session, tag_id) if tag_id is not None else None)
    except BadInput as error:
        with desk() as session:
            tag = known_tag(session, tag_id) if tag_id is not None else None
            page = _form(session, tag, form, {next(iter(error.fields), ""): str(error)})
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other(_URL)


def _filled(tag: TagDefinition) -> TagForm:
    setup = setup_of(tag)
    return TagForm(name=setup.name, colour=setup.colour, description=setup.description)


def _form(session: Session, tag: TagDefinition | None, form: TagForm, errors: dict[str, str] | None = None) -> str:
    others = [Option(str(one.id), one.name) for one in tag_definitions(session) if tag is None or one.id != tag.id]
    return desk_page(
        session, "tag.html", current="tags", tag=tag, form=form, errors=errors, others=others,
        colours=[Option(one, say(word)) for one, word in _COLOURS.items()],
    )  # fmt: skip
