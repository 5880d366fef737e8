"""The clocks of a ticket: from what happened to when what was promised is due, and which minutes were counted.

A clock runs from what starts it to what stops it, less the time in a status that pauses it, and counts the working time
of its calendar. It only looks at what happened, so the same history always gives the same times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from mailgate.sla.calendar import Calendar, moment_after, time_between
from mailgate.sla.facts import Fact, What
from mailgate.sla.policy import Goal, Policy

_DONE = frozenset({"resolved", "closed"})
_NOTHING = timedelta(0)
Statuses = Sequence[tuple[datetime, str]]


class State(StrEnum):
    """How a clock stands; whether it is late is for whoever knows what time it is."""

    RUNNING = "running"
    PAUSED = "paused"
    KEPT = "kept"
    MISSED = "missed"
    VOID = "void"  # the ticket goes on elsewhere


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch in which a clock ran, and the working time in it; without an end it runs still."""

    start: datetime
    end: datetime | None
    counted: timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise. `round` is what started it; `due` is None while nobody can know it, `left` what was left then."""

    goal: Goal
    round: int
    target: timedelta
    started: datetime
    stopped: datetime | None
    runs: tuple[Run, ...]
    due: datetime | None
    left: timedelta
    state: State


def clocks(facts: Sequence[Fact], policy: Policy, priority: str) -> list[Clock]:
    """Every clock the policy sets on this history, in the order they started."""
    targets = policy.targets.get(priority, {})
    ordered = sorted(facts, key=lambda fact: (fact.at, fact.key))
    failed = {fact.of for fact in ordered if fact.what is What.FAILED}
    counted = [fact for fact in ordered if not (fact.what is What.ANSWERED and fact.key in failed)]
    statuses = [(fact.at, fact.status) for fact in ordered if fact.status is not None]
    end = next((fact.at for fact in ordered if fact.what is What.ENDED), None)
    found = []
    for goal, start, stopped in _spans(counted, statuses):
        if (target := targets.get(goal)) is not None:
            found.append(_clock(goal, start, stopped, end, target, policy, statuses))
    return sorted(found, key=lambda clock: (clock.started, clock.goal))


def reached(clock: Clock, calendar: Calendar, amount: timedelta) -> datetime | None:
    """When a clock has counted so much; None when it stopped before, or nobody can know yet."""
    left = max(amount, _NOTHING)
    for run in clock.runs:
        if run.end is None or left <= run.counted:
            moment = moment_after(calendar, run.start, left)
            if run.end is None or (moment is not None and moment < run.end):  # else it stopped at the very minute
                return moment
        left -= run.counted
    return None


def at_risk_from(clock: Clock, calendar: Calendar) -> datetime | None:
    """When three quarters of its time are gone: from then on the promise is at risk."""
    return reached(clock, calendar, clock.target * 3 // 4)


def _spans(facts: Sequence[Fact], statuses: Statuses) -> Iterator[tuple[Goal, Fact, datetime | None]]:
    """What starts each clock, and when it is stopped."""
    opened = next((fact for fact in facts if fact.what is What.OPENED), None)
    if opened is None:
        return
    answer = next((fact for fact in facts if fact.what is What.ANSWERED), None)
    assigned = next((fact.at for fact in facts if fact.what is What.ASSIGNED), None)
    yield Goal.FIRST_RESPONSE, opened, answer.at if answer is not None else None
    yield Goal.RESOLUTION, opened, _since_done(statuses)
    yield Goal.ASSIGNMENT, opened, assigned
    asked: Fact | None = None
    for fact in facts[facts.index(answer) :] if answer is not None else ():
        if fact.what is What.ASKED:
            asked = asked or fact
        elif fact.what is What.ANSWERED and asked is not None:
            yield Goal.NEXT_RESPONSE, asked, fact.at
            asked = None
    if asked is not None:
        yield Goal.NEXT_RESPONSE, asked, None


def _since_done(statuses: Statuses) -> datetime | None:
    """Since when it is resolved or closed, if it is."""
    moment = None
    for at, status in reversed(statuses):
        if status not in _DONE:
            break
        moment = at
    return moment


def _clock(
    goal: Goal,
    start: Fact,
    stopped: datetime | None,
    end: datetime | None,
    target: timedelta,
    policy: Policy,
    statuses: Statuses,
) -> Clock:
    until = min((moment for moment in (stopped, end) if moment is not None), default=None)
    runs = tuple(_runs(start.at, until, statuses, policy))
    left = max(target - sum((run.counted for run in runs), _NOTHING), _NOTHING)
    clock = Clock(goal, start.key, target, start.at, stopped, runs, None, left, State.PAUSED)
    due = reached(clock, policy.calendar, target)
    if stopped is not None and (end is None or stopped < end):
        state = State.MISSED if due is not None else State.KEPT
        due = due or _would_be_due(clock, policy.calendar)
    elif end is not None:
        state, due = State.VOID, None
    else:
        state = State.RUNNING if runs and runs[-1].end is None else State.PAUSED
    return replace(clock, due=due, state=state)


def _would_be_due(clock: Clock, calendar: Calendar) -> datetime | None:
    """When a clock that was stopped in time, while it ran, would have been due."""
    if not clock.runs or clock.runs[-1].end != clock.stopped:
        return None
    last = clock.runs[-1]
    return moment_after(calendar, last.start, clock.left + last.counted)


def _runs(start: datetime, until: datetime | None, statuses: Statuses, policy: Policy) -> Iterator[Run]:
    """The stretches between start and end in which no status pauses. What is done is paused, too."""
    still = policy.pauses | _DONE
    marks = [(max(at, start), status not in still) for at, status in statuses if until is None or at < until]
    running_since: datetime | None = start
    for at, is_running in marks:
        if running_since is not None and not is_running:
            if at > running_since:
                yield _run(running_since, at, policy.calendar)
            running_since = None
        elif running_since is None and is_running:
            running_since = at
    if running_since is not None and (until is None or until > running_since):
        yield _run(running_since, until, policy.calendar)


def _run(start: datetime, end: datetime | None, calendar: Calendar) -> Run:
    return Run(start, end, time_between(calendar, start, end) if end is not None else _NOTHING)
