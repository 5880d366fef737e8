"""A customer says whether we were of help: once, and changeable for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from mailgate.errors import BadInput, Conflict
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.surveys import RATINGS, Survey, survey_of
from mailgate.store.tickets import Ticket
from mailgate.tickets.history import Actor, record

CHANGEABLE = timedelta(days=14)
COMMENT_LENGTH = 4000
_DONE = frozenset({"resolved", "closed"})


def can_rate(ticket: Ticket, survey: Survey | None, at: datetime) -> bool:
    """Whether its customer may say something, or something else, now."""
    if survey is None or survey.first_rated_at is None:
        return ticket.status in _DONE or survey is not None
    return at <= survey.first_rated_at + CHANGEABLE


def rate(session: Session, ticket: Ticket, rating: str, comment: str, by: Actor, at: datetime) -> bool:
    """Write down what somebody says, on a ticket that is locked; False when they have said just that before."""
    if rating not in RATINGS:
        raise BadInput(f"There is no rating {rating!r}.", rating=f"must be one of {', '.join(RATINGS)}")
    comment = comment.replace("\0", "").strip()
    if len(comment) > COMMENT_LENGTH:
        raise BadInput(f"A comment has {COMMENT_LENGTH:,} characters at most.", comment="is too long")
    survey = survey_of(session, ticket.id)
    if not can_rate(ticket, survey, at):
        raise Conflict(f"{ticket.number} cannot be rated now: it is not done, or was rated too long ago.")
    survey = survey or add(session, Survey(ticket_id=ticket.id))
    if (survey.rating, survey.comment) == (rating, comment):
        return False
    data = {"rating": [survey.rating, rating]} | ({"commented": True} if comment else {})
    survey.rating, survey.comment, survey.rated_at = rating, comment, at
    survey.first_rated_at = survey.first_rated_at or at
    if comment:
        ticket.is_unread = True  # somebody should read it
    record(session, ticket, "rated", by, at, data=data)
    return True
