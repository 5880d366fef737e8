"""What of the set-up wants to be looked at, counted with one question: every page of an agent shows it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailgate.store.imap import alarms
from mailgate.store.kept import SHELVED, in_states
from mailgate.store.letters import troubles


class Wanting(NamedTuple):
    """`shelved`: mails; `alarms`: mailboxes that are not fetched; `troubles`: letters."""

    shelved: int
    alarms: int
    troubles: int


def wanting(session: Session, now: datetime, cap: int) -> Wanting:
    """The three counts; mails no further than `cap`."""
    shelved = select(func.count()).select_from(in_states(SHELVED, cap).subquery())
    counts = (shelved, alarms(now), troubles())
    return Wanting(*session.execute(select(*(one.scalar_subquery() for one in counts))).one())
