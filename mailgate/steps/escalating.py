"""One step of a policy: the ticket is changed, and one event says what was due, how late it is and who hears of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from mailgate.rights import Right, may
from mailgate.sla.escalation import Planned
from mailgate.store.agents import agent_by_email, names_of
from mailgate.store.db import Session
from mailgate.store.office import team_named, teams
from mailgate.store.tickets import PRIORITIES, Ticket, tags_of
from mailgate.tickets.change import Named, change
from mailgate.tickets.clocks import Timed
from mailgate.tickets.escalate import TIERS, Whereto, escalate
from mailgate.tickets.history import MAILGATE, record
from mailgate.tickets.letters import ask_for_letter
from mailgate.tickets.webhooks import ask_for_call

_LATE = timedelta(minutes=2)  # a step a little after its time is what a tick takes
_DONE = frozenset({"resolved", "closed"})
_MINUTE = timedelta(minutes=1)


def changes_times(plan: Planned) -> bool:
    """Whether doing it may change what is due."""
    does = plan.step.does if plan.step is not None else {}
    return any(does.get(name) for name in ("priority", "tags", "assignee", "next_tier"))


def do(session: Session, timed: Timed, plan: Planned, now: datetime) -> None:
    """Do one step, or write down the breach. Whoever solved it meanwhile is left in peace: the history has it."""
    assert timed.policy is not None
    ticket, does = timed.ticket, dict(plan.step.does) if plan.step is not None else {}
    data: dict[str, Any] = {"step": plan.key, "goal": plan.clock.goal.value, "policy": timed.policy.name}
    if plan.step is not None:
        data["minutes"] = plan.step.offset // _MINUTE
    data["due"] = plan.at.isoformat()
    data["promised"] = plan.clock.due.isoformat() if plan.clock.due is not None else None
    reasons = []
    if now - plan.at >= _LATE:
        reasons.append(f"This was due {_span(now - plan.at)} ago, and is done late.")
    if ticket.status in _DONE:
        if does:
            reasons.append("The ticket is done already: nothing was changed and nobody told.")
        does = {}
    elif plan.step is not None:
        reasons += _raise_level(session, ticket, does, timed.policy.name, now)
        if url := does.get("webhook"):
            ask_for_call(session, ticket, str(url), f"Policy “{timed.policy.name}”", now)
        if letter := does.get("tell_customer"):
            ask_for_letter(session, ticket, str(letter), MAILGATE, now)
        reasons += _change(session, ticket, does, now)
    data |= {"does": does} if does else {}
    data |= {"reasons": reasons} if reasons else {}
    kind = "escalated" if plan.step is not None else "at_risk" if plan.is_warning else "breached"
    record(session, ticket, kind, MAILGATE, now, data=data)


def _raise_level(session: Session, ticket: Ticket, does: dict[str, Any], policy: str, now: datetime) -> list[str]:
    """One level more; at the next tier, where the step says so."""
    if does.get("next_tier") and ticket.tier < TIERS[-1]:
        escalate(session, ticket, Whereto(), f"The policy {policy} wants it.", MAILGATE, now)
        return []
    ticket.escalation += 1
    return ["It is at the highest tier already, and stays there."] if does.get("next_tier") else []


def _change(session: Session, ticket: Ticket, does: dict[str, Any], now: datetime) -> list[str]:
    """Change what the step changes; what cannot be done is said."""
    given: dict[str, tuple[Named | None, Named | None]] = {}
    reasons = []
    if address := does.get("assignee"):
        agent = agent_by_email(session, str(address))
        if agent is None or not agent.active or not may(agent.role, Right.WORK):
            reasons.append(f"{address} does not work here: the ticket stays where it is.")
        else:
            had = ticket.assignee_id
            before = Named(had, names_of(session, {had}).get(had, "")) if had is not None else None
            given["assignee"] = (before, Named(agent.id, agent.name))
    if name := does.get("team"):
        team = team_named(session, str(name))
        if team is None:
            reasons.append(f"There is no team {name}: the ticket stays where it is.")
        else:
            given["team"] = (_team(session, ticket), Named(team.id, team.name))
    tags = [*tags_of(session, [ticket.id])[ticket.id], *does["tags"]] if does.get("tags") else None
    change(session, ticket, MAILGATE, now, priority=_raised(ticket, does), tags=tags, given=given)
    session.flush()
    return reasons


def _raised(ticket: Ticket, does: dict[str, Any]) -> str | None:
    """A priority is raised, never lowered."""
    wanted = does.get("priority")
    return wanted if wanted and PRIORITIES.index(wanted) > PRIORITIES.index(ticket.priority) else None


def _team(session: Session, ticket: Ticket) -> Named | None:
    return next((Named(team.id, team.name) for team in teams(session) if team.id == ticket.team_id), None)


def _span(time: timedelta) -> str:
    minutes = time // _MINUTE
    if minutes < 120:  # noqa: PLR2004 - two hours
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 48 * 60 else f"{minutes // 1440} days"
