"""Escalate a ticket by hand to a tier, a team or an agent, and bring it back to where it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailgate.errors import BadInput, Conflict
from mailgate.store.agents import Agent, agent_by_id, names_of
from mailgate.store.db import Session
from mailgate.store.events import Event, history_of
from mailgate.store.office import Team, teams
from mailgate.store.organisations import own
from mailgate.store.tickets import Ticket
from mailgate.tickets.change import set_status
from mailgate.tickets.history import Actor, record
from mailgate.tickets.moves import require_unmerged

TIERS = (1, 2, 3)
REASON_LENGTH = 1000
_LEFT = ("new", "pending", "on_hold")  # whoever escalates it wants it worked on


@dataclass(frozen=True, slots=True)
class Whereto:
    """To whom; without any of them, to the next tier."""

    tier: int | None = None
    team: Team | None = None
    agent: Agent | None = None


def escalate(session: Session, ticket: Ticket, to: Whereto, reason: str, by: Actor, at: datetime) -> None:
    """Raise a ticket by a level. Whoever has it keeps it only if they are of the tier and team it goes to."""
    reason = _checked(ticket, to, reason)
    tier = max(ticket.tier, to.tier or 0, to.agent.tier if to.agent else 0, to.team.tier if to.team else 0)
    if to == Whereto():
        tier = min(ticket.tier + 1, TIERS[-1])
    known = {team.id: team for team in teams(session)}
    team = to.team or _team_of(known, ticket, tier)
    team_id = team.id if team is not None else ticket.team_id
    before = _standing(ticket)
    ticket.escalation += 1
    ticket.tier, ticket.team_id = tier, team_id
    ticket.assignee_id = _assignee(session, ticket, to, is_moved=team_id != before["team"])
    data = _changes(session, known, before, ticket) | {"reason": reason, "was": before}
    if ticket.status in _LEFT:
        data["status"] = [ticket.status, "open"]
        set_status(ticket, "open", at)
    if ticket.assignee_id is None or ticket.assignee_id != by.agent_id:
        data["does"] = {"notify": ["assignee" if ticket.assignee_id is not None else "team"]}
    _write(session, ticket, "escalated_by_hand", by, at, data)


def bring_back(session: Session, ticket: Ticket, by: Actor, at: datetime) -> None:
    """Take the last escalation by hand back: team, agent and tier are what they were. One by a policy ends as well."""
    require_unmerged(ticket)
    if not ticket.escalation:
        raise Conflict(f"{ticket.number} is not escalated.")
    last = standing_escalation(history_of(session, ticket.id))
    known = {team.id: team for team in teams(session)}
    before = _standing(ticket)
    was = last.data["was"] if last is not None else {**before, "level": 0, "tier": TIERS[0]}
    ticket.escalation, ticket.tier = was["level"], was["tier"]
    ticket.team_id = was["team"] if was["team"] in known else None
    agent = agent_by_id(session, was["assignee"] or 0)
    ticket.assignee_id = agent.id if agent is not None and agent.active else None
    _write(session, ticket, "brought_back", by, at, _changes(session, known, before, ticket))


def standing_escalation(history: Iterable[Event]) -> Event | None:
    """The last escalation by hand that nobody has taken back."""
    standing: list[Event] = []
    for event in history:
        if event.kind == "escalated_by_hand":
            standing.append(event)
        elif event.kind == "brought_back" and standing:
            standing.pop()
    return standing[-1] if standing else None


def _checked(ticket: Ticket, to: Whereto, reason: str) -> str:
    require_unmerged(ticket)
    if ticket.status in {"resolved", "closed"}:
        raise Conflict(f"{ticket.number} is {ticket.status}: open it again first.")
    reason = " ".join(reason.split())
    if not reason:
        raise BadInput("Say why: whoever is told reads it.", reason="is empty")
    if len(reason) > REASON_LENGTH:
        raise BadInput(f"A reason has {REASON_LENGTH} characters at most.", reason="is too long")
    if to.tier is not None and to.tier not in TIERS:
        raise BadInput(f"There is no tier {to.tier}.", tier=f"must be one of {', '.join(map(str, TIERS))}")
    if to == Whereto() and ticket.tier == TIERS[-1]:
        raise BadInput("It is at the highest tier: name a team or an agent.", team="is needed", assignee="is needed")
    return reason


def _team_of(known: dict[int, Team], ticket: Ticket, tier: int) -> Team | None:
    """The team for a tier: up the tree from where the ticket is, else the only one of that tier."""
    team = known.get(ticket.team_id or 0)
    if team is None or team.tier >= tier:
        return team
    seen = {team.id}
    above = known.get(team.parent_id or 0)
    while above is not None and above.id not in seen:
        if above.tier >= tier:
            return above
        seen.add(above.id)
        above = known.get(above.parent_id or 0)
    of_tier = [one for one in known.values() if one.tier == tier]
    return of_tier[0] if len(of_tier) == 1 else team


def _assignee(session: Session, ticket: Ticket, to: Whereto, *, is_moved: bool) -> int | None:
    if to.agent is not None:
        return to.agent.id
    has_it = agent_by_id(session, ticket.assignee_id or 0)
    return has_it.id if has_it is not None and not is_moved and has_it.tier >= ticket.tier else None


def _standing(ticket: Ticket) -> dict[str, Any]:
    """Where a ticket stands, by ids."""
    return {
        "level": ticket.escalation, "tier": ticket.tier, "team": ticket.team_id, "assignee": ticket.assignee_id,
    }  # fmt: skip


def _changes(session: Session, known: dict[int, Team], before: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    """What is different now, as before and after, with names."""
    after = _standing(ticket)
    names = names_of(session, {one for one in (before["assignee"], after["assignee"]) if one is not None})
    called: dict[str, dict[int, str]] = {"team": {one.id: one.name for one in known.values()}, "assignee": names}
    return {
        name: [called[name].get(value) if name in called else value for value in (before[name], after[name])]
        for name in after
        if before[name] != after[name]
    }


def _write(session: Session, ticket: Ticket, kind: str, by: Actor, at: datetime, data: dict[str, Any]) -> None:
    is_wanted = ticket.assignee_id is None and own(session).is_routed
    ticket.wants_agent_since = at if is_wanted else None
    ticket.updated_at = at
    record(session, ticket, kind, by, at, data=data)
