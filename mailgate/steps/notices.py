"""Whom a step of a policy tells, and what: that a promise is broken, or that one is in danger."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from mailgate.store.agents import Agent, active_admins, agent_by_email, agent_by_id, members_of
from mailgate.store.db import Session
from mailgate.store.events import Event, last_event
from mailgate.store.tickets import Ticket
from mailgate.tickets.in_words import promised
from mailgate.tickets.notices import Breached, Escalated

_PROMISES = {"first_response": "first", "next_response": "next"}  # as letters call them


def to_tell(session: Session, ticket: Ticket, event: Event) -> list[Agent]:
    """Everybody a step names, each once. What nobody has, and a ticket without a team, falls to the admins."""
    found: dict[int, Agent] = {}
    for role in event.data.get("does", {}).get("notify", ()):
        for agent in _who(session, ticket, str(role)) or active_admins(session):
            found[agent.id] = agent
    return list(found.values())


def fact_of(ticket: Ticket, event: Event, zone: str) -> Breached | Escalated:
    """What they are told. By a policy: a promise that is due or late is broken, before that it is escalated."""
    if event.kind == "escalated_by_hand":
        return Escalated(event.actor_name, event.data["level"][1], event.data["reason"])
    due, goal = event.data.get("promised"), str(event.data["goal"])
    if int(event.data.get("minutes") or 0) >= 0 and due is not None:
        return Breached(_PROMISES.get(goal, goal), datetime.fromisoformat(due).astimezone(ZoneInfo(zone)))
    words = promised(event.data)
    return Escalated(f"The policy {words['policy']}", ticket.escalation, f"{words['when']}.")


def _who(session: Session, ticket: Ticket, role: str) -> list[Agent]:
    if role == "assignee" and ticket.assignee_id is not None:
        agent = agent_by_id(session, ticket.assignee_id)
        return [agent] if agent is not None and agent.active else []
    if role == "team" and ticket.team_id is not None:
        return members_of(session, ticket.team_id)
    if role == "snoozer":
        return _who_snoozed(session, ticket)
    if "@" in role:
        named = agent_by_email(session, role)
        return [named] if named is not None and named.active else []
    return active_admins(session) if role == "admins" else []


def _who_snoozed(session: Session, ticket: Ticket) -> list[Agent]:
    """Who put it out of sight last, or who has it."""
    snoozed = last_event(session, ticket.id, "snoozed")
    who = snoozed.agent_id if snoozed is not None and snoozed.agent_id is not None else ticket.assignee_id
    agent = agent_by_id(session, who) if who is not None else None
    return [agent] if agent is not None and agent.active else []
