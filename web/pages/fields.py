"""Fields of one's own: what tickets are asked for beside what every ticket has."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, make_response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, Conflict
from mailgate.office.fields import FieldSetup, known_field, remove_field, save_field, setup_of
from mailgate.store.db import Session
from mailgate.store.fields import OwnField, own_fields
from web.access import desk
from web.answers import see_other
from web.forms import Form, Line, Words
from web.show.fields import Option
from web.show.shell import desk_page
from web.speech import later, say

pages = Blueprint("fields", __name__, url_prefix="/admin/fields")

_URL = "/admin/fields"
_KINDS = {
    "text": later("Text"),
    "number": later("Number"),
    "choice": later("Choice"),
    "date": later("Date"),
    "yes_no": later("Yes or no"),
}


class FieldForm(Form):
    """What an admin says of a field; choices stand one a line."""

    name: Line = ""
    key: Line = ""
    kind: Line = "text"
    choices: Annotated[Words, Field(max_length=50_000)] = ""
    hint: Line = ""
    place: Line = "0"
    active: bool = False

    @property
    def setup(self) -> FieldSetup:
        try:
            place = int(self.place or 0)
        except ValueError:
            place = -1
        choices = tuple(self.choices.split("\n"))
        return FieldSetup(self.name, self.kind, choices, self.hint, place, self.active, self.key)


@pages.get("")
def show() -> str:
    """Show them all."""
    with desk() as session:
        return desk_page(session, "fields.html", current="fields", fields=own_fields(session), kinds=_KINDS)


@pages.get("/new")
def show_new() -> str:
    """Ask what to ask for."""
    with desk() as session:
        return _form(session, None, FieldForm(active=True, place=str(10 * (len(own_fields(session)) + 1))))


@pages.post("")
def add() -> Response:
    """Add one."""
    return _saved(FieldForm.read(request), None)


@pages.get("/<key:field_id>")
def show_one(field_id: int) -> str:
    """Show one, to change it."""
    with desk() as session:
        field = known_field(session, field_id)
        return _form(session, field, _filled(setup_of(field)))


@pages.post("/<key:field_id>")
def change(field_id: int) -> Response:
    """Change it."""
    return _saved(FieldForm.read(request), field_id)


@pages.post("/<key:field_id>/removal")
def remove(field_id: int) -> Response:
    """Remove one that no ticket has filled in."""
    try:
        with desk() as session:
            remove_field(session, known_field(session, field_id))
    except Conflict as error:
        with desk() as session:
            field = known_field(session, field_id)
            page = _form(session, field, _filled(setup_of(field)), {"": str(error)})
        return make_response(page, HTTPStatus.CONFLICT)
    return see_other(_URL)


def _saved(form: FieldForm, field_id: int | None) -> Response:
    try:
        with desk() as session:
            field = known_field(session, field_id) if field_id is not None else None
            save_field(session, form.setup, clock.now(), field=field)
    except (BadInput, Conflict) as error:
        with desk() as session:
            field = known_field(session, field_id) if field_id is not None else None
            page = _form(session, field, form, {next(iter(getattr(error, "fields", {})), ""): str(error)})
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other(_URL)


def _filled(setup: FieldSetup) -> FieldForm:
    return FieldForm(
        name=setup.name, key=setup.key, kind=setup.kind, choices="\n".join(setup.choices), hint=setup.hint,
        place=str(setup.place), active=setup.active,
    )  # fmt: skip


def _form(session: Session, field: OwnField | None, form: FieldForm, errors: dict[str, str] | None = None) -> str:
    kinds = [Option(kind, say(name)) for kind, name in _KINDS.items()]
    return desk_page(session, "field.html", current="fields", own=field, form=form, errors=errors, kinds=kinds)
