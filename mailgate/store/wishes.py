"""What each agent wants to be told by mail, and when; who has set nothing gets what most people want."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Connection, Index, exists, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.store.agents import Agent, TeamMember
from mailgate.store.base import TenantRow, add, points_to, tenant
from mailgate.store.organisations import Organisation

NOTES = ("new_ticket", "assigned", "customer_answered", "mentioned", "reminder")  # letters, by name
USUAL = ("assigned", "customer_answered", "mentioned", "reminder")
DIGEST_DAYS = ("working", "every")


class Wishes(TenantRow):
    """What one agent wants. `digest_at`: when their next digest is due; None: they want none."""

    __tablename__ = "agent_wishes"
    __table_args__ = (
        Index("agent_wishes_agent_key", "org_id", "agent_id", unique=True),
        Index("agent_wishes_digest_idx", "digest_at", postgresql_where=text("digest_at IS NOT NULL")),
        CheckConstraint("digest_hour >= 0 AND digest_hour <= 23", name="digest_hour"),
        CheckConstraint("digest_days IN ('working', 'every')", name="digest_days"),
        points_to("agents", "agent_id", gone_with=True),
    )

    agent_id: Mapped[int]
    notes: Mapped[list[Any]]  # of NOTES
    digest_hour: Mapped[int | None]  # in their zone
    digest_days: Mapped[str] = mapped_column(server_default="working")
    digest_at: Mapped[datetime | None]


def wishes_of(session: Session, agent_ids: Iterable[int]) -> dict[int, Wishes]:
    """What some agents have set, if anything."""
    wanted = set(agent_ids)
    rows = session.scalars(select(Wishes).where(Wishes.agent_id.in_(wanted))) if wanted else ()
    return {row.agent_id: row for row in rows}


def lock_wishes(session: Session, agent_id: int) -> Wishes:
    """An agent's wishes, to be changed by nobody else meanwhile."""
    question = select(Wishes).where(Wishes.agent_id == agent_id).with_for_update()
    found = session.scalar(question.execution_options(populate_existing=True))
    return found or add(session, Wishes(agent_id=agent_id, notes=list(USUAL), digest_days="working"))


def note_new_tickets(session: Session) -> None:
    """Write down whether anybody wants to hear of new tickets: following a mail asks no more than that."""
    session.flush()
    mine = Organisation.id == tenant(session)
    session.execute(select(Organisation.id).where(mine).with_for_update())  # two who change it at once take turns
    wanted = exists().where(Wishes.notes.contains(["new_ticket"])).select()
    session.execute(update(Organisation).where(mine).values(tells_new_tickets=wanted.scalar_subquery()))


def who_want_new_tickets(session: Session) -> list[tuple[Agent, frozenset[int]]]:
    """The active agents who want to hear of new tickets, each with their teams."""
    question = (
        select(Agent, TeamMember.team_id)
        .join(Wishes, Wishes.agent_id == Agent.id)
        .outerjoin(TeamMember, TeamMember.agent_id == Agent.id)
        .where(Agent.active, Wishes.notes.contains(["new_ticket"]))
        .order_by(Agent.id)
    )
    found: dict[int, tuple[Agent, set[int]]] = {}
    for agent, team_id in session.execute(question):
        found.setdefault(agent.id, (agent, set()))[1].update({team_id} - {None})
    return [(agent, frozenset(team_ids)) for agent, team_ids in found.values()]


def digests_due(connection: Connection, now: datetime, limit: int) -> list[tuple[int, int]]:
    """Whose digest is due, of every organisation: (organisation, agent)."""
    question = text("SELECT org_id, agent_id FROM digests_due(:now, :limit)")
    return [(row[0], row[1]) for row in connection.execute(question, {"now": now, "limit": limit})]
