"""Surveys: whether customers are asked, and what they said."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office.surveys import set_survey_hours
from mailgate.store.organisations import own
from mailgate.store.surveys import newest_ratings, satisfaction_since
from web.access import desk
from web.answers import see_other
from web.forms import Form
from web.show.shell import desk_page

pages = Blueprint("surveys", __name__, url_prefix="/admin/surveys")

_SHOWN, _PERIOD = 50, timedelta(days=30)


class HoursForm(Form):
    """So many hours after a request was resolved; empty: nobody is asked."""

    hours: Annotated[str, Field(pattern=r"^[0-9]{0,4}$")]


@pages.get("")
def show() -> str:
    """Show what customers said, and when they are asked."""
    return _page()


@pages.post("")
def change() -> Response | tuple[str, int]:
    """Ask from now on, or no more."""
    form = HoursForm.read(request)
    try:
        with desk() as session:
            set_survey_hours(session, int(form.hours) if form.hours else None, clock.now())
    except BadInput as error:
        return _page(form.hours, str(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other("/admin/surveys?done=saved")


def _page(typed: str | None = None, error: str = "") -> str:
    with desk() as session:
        hours = own(session).survey_hours
        return desk_page(
            session, "surveys.html", current="surveys", is_on=hours is not None,
            hours=typed if typed is not None else str(hours) if hours is not None else "",
            errors={"hours": error} if error else {}, is_saved=request.args.get("done") == "saved",
            satisfaction=satisfaction_since(session, clock.now() - _PERIOD),
            ratings=[(survey, ticket) for survey, ticket in newest_ratings(session, limit=_SHOWN)],
        )  # fmt: skip
