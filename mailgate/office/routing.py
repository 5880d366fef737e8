"""How teams give out their tickets, and whether an agent is there."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from mailgate.errors import BadInput
from mailgate.routing.choice import Method, Weight
from mailgate.store.agents import PRESENCES, Agent
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.routing import Routing, routings, set_routed

WHEN_AWAY = ("stay", "return", "hand_on")
_LONGEST = timedelta(days=366)
_MOST_MINUTES = 10_080  # a week


@dataclass(frozen=True, slots=True)
class RoutingGiven:
    """What a team goes by. `when_away`: what becomes of tickets whose agent is away for `away_minutes`."""

    method: str = "by_hand"
    skill: str = "prefer"
    language: str = "prefer"
    region: str = "prefer"
    known: str = "prefer"
    when_away: str = "stay"
    away_minutes: int = 60


def given_for(row: Routing | None) -> RoutingGiven:
    """What holds for a team now; by hand where nothing was set."""
    if row is None:
        return RoutingGiven()
    return RoutingGiven(**{name: getattr(row, name) for name in RoutingGiven.__slots__})


def set_routing(session: Session, team_id: int | None, given: RoutingGiven, at: datetime) -> Routing:
    """Give a team's tickets out like this from now on; None: those that have no team."""
    _check(given)
    row = routings(session).get(team_id)
    if row is None:
        row = add(session, Routing(team_id=team_id, changed_at=at, **asdict(given)))
    for name, value in asdict(given).items():
        setattr(row, name, value)
    row.changed_at = at
    set_routed(session)
    return row


def set_presence(agent: Agent, presence: str, at: datetime, *, until: datetime | None = None) -> None:
    """An agent is there, busy (gets nothing new), or away, until then or until they are back."""
    if presence not in PRESENCES:
        raise BadInput(f"There is no presence {presence!r}.", presence=f"must be one of {', '.join(PRESENCES)}")
    if until is not None and (presence != "away" or not at < until <= at + _LONGEST):
        raise BadInput("Say until when you are away: a moment within the next year.", until="must lie ahead")
    if presence != "away" or agent.presence != "away" or agent.away_since is None:
        agent.away_since = at if presence == "away" else None
    agent.presence, agent.away_until = presence, until


def _check(given: RoutingGiven) -> None:
    _one_of("method", given.method, list(Method))
    _one_of("when_away", given.when_away, list(WHEN_AWAY))
    for name in ("skill", "language", "region"):
        _one_of(name, getattr(given, name), list(Weight))
    _one_of("known", given.known, [Weight.IGNORE, Weight.PREFER])
    if not 0 <= given.away_minutes <= _MOST_MINUTES:
        raise BadInput(f"Tickets wait at most {_MOST_MINUTES} minutes.", away_minutes="is out of range")


def _one_of(name: str, value: str, known: list[str]) -> None:
    if value not in known:
        raise BadInput(f"{name} cannot be {value!r}.", **{name: f"must be one of {', '.join(known)}"})
