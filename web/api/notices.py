"""What an agent wants to be told by mail, read and set by an admin's program; agents choose on their page."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mailgate import clock
from mailgate.errors import NotFound
from mailgate.office.wishes import Wished, set_wishes, wished
from mailgate.store.agents import agent_by_id
from mailgate.store.db import Session
from web.access import desk
from web.api.operations import Answer, Body, operation

Note = Literal["new_ticket", "assigned", "customer_answered", "mentioned", "reminder"]
Days = Literal["working", "every"]


class NoticesShown(Answer):
    """What somebody wants to be told by mail."""

    notes: list[Note]
    digest_hour: Annotated[int | None, Field(description="In their time zone; null: no digest.")]
    digest_days: Days
    time_zone: Annotated[str | None, Field(description="Null: the organisation's.")]


class NoticesChange(Body):
    """What changes; what is left out stays."""

    notes: list[Note] | None = None
    digest_hour: Annotated[int | None, Field(ge=-1, le=23, description="-1: no digest.")] = None
    digest_days: Days | None = None
    time_zone: Annotated[str | None, Field(max_length=60, description="Empty: the organisation's.")] = None


@operation("GET", "/agents/<key:agent_id>/notices", answer=NoticesShown)
def show_notices(agent_id: int) -> NoticesShown:
    """What an agent wants to be told by mail."""
    with desk() as session:
        _require(session, agent_id)
        return _shown(wished(session, agent_id))


@operation("PATCH", "/agents/<key:agent_id>/notices", body=NoticesChange, answer=NoticesShown)
def change_notices(agent_id: int, body: NoticesChange) -> NoticesShown:
    """Choose for an agent."""
    with desk() as session:
        _require(session, agent_id)
        found = set_wishes(
            session, agent_id, clock.now(), notes=body.notes, digest_hour=body.digest_hour,
            digest_days=body.digest_days, time_zone=body.time_zone,
        )  # fmt: skip
        return _shown(found)


def _shown(found: Wished) -> NoticesShown:
    return NoticesShown.model_validate(
        {
            "notes": list(found.notes), "digest_hour": found.digest_hour, "digest_days": found.digest_days,
            "time_zone": found.time_zone,
        }
    )  # fmt: skip


def _require(session: Session, agent_id: int) -> None:
    if agent_by_id(session, agent_id) is None:
        raise NotFound(f"There is no agent {agent_id}.")
