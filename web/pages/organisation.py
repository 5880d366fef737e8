"""The organisation: its name, ticket numbers, language, time zone, and what it asks of those who work here."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from zoneinfo import available_timezones

from flask import Blueprint, Response, make_response, request

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office.organisation import LANGUAGES, OrganisationSetup, save_organisation, setup_of
from mailgate.store.numbers import check_format, example_number
from mailgate.store.organisations import own
from web.access import desk
from web.answers import see_other
from web.forms import Form, Line
from web.show.fields import Option
from web.show.shell import desk_page
from web.speech import told_all

pages = Blueprint("organisation", __name__, url_prefix="/admin/organisation")


class OrganisationForm(Form):
    name: Line = ""
    number_format: Line = ""
    language: Line = "en"
    time_zone: Line = "UTC"
    needs_second_factor: bool = False


@pages.get("")
def show() -> str:
    """Show it."""
    with desk() as session:
        setup = setup_of(own(session))
    return _form(OrganisationForm(**asdict(setup)), None)


@pages.post("")
def change() -> Response:
    """Change it."""
    form = OrganisationForm.read(request)
    try:
        with desk() as session:
            save_organisation(session, OrganisationSetup(**form.model_dump()))
    except BadInput as error:
        page = _form(form, {next(iter(error.fields), ""): str(error)})
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other("/admin/organisation?done=saved")


def _form(form: OrganisationForm, errors: dict[str, str] | None) -> str:
    with desk() as session:
        return desk_page(
            session, "organisation.html", current="organisation", form=form, errors=errors,
            example=_example(form.number_format),
            languages=[Option(*each) for each in told_all(LANGUAGES).items()],
            zones=sorted(available_timezones()), is_saved=request.args.get("done") == "saved",
        )  # fmt: skip


def _example(number_format: str) -> str:
    try:
        return example_number(check_format(number_format), clock.now())
    except BadInput:
        return ""
