"""What is promised for a ticket, told: when each thing is due, how it stands, and which minutes were counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.sla.calendar import Calendar
from mailgate.sla.clocks import Clock, State, at_risk_from
from mailgate.sla.explained import counted
from mailgate.sla.policy import Goal, Policy
from mailgate.store.db import Session
from mailgate.store.tickets import Ticket
from mailgate.store.timing import Happened
from mailgate.tickets.clocks import Timed, latest_of, policies_of, time_tickets, timed
from mailgate.tickets.in_words import span

GOALS = {
    Goal.FIRST_RESPONSE: "First response",
    Goal.NEXT_RESPONSE: "Next response",
    Goal.RESOLUTION: "Resolution",
    Goal.ASSIGNMENT: "Assignment",
}
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise: running, at_risk, late, paused, kept, missed or void. `counted`: a line for each stretch of time."""

    goal: str
    name: str
    policy: str
    state: str
    words: str
    due: datetime | None
    stopped: datetime | None
    minutes: int
    target: int
    counted: tuple[str, ...]


def promises_for(session: Session, ticket: Ticket, policies: Sequence[Policy], now: datetime) -> list[Promise]:
    """What is promised for a ticket now, by its history as it stands."""
    (found,) = time_tickets(session, [ticket], policies)
    return _promises(found, now)


def promises_by(
    session: Session, ticket: Ticket, history: Sequence[Happened], policies: Sequence[Policy], now: datetime
) -> list[Promise]:
    """The same of a ticket whose history is known already."""
    meant = policies_of(session, [ticket], policies)[ticket.id]
    return _promises(timed(ticket, meant, history, policies), now)


def _promises(found: Timed, now: datetime) -> list[Promise]:
    policy = found.policy
    return [_told(clock, policy, now) for clock in latest_of(found.clocks)] if policy is not None else []


def _told(clock: Clock, policy: Policy, now: datetime) -> Promise:
    parts = list(counted(clock, policy.calendar, now))
    is_late = clock.state in (State.RUNNING, State.PAUSED) and clock.due is not None and clock.due < now
    used = sum((part.end - part.start for part in parts), timedelta(0))
    return Promise(
        clock.goal.value,
        GOALS[clock.goal],
        policy.name,
        "late" if is_late else "at_risk" if _is_at_risk(clock, policy.calendar, now) else clock.state.value,
        _words(clock, policy.calendar, is_late=is_late),
        clock.due,
        clock.stopped,
        used // _MINUTE,
        clock.target // _MINUTE,
        tuple(_lines(clock, policy.calendar, now)),
    )


def _is_at_risk(clock: Clock, calendar: Calendar, now: datetime) -> bool:
    since = at_risk_from(clock, calendar) if clock.state is State.RUNNING else None
    return since is not None and since <= now


def _words(clock: Clock, calendar: Calendar, *, is_late: bool) -> str:
    """How a promise stands, in one sentence."""
    due = f"{_local(clock.due, calendar)}" if clock.due is not None else ""
    if is_late:
        return f"It was due {due}."
    match clock.state:
        case State.PAUSED:
            return f"The clock stands still; {span(clock.left // _MINUTE)} are left."
        case State.KEPT:
            return f"Kept: done {_local(clock.stopped, calendar)}{f', due {due}' if due else ''}."
        case State.MISSED:
            return f"Missed: done {_local(clock.stopped, calendar)}, due {due}."
        case State.VOID:
            return "The ticket goes on in another one."
    return f"Due {due}." if due else "Its calendar never opens: nobody can say when it is due."


def _lines(clock: Clock, calendar: Calendar, now: datetime) -> Iterator[str]:
    """Every stretch of working time that was counted."""
    for part in counted(clock, calendar, now):
        start, end = (moment.astimezone(ZoneInfo(calendar.zone)) for moment in part)
        until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%a %Y-%m-%d %H:%M}"
        yield f"{start:%a %Y-%m-%d %H:%M}–{until}: {span(part.minutes)}"


def _local(moment: datetime | None, calendar: Calendar) -> str:
    return f"{moment.astimezone(ZoneInfo(calendar.zone)):%a %Y-%m-%d %H:%M %Z}" if moment is not None else ""
