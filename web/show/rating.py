"""What a customer said of our help, for an agent."""

from __future__ import annotations

from mailgate.store.beside import Rating
from web.speech import say


def rating_words(said: Rating | None) -> str:
    """In a few words; "" where they said nothing."""
    if said is None or said.rating is None:
        return ""
    words = say("Content") if said.rating == "happy" else say("Not content")
    return f"{words}: “{said.comment}”" if said.comment else words
