"""Whether, and how long after a request was resolved, its customer is asked if we were of help, and what else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailgate.errors import BadInput
from mailgate.store.db import Session
from mailgate.store.organisations import lock_own

MOST_HOURS = 720
MOST_QUESTIONS, QUESTION_LENGTH = 5, 200


def set_survey_questions(session: Session, questions: Sequence[str]) -> None:
    """Ask these, too, each to be answered by one to five. What was answered before is kept by its question's words."""
    asked = [words for question in questions if (words := " ".join(question.split()))]
    if len(asked) > MOST_QUESTIONS or len(set(asked)) < len(asked):
        raise BadInput(f"Ask {MOST_QUESTIONS} different questions at most.", questions="are too many")
    if any(len(question) > QUESTION_LENGTH or not question.isprintable() for question in asked):
        raise BadInput(f"A question has {QUESTION_LENGTH} characters of plain text at most.", questions="are too long")
    lock_own(session).survey_questions = asked


def set_survey_hours(session: Session, hours: int | None, at: datetime) -> None:
    """Ask so many hours after a request was resolved; None: nobody. What was resolved before is let be."""
    if hours is not None and not 0 <= hours <= MOST_HOURS:
        raise BadInput(f"Ask within {MOST_HOURS} hours.", hours="is out of range")
    organisation = lock_own(session)
    if organisation.survey_hours is None or hours is None:
        organisation.surveyed_until = at if hours is not None else None
    organisation.survey_hours = hours
