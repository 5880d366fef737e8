"""Surveys: what customers said, and what they are asked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mailgate import clock
from mailgate.office.surveys import MOST_QUESTIONS, set_survey_questions
from mailgate.store.organisations import own
from mailgate.store.surveys import Survey, newest_ratings, survey_of
from mailgate.store.tickets import Ticket
from mailgate.tickets import rate as rating
from mailgate.tickets.rate import COMMENT_LENGTH, Said
from web import cursors
from web.access import agent, desk
from web.api import lookups
from web.api.operations import Answer, Body, operation
from web.api.shapes import Moment, Page, PageQuery
from web.forms import Line, Words


class Rate(Body):
    """What a customer says of our help."""

    rating: Literal["happy", "unhappy"]
    comment: Annotated[Words, Field(max_length=COMMENT_LENGTH)] = ""
    answers: Annotated[dict[str, Annotated[int, Field(ge=1, le=5)]], Field(max_length=MOST_QUESTIONS)] = Field(
        default_factory=dict, description="One to five, by the words of the question."
    )


class RatingShown(Answer):
    """What a customer said. `asked_at`: null where they said it unasked."""

    ticket: str
    rating: Literal["happy", "unhappy"] | None
    comment: str
    answers: dict[str, int]
    asked_at: Moment | None
    rated_at: Moment | None


class RatingPage(Page[RatingShown]):
    """Some ratings."""


class SurveySettings(Body):
    """What customers are asked beside whether we were of help. When they are asked, a rule says (`/rules`)."""

    questions: list[Line]


class SurveySettingsShown(Answer):
    """What customers are asked beside whether we were of help."""

    questions: list[str]


@operation("POST", "/tickets/<number:number>/rate", body=Rate, answer=RatingShown)
def rate_ticket(number: str, body: Rate) -> RatingShown:
    """Write down what a customer said of our help, on the telephone, say. It can be changed for two weeks."""
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number, lock=True)
        rating.rate(session, ticket, Said(body.rating, body.comment, body.answers), agent(), clock.now())
        session.flush()
        survey = survey_of(session, ticket.id)
        assert survey is not None
        return _shown(survey, ticket)


@operation("GET", "/surveys", query=PageQuery, answer=RatingPage)
def list_ratings(query: PageQuery) -> RatingPage:
    """List what customers said, newest first."""
    with desk() as session:
        rows = newest_ratings(session, before=cursors.read_id(query.cursor), limit=query.limit + 1)
    page, following = cursors.cut(rows, query.limit, lambda row: cursors.make(row[0].id))
    return RatingPage(items=[_shown(*row) for row in page], next=following)


@operation("PUT", "/surveys", body=SurveySettings, answer=SurveySettingsShown)
def set_surveys(body: SurveySettings) -> SurveySettingsShown:
    """Say what customers are asked beside whether we were of help."""
    with desk() as session:
        set_survey_questions(session, body.questions)
        return SurveySettingsShown(questions=own(session).survey_questions)


def _shown(survey: Survey, ticket: Ticket) -> RatingShown:
    return RatingShown.model_validate(
        {name: getattr(survey, name) for name in ("rating", "comment", "answers", "asked_at", "rated_at")}
        | {"ticket": ticket.number}
    )
