"""What customers are asked beside whether we were of help. When they are asked, a rule says."""

from __future__ import annotations

from collections.abc import Sequence

from mailgate.errors import BadInput
from mailgate.store.db import Session
from mailgate.store.organisations import lock_own

MOST_QUESTIONS, QUESTION_LENGTH = 5, 200


def set_survey_questions(session: Session, questions: Sequence[str]) -> None:
    """Ask these, too, each to be answered by one to five. What was answered before is kept by its question's words."""
    asked = [words for question in questions if (words := " ".join(question.split()))]
    if len(asked) > MOST_QUESTIONS or len(set(asked)) < len(asked):
        raise BadInput(f"Ask {MOST_QUESTIONS} different questions at most.", questions="are too many")
    if any(len(question) > QUESTION_LENGTH or not question.isprintable() for question in asked):
        raise BadInput(f"A question has {QUESTION_LENGTH} characters of plain text at most.", questions="are too long")
    lock_own(session).survey_questions = asked
