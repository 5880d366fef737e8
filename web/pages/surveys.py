"""Surveys: whether customers are asked, and what they said."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office.rules import given_by
from mailgate.office.surveys import set_survey_questions
from mailgate.rules.words import in_words
from mailgate.store.db import Session
from mailgate.store.organisations import own
from mailgate.store.rules import rule_rows
from mailgate.store.surveys import averages_since, newest_ratings, satisfaction_since
from web.access import desk
from web.answers import see_other
from web.forms import Form, Words
from web.show.shell import desk_page
from web.speech import say

pages = Blueprint("surveys", __name__, url_prefix="/admin/surveys")

_SHOWN, _PERIOD = 50, timedelta(days=30)


class QuestionsForm(Form):
    """A question a line."""

    questions: Annotated[Words, Field(max_length=5000)] = ""


@pages.get("")
def show() -> str:
    """Show what customers said, and by which rules they are asked."""
    return _page()


@pages.post("")
def change() -> Response | tuple[str, int]:
    """Ask this from now on."""
    form = QuestionsForm.read(request)
    try:
        with desk() as session:
            set_survey_questions(session, form.questions.splitlines())
    except BadInput as error:
        return _page(form, {name: str(error) for name in error.fields}), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other("/admin/surveys?done=saved")


def _page(typed: QuestionsForm | None = None, errors: dict[str, str] | None = None) -> str:
    with desk() as session:
        form = typed or QuestionsForm(questions="\n".join(own(session).survey_questions))
        return desk_page(
            session, "surveys.html", current="surveys", rules=_rules(session), form=form, errors=errors or {},
            is_saved=request.args.get("done") == "saved", averages=averages_since(session, clock.now() - _PERIOD),
            satisfaction=satisfaction_since(session, clock.now() - _PERIOD),
            ratings=[(survey, ticket) for survey, ticket in newest_ratings(session, limit=_SHOWN)],
        )  # fmt: skip


def _rules(session: Session) -> list[dict[str, object]]:
    """The rules by which customers are asked."""
    found = [(row, given_by(row)) for row in rule_rows(session)]
    return [
        {"id": row.id, "name": row.name, "active": row.active, "sentence": in_words(given, say)}
        for row, given in found
        if any(action.do == "survey" for action in given.then)
    ]
