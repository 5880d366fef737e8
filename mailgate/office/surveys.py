"""Whether, and how long after a request was resolved, its customer is asked if we were of help."""

from __future__ import annotations

from datetime import datetime

from mailgate.errors import BadInput
from mailgate.store.db import Session
from mailgate.store.organisations import lock_own

MOST_HOURS = 720


def set_survey_hours(session: Session, hours: int | None, at: datetime) -> None:
    """Ask so many hours after a request was resolved; None: nobody. What was resolved before is let be."""
    if hours is not None and not 0 <= hours <= MOST_HOURS:
        raise BadInput(f"Ask within {MOST_HOURS} hours.", hours="is out of range")
    organisation = lock_own(session)
    if organisation.survey_hours is None or hours is None:
        organisation.surveyed_until = at if hours is not None else None
    organisation.survey_hours = hours
