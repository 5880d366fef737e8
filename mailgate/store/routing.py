"""Routing: how teams give their tickets out, who could have one, how much everybody has, and what waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Connection, Index, exists, or_, select, text, update
from sqlalchemy.orm import Mapped, Session

from mailgate.store.agents import Agent, TeamMember
from mailgate.store.base import TenantRow, points_to, tenant
from mailgate.store.organisations import Organisation
from mailgate.store.tickets import PRIORITIES, Ticket

_WORKING_ROLES = ("owner", "admin", "agent")


class Routing(TenantRow):
    """How a team gives out its tickets; without a team, how those are given out that have none."""

    __tablename__ = "routings"
    __table_args__ = (
        Index("routings_team_key", "org_id", "team_id", unique=True, postgresql_nulls_not_distinct=True),
        CheckConstraint("method IN ('by_hand', 'round_robin', 'least_loaded')", name="method"),
        CheckConstraint("when_away IN ('stay', 'return', 'hand_on')", name="when_away"),
        points_to("teams", "team_id", gone_with=True),
    )

    team_id: Mapped[int | None]
    method: Mapped[str]
    skill: Mapped[str]  # ignore, prefer, require; so the next three
    language: Mapped[str]
    region: Mapped[str]
    known: Mapped[str]
    when_away: Mapped[str]  # what becomes of tickets whose agent is away for so long
    away_minutes: Mapped[int]
    changed_at: Mapped[datetime]


class Taker(NamedTuple):
    """An agent as routing sees them."""

    id: int
    name: str
    capacity: int | None
    tier: int
    skills: list[str]
    languages: list[str]
    region: str
    presence: str
    away_until: datetime | None
    turn: int


def routings(session: Session) -> dict[int | None, Routing]:
    """How tickets are given out, by team."""
    return {row.team_id: row for row in session.scalars(select(Routing))}


def set_routed(session: Session) -> None:
    """Write down whether anything is given out by itself at all: else nobody ever looks."""
    session.flush()
    does_something = or_(Routing.method != "by_hand", Routing.when_away != "stay")
    is_routed = select(exists().where(does_something)).scalar_subquery()
    session.execute(update(Organisation).where(Organisation.id == tenant(session)).values(is_routed=is_routed))


def lock_takers(session: Session, team_ids: Iterable[int | None]) -> list[Taker]:
    """Everybody who could have tickets of these teams (None: of no team), as they are now; nobody else chooses among
    them until this transaction ends. Locked in one order, and after any tickets.
    """
    wanted = set(team_ids)
    who = [getattr(Agent, name) for name in Taker._fields]
    question = select(*who).where(Agent.active, Agent.role.in_(_WORKING_ROLES))
    if None not in wanted:
        members = select(TeamMember.agent_id).where(TeamMember.team_id.in_(wanted))
        question = question.where(Agent.id.in_(members))
    rows = session.execute(question.order_by(Agent.id).with_for_update(key_share=True, of=Agent))
    return [Taker(*row) for row in rows]


def loads_of(session: Session, agent_ids: Iterable[int]) -> dict[int, int]:
    """How many tickets each of them has at work, counted anew."""
    counted = text(
        "SELECT who.id, (SELECT count(*) FROM tickets WHERE org_id = :org AND assignee_id = who.id"
        " AND status IN ('new', 'open')) FROM unnest(CAST(:ids AS bigint[])) who (id)"
    )
    rows = session.execute(counted, {"org": tenant(session), "ids": list(agent_ids)})
    return {row[0]: row[1] for row in rows}


def take_turns(session: Session, turns: Mapping[int, int]) -> None:
    """Write down whose turn it was."""
    for agent_id, turn in turns.items():
        session.execute(update(Agent).where(Agent.id == agent_id).values(turn=turn))


def members_by_team(session: Session) -> dict[int, set[int]]:
    """Who is in which team."""
    found: dict[int, set[int]] = {}
    for team_id, agent_id in session.execute(select(TeamMember.team_id, TeamMember.agent_id)):
        found.setdefault(team_id, set()).add(agent_id)
    return found


# Who had the newest of each customer's other tickets, by the index, however many they are.
_KNOWN = text(
    "SELECT asked.ticket, had.assignee_id FROM unnest(CAST(:tickets AS bigint[]), CAST(:people AS bigint[]))"
    " asked (ticket, person) CROSS JOIN LATERAL (SELECT assignee_id FROM tickets WHERE org_id = :org"
    " AND requester_id = asked.person AND id <> asked.ticket AND assignee_id IS NOT NULL"
    " ORDER BY created_at DESC LIMIT 1) had"
)


def known_agents(session: Session, tickets: Iterable[Ticket]) -> dict[int, int]:
    """The agent each ticket's customer had to do with last, by ticket."""
    asked = list(tickets)
    values = {
        "org": tenant(session),
        "tickets": [ticket.id for ticket in asked],
        "people": [ticket.requester_id for ticket in asked],
    }
    return {row[0]: row[1] for row in session.execute(_KNOWN, values)}


def waiting_for_agent(session: Session, limit: int) -> list[Ticket]:
    """The next tickets that want an agent, locked; those that another worker looks at are let be."""
    question = (
        select(Ticket)
        .where(Ticket.wants_agent_since.is_not(None))
        .order_by(Ticket.wants_agent_since, Ticket.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(question))


# Of agents who are away for as long as their team bears, or do not work here any more.
_LEFT = text(
    "SELECT t.id FROM agents a JOIN tickets t ON t.org_id = :org AND t.assignee_id = a.id"
    " AND t.status IN ('new', 'open')"
    " JOIN routings r ON r.org_id = :org AND r.team_id IS NOT DISTINCT FROM t.team_id AND r.when_away <> 'stay'"
    " WHERE a.org_id = :org AND (NOT a.active OR (a.presence = 'away'"
    " AND (a.away_until IS NULL OR a.away_until > :now)"
    " AND a.away_since + r.away_minutes * interval '1 minute' <= :now)) LIMIT :limit"
)


def left_behind(session: Session, now: datetime, limit: int) -> list[int]:
    """Tickets at work whose agent is away, where they are not to stay."""
    return [row[0] for row in session.execute(_LEFT, {"org": tenant(session), "now": now, "limit": limit})]


def organisations_to_route(connection: Connection, now: datetime) -> list[int]:
    """Where a ticket wants an agent, or lies with one who is away."""
    return [row[0] for row in connection.execute(text("SELECT organisations_to_route(:now)"), {"now": now})]


# Short walks along an index, one for each status and priority, however many tickets there are.
_UNTAKEN = text(
    "SELECT first.id FROM unnest(CAST(:priorities AS text[])) WITH ORDINALITY rank (priority, place)"
    " CROSS JOIN unnest(ARRAY['new', 'open']) state (status) CROSS JOIN LATERAL ("
    "SELECT id, updated_at FROM tickets WHERE org_id = :org AND status = state.status AND priority = rank.priority"
    " AND assignee_id IS NULL AND snoozed_until IS NULL AND (team_id IS NULL OR team_id = ANY (:teams) OR :is_free)"
    " ORDER BY updated_at, id LIMIT 1) first ORDER BY rank.place, first.updated_at, first.id LIMIT 1"
)


def next_untaken(session: Session, agent_id: int) -> int | None:
    """The most urgent ticket that nobody has, of an agent's teams or of none; an agent without a team takes any."""
    mine = list(session.scalars(select(TeamMember.team_id).where(TeamMember.agent_id == agent_id)))
    values = {"org": tenant(session), "priorities": list(reversed(PRIORITIES)), "teams": mine, "is_free": not mine}
    found: int | None = session.execute(_UNTAKEN, values).scalar_one_or_none()
    return found
