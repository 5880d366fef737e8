"""What a customer said of our help, for an agent."""

from __future__ import annotations

from mailgate.store.surveys import Survey
from web.speech import say


def rating_words(survey: Survey | None) -> str:
    """In a few words; "" where they said nothing."""
    if survey is None or survey.rating is None:
        return ""
    said = say("Content") if survey.rating == "happy" else say("Not content")
    return f"{said}: “{survey.comment}”" if survey.comment else said
