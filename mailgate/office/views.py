"""Views an agent keeps for themselves."""

from __future__ import annotations

from datetime import datetime

from mailgate.errors import BadInput
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.views import SavedView, views_of

NAME_LENGTH, QUERY_LENGTH, MOST = 60, 2000, 30


def save_view(session: Session, agent_id: int | None, name: str, query: str, at: datetime) -> SavedView:
    """Keep a question under a name; a name that is there already gets the new question."""
    if agent_id is None:
        raise BadInput("An application has no views of its own.")
    name = " ".join(name.split())[:NAME_LENGTH]
    if not name:
        raise BadInput("Give the view a name.", name="is empty")
    saved = views_of(session, agent_id)
    same = next((view for view in saved if view.name.lower() == name.lower()), None)
    if same is not None:
        same.name, same.query = name, query
        return same
    if len(saved) >= MOST:
        raise BadInput(f"There are {MOST} views already. Remove one first.", name="is one too many")
    return add(session, SavedView(agent_id=agent_id, name=name, query=query, created_at=at))
