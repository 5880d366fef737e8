"""News: what a transaction did that somebody may be looking at, to be told once it is committed."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import Session

SESSION_ENDED = "session_ended"  # about an agent; everything else is about a ticket
_NEWS = "news"


class News(NamedTuple):
    """One thing that happened, such as ("customer_wrote", a ticket's id). It says where to look, and holds nothing."""

    org: int
    kind: str
    about: int


def bring(session: Session, kind: str, about: int) -> None:
    """Have it told as soon as this transaction is committed; never, if it is not."""
    session.info.setdefault(_NEWS, []).append(News(session.info["org"], kind, about))


def brought(session: Session) -> list[News]:
    """What is to be told."""
    news: list[News] = session.info.get(_NEWS, [])
    return news
