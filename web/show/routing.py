"""How tickets are given out, in words: what a team goes by, and what each agent could take on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailgate.rights import Right, may
from mailgate.routing.choice import language_name
from mailgate.store.agents import Agent, agents, team_names
from mailgate.store.db import Session
from mailgate.store.office import Team
from mailgate.store.routing import Routing, loads_of

_METHODS = {
    "by_hand": "By hand",
    "round_robin": "By turns",
    "least_loaded": "To whoever has least to do",
}
_ASKED = {"skill": "knows the category", "language": "speaks the language", "region": "is in the region"}
_AWAY = {
    "stay": "Tickets stay with whoever is away.",
    "return": "Tickets of whoever is away for {} come back to the team.",
    "hand_on": "Tickets of whoever is away for {} go to somebody else.",
}


@dataclass(frozen=True, slots=True)
class TeamShown:
    """One team's way."""

    id: int
    name: str
    method: str
    words: str
    is_by_hand: bool


@dataclass(frozen=True, slots=True)
class AgentShown:
    """An agent, as routing sees them."""

    name: str
    presence: str
    load: str
    is_full: bool
    facts: tuple[str, ...]


def teams_in_words(teams: Sequence[Team], rows: Mapping[int | None, Routing]) -> list[TeamShown]:
    """Every team's way, and that of tickets without a team."""
    places: list[tuple[int | None, str]] = [(team.id, team.name) for team in teams]
    return [_team(team_id, name, rows.get(team_id)) for team_id, name in [*places, (None, "Tickets without a team")]]


def desk_of_agents(session: Session, now: datetime) -> list[AgentShown]:
    """Everybody who works on tickets: whether they are there, what they have, and what they could take on."""
    workers = [one for one in agents(session) if one.active and may(one.role, Right.WORK)]
    loads, of_teams = loads_of(session, [one.id for one in workers]), team_names(session)
    return [_agent(one, loads[one.id], of_teams.get(one.id, []), now) for one in workers]


def _team(team_id: int | None, name: str, row: Routing | None) -> TeamShown:
    if row is None or (row.method == "by_hand" and row.when_away == "stay"):
        return TeamShown(team_id or 0, name, _METHODS["by_hand"], "Agents take tickets themselves.", is_by_hand=True)
    told = []
    if row.method != "by_hand":
        needed = [words for key, words in _ASKED.items() if getattr(row, key) == "require"]
        wanted = [words for key, words in _ASKED.items() if getattr(row, key) == "prefer"]
        told += [f"Only to somebody who {' and '.join(needed)}."] if needed else []
        wanted = (["the customer knows"] if row.known == "prefer" else []) + [f"who {words}" for words in wanted]
        told += [f"Rather to somebody {', '.join(wanted)}."] if wanted else []
    told.append(_AWAY[row.when_away].format(_span(row.away_minutes)))
    return TeamShown(team_id or 0, name, _METHODS[row.method], " ".join(told), is_by_hand=row.method == "by_hand")


def _agent(one: Agent, load: int, of_teams: Sequence[str], now: datetime) -> AgentShown:
    facts = [", ".join(of_teams)] if of_teams else []
    facts += [f"tier {one.tier}"] if one.tier > 1 else []
    facts += [one.region] if one.region else []
    facts += [f"knows {', '.join(map(str, one.skills))}"] if one.skills else []
    facts += [f"speaks {', '.join(language_name(str(code)) for code in one.languages)}"] if one.languages else []
    shown = f"{load} of {one.capacity}" if one.capacity is not None else f"{load}, no limit"
    is_full = one.capacity is not None and load >= one.capacity
    return AgentShown(one.name, one.presence_at(now), shown, is_full, tuple(facts))


def _span(minutes: int) -> str:
    if minutes % 60 == 0 and minutes:
        return f"{minutes // 60} {'hour' if minutes == 60 else 'hours'}"  # noqa: PLR2004 - minutes of an hour
    return f"{minutes} minutes" if minutes else "a moment"
