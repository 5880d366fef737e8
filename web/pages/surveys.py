"""Surveys: whether customers are asked, and what they said."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office.surveys import set_survey_hours, set_survey_questions
from mailgate.store.organisations import own
from mailgate.store.surveys import averages_since, newest_ratings, satisfaction_since
from web.access import desk
from web.answers import see_other
from web.forms import Form, Words
from web.show.shell import desk_page

pages = Blueprint("surveys", __name__, url_prefix="/admin/surveys")

_SHOWN, _PERIOD = 50, timedelta(days=30)


class HoursForm(Form):
    """So many hours after a request was resolved; empty: nobody is asked. A question a line."""

    hours: Annotated[str, Field(pattern=r"^[0-9]{0,4}$")]
    questions: Annotated[Words, Field(max_length=5000)] = ""


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
            set_survey_questions(session, form.questions.splitlines())
    except BadInput as error:
        return _page(form, {name: str(error) for name in error.fields}), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other("/admin/surveys?done=saved")


def _page(typed: HoursForm | None = None, errors: dict[str, str] | None = None) -> str:
    with desk() as session:
        hours, questions = own(session).survey_hours, own(session).survey_questions
        form = typed or HoursForm(hours="" if hours is None else str(hours), questions="\n".join(questions))
        return desk_page(
            session, "surveys.html", current="surveys", is_on=hours is not None, form=form, errors=errors or {},
            is_saved=request.args.get("done") == "saved", averages=averages_since(session, clock.now() - _PERIOD),
            satisfaction=satisfaction_since(session, clock.now() - _PERIOD),
            ratings=[(survey, ticket) for survey, ticket in newest_ratings(session, limit=_SHOWN)],
        )  # fmt: skip
