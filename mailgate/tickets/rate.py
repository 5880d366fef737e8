"""A customer is asked once whether we were of help, and says so: once, and changeable for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailgate.errors import BadInput, Conflict
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.organisations import own
from mailgate.store.surveys import RATINGS, Survey, survey_of
from mailgate.store.tickets import Ticket
from mailgate.tickets.history import Actor, record
from mailgate.tickets.moves import require_unmerged

CHANGEABLE = timedelta(days=14)
COMMENT_LENGTH = 4000
MARKS = (1, 2, 3, 4, 5)
_DONE = frozenset({"resolved", "closed"})


def can_rate(ticket: Ticket, survey: Survey | None, at: datetime) -> bool:
    """Whether its customer may say something, or something else, now."""
    if survey is None or survey.first_rated_at is None:
        return ticket.status in _DONE or survey is not None
    return at <= survey.first_rated_at + CHANGEABLE


def ask(session: Session, ticket: Ticket, by: Actor, at: datetime) -> None:
    """Ask a ticket's customer, once; nobody is asked about what no person answered: a machine's mail, say."""
    require_unmerged(ticket)
    if ticket.first_response_at is None:
        raise Conflict("No person has answered it.")
    if survey_of(session, ticket.id) is not None:
        raise Conflict("Its customer was asked before, or has said something already.")
    add(session, Survey(ticket_id=ticket.id, asked_at=at))
    record(session, ticket, "survey_asked", by, at)


@dataclass(frozen=True, slots=True)
class Said:
    """Whether somebody was content, what they wrote, and what they answered to each question: one to five."""

    rating: str
    comment: str = ""
    answers: Mapping[str, int] = field(default_factory=dict)


def rate(session: Session, ticket: Ticket, said: Said, by: Actor, at: datetime) -> bool:
    """Write down what somebody says, on a ticket that is locked; False when they have said just that before."""
    rating, comment = said.rating, said.comment.replace("\0", "").strip()
    if rating not in RATINGS:
        raise BadInput(f"There is no rating {rating!r}.", rating=f"must be one of {', '.join(RATINGS)}")
    if len(comment) > COMMENT_LENGTH:
        raise BadInput(f"A comment has {COMMENT_LENGTH:,} characters at most.", comment="is too long")
    answers = _checked(session, said.answers)
    survey = survey_of(session, ticket.id)
    if not can_rate(ticket, survey, at):
        raise Conflict(f"{ticket.number} cannot be rated now: it is not done, or was rated too long ago.")
    survey = survey or add(session, Survey(ticket_id=ticket.id, comment="", answers={}))
    if (survey.rating, survey.comment, survey.answers) == (rating, comment, answers):
        return False
    data = {"rating": [survey.rating, rating]} | ({"commented": True} if comment else {})
    survey.rating, survey.comment, survey.answers, survey.rated_at = rating, comment, answers, at
    survey.first_rated_at = survey.first_rated_at or at
    if comment:
        ticket.is_unread = True  # somebody should read it
    record(session, ticket, "rated", by, at, data=data)
    return True


def _checked(session: Session, answers: Mapping[str, int]) -> dict[str, int]:
    """Answers to what is asked now; a question that was changed meanwhile is asked no more."""
    if any(mark not in MARKS for mark in answers.values()):
        raise BadInput("A question is answered by 1 to 5.", answers="must be from 1 to 5")
    return {question: mark for question, mark in answers.items() if question in own(session).survey_questions}
