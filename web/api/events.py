"""The history of a ticket: what happened, when, and by whom."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from mailgate.store.events import Event, history_page
from web import cursors
from web.access import desk
from web.api import lookups
from web.api.operations import Answer, operation
from web.api.shapes import MOST, Moment, Page, PageQuery


class ActorShown(Answer):
    """Who did it."""

    kind: Literal["customer", "agent", "token", "mailgate", "rule"]
    name: str


class EventShown(Answer):
    """Something that happened to a ticket. It is never changed afterwards."""

    id: int
    kind: str
    at: Moment
    actor: ActorShown
    message: Annotated[int | None, Field(description="The id of the message it is about.")]
    data: Annotated[dict[str, Any], Field(description="Changes are `field: [before, after]`.")]


class EventPage(Page[EventShown]):
    """Some events."""


class EventQuery(PageQuery):
    """Which part of a history."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = MOST


@operation("GET", "/tickets/<number:number>/events", query=EventQuery, answer=EventPage)
def list_events(number: str, query: EventQuery) -> EventPage:
    """Read a ticket's history, oldest first."""
    after = cursors.read_moment(query.cursor)
    with desk() as session:
        ticket = lookups.ticket_numbered(session, number)
        rows = history_page(session, ticket.id, after=after, limit=query.limit + 1)
    page, following = cursors.cut(rows, query.limit, lambda row: cursors.make(row.at.isoformat(), row.id))
    return EventPage(items=[_shown(event) for event in page], next=following)


def _shown(event: Event) -> EventShown:
    return EventShown.model_validate(
        {
            "id": event.id,
            "kind": event.kind,
            "at": event.at,
            "actor": {"kind": event.actor, "name": event.actor_name},
            "message": event.message_id,
            "data": event.data,
        }
    )
