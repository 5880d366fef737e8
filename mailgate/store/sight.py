"""Sight: some agents see the tickets of their own teams alone. Said once for a transaction, it narrows every question.

It is no row-level security: a condition that nearly always lets everything through would mislead the plans of
everybody's lists. Questions of whoever sees everything stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from mailgate.store.agents import Agent, TeamMember
from mailgate.store.events import Event
from mailgate.store.kept import KeptMail
from mailgate.store.messages import Message, StoredFile
from mailgate.store.office import Mailbox, TeamCategory
from mailgate.store.outbox import OutboxCopy
from mailgate.store.sides import SideConversation
from mailgate.store.tickets import Ticket

BEYOND = {"beyond_sight": True}  # options of a question about what its asker has been shown to have a right to

# Under names of their own: else they would be taken for the tables of the question they stand in.
_tickets = Ticket.__table__.alias("seen_tickets")
_messages = Message.__table__.alias("seen_messages")
_boxes = Mailbox.__table__.alias("seen_mailboxes")


class Sight(NamedTuple):
    """What an agent sees: tickets of these teams and categories, and those that are theirs."""

    agent_id: int
    teams: list[int]
    categories: list[int]


def limit_to(session: Session, agent_id: int) -> None:
    """From here on, to the end of the transaction, there is nothing but what this agent sees."""
    of_teams = select(TeamMember.team_id, TeamCategory.category_id).outerjoin(
        TeamCategory, TeamCategory.team_id == TeamMember.team_id
    )
    rows = session.execute(of_teams.where(TeamMember.agent_id == agent_id)).all()
    teams, categories = {row[0] for row in rows}, {row[1] for row in rows if row[1] is not None}
    session.info["sight"] = Sight(agent_id, sorted(teams), sorted(categories))


def who_see(session: Session, agents: Sequence[Agent], ticket: Ticket) -> list[Agent]:
    """Those of some agents who see a ticket."""
    limited = {agent.id for agent in agents if agent.only_own_teams} - {ticket.assignee_id}
    if limited:
        of_category = TeamMember.team_id.in_(
            select(TeamCategory.team_id).where(TeamCategory.category_id == ticket.category_id)
        )
        mine = or_(TeamMember.team_id == ticket.team_id, of_category)
        limited -= set(session.scalars(select(TeamMember.agent_id).where(TeamMember.agent_id.in_(limited), mine)))
    return [agent for agent in agents if agent.id not in limited]


def narrow(asked: ORMExecuteState) -> None:
    """Add the conditions to a question; the store's sessions hand every one of theirs to this."""
    sight: Sight | None = asked.session.info.get("sight")
    if sight is None or not (asked.is_select or asked.is_update or asked.is_delete):
        return
    if asked.is_column_load or asked.execution_options.get("beyond_sight") or not hasattr(asked.statement, "options"):
        return
    asked.statement = asked.statement.options(
        *(with_loader_criteria(kind, seen, include_aliases=True) for kind, seen in _conditions(sight))
    )


def _conditions(sight: Sight) -> list[tuple[type, ColumnElement[bool]]]:
    boxes = exists().where(_boxes.c.id == KeptMail.mailbox_id, _boxes.c.team_id.in_(sight.teams))
    return [
        (Ticket, _is_seen(Ticket, sight)),
        *((kind, _on_seen(kind.ticket_id, sight)) for kind in (Message, Event, SideConversation, OutboxCopy)),
        (StoredFile, exists().where(_messages.c.id == StoredFile.message_id, _on_seen(_messages.c.ticket_id, sight))),
        (KeptMail, or_(_on_seen(KeptMail.ticket_id, sight), and_(KeptMail.ticket_id.is_(None), boxes))),
    ]


def _on_seen(ticket_id: Any, sight: Sight) -> ColumnElement[bool]:
    return exists().where(_tickets.c.id == ticket_id, _is_seen(_tickets.c, sight))


def _is_seen(ticket: Any, sight: Sight) -> ColumnElement[bool]:
    """`ticket`: whatever has a ticket's columns."""
    return or_(
        ticket.team_id.in_(sight.teams),
        ticket.category_id.in_(sight.categories),
        ticket.assignee_id == sight.agent_id,
    )
