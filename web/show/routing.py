"""How tickets are given out, in words: what a team goes by, and what each agent could take on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailgate.rights import Right, may
from mailgate.routing.choice import language_name
from mailgate.store.agents import Agent, agents, presence_at, team_names
from mailgate.store.db import Session
from mailgate.store.office import Team
from mailgate.store.routing import Routing, loads_of
from web.speech import later, say, say_count, told

_METHODS = {
    "by_hand": later("By hand"),
    "round_robin": later("By turns"),
    "least_loaded": later("To whoever has least to do"),
}
_ASKED = {
    "skill": later("knows the category"),
    "language": later("speaks the language"),
    "region": later("is in the region"),
}
_AWAY = {
    "stay": later("Tickets stay with whoever is away."),
    "return": later("Tickets of whoever is away for {} come back to the team."),
    "hand_on": later("Tickets of whoever is away for {} go to somebody else."),
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
    return [
        _team(team_id, name, rows.get(team_id)) for team_id, name in [*places, (None, say("Tickets without a team"))]
    ]


def desk_of_agents(session: Session, now: datetime) -> list[AgentShown]:
    """Everybody who works on tickets: whether they are there, what they have, and what they could take on."""
    workers = [one for one in agents(session) if one.active and may(one.role, Right.WORK)]
    loads, of_teams = loads_of(session, [one.id for one in workers]), team_names(session)
    return [_agent(one, loads[one.id], of_teams.get(one.id, []), now) for one in workers]


def _team(team_id: int | None, name: str, row: Routing | None) -> TeamShown:
    if row is None or (row.method == "by_hand" and row.when_away == "stay"):
        return TeamShown(
            team_id or 0, name, say(_METHODS["by_hand"]), say("Agents take tickets themselves."), is_by_hand=True
        )
    told = []
    if row.method != "by_hand":
        needed = [say(words) for key, words in _ASKED.items() if getattr(row, key) == "require"]
        wanted = [say(words) for key, words in _ASKED.items() if getattr(row, key) == "prefer"]
        told += [say("Only to somebody who %(names)s.", names=say(" and ").join(needed))] if needed else []
        wanted = ([say("the customer knows")] if row.known == "prefer" else []) + [
            say("who %(words)s", words=words) for words in wanted
        ]
        told += [say("Rather to somebody %(names)s.", names=", ".join(wanted))] if wanted else []
    told.append(say(_AWAY[row.when_away]).format(_span(row.away_minutes)))
    return TeamShown(team_id or 0, name, say(_METHODS[row.method]), " ".join(told), is_by_hand=row.method == "by_hand")


def _agent(one: Agent, load: int, of_teams: Sequence[str], now: datetime) -> AgentShown:
    facts = [", ".join(of_teams)] if of_teams else []
    facts += [say("tier %(tier)s", tier=one.tier)] if one.tier > 1 else []
    facts += [one.region] if one.region else []
    facts += [say("knows %(names)s", names=", ".join(map(str, one.skills)))] if one.skills else []
    facts += (
        [say("speaks %(names)s", names=", ".join(told(language_name(str(code))) for code in one.languages))]
        if one.languages
        else []
    )
    shown = (
        say("%(load)s of %(capacity)s tickets", load=load, capacity=one.capacity)
        if one.capacity is not None
        else say_count("%(num)s ticket, no limit", "%(num)s tickets, no limit", load)
    )
    is_full = one.capacity is not None and load >= one.capacity
    return AgentShown(one.name, presence_at(one, now), shown, is_full, tuple(facts))


def _span(minutes: int) -> str:
    if minutes % 60 == 0 and minutes:
        return say_count("%(num)s hour", "%(num)s hours", minutes // 60)
    return say("%(minutes)s minutes", minutes=minutes) if minutes else say("a moment")
