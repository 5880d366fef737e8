"""Calendars and clocks a second time, minute by minute and without cleverness: what the fast ones must agree with."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.sla.calendar import MINUTES_A_DAY, Calendar
from mailgate.sla.facts import Fact, What
from mailgate.sla.policy import Goal, Policy

MINUTE = timedelta(minutes=1)


def is_open(calendar: Calendar, moment: datetime) -> bool:
    """Whether the minute that begins now is worked."""
    local = moment.astimezone(ZoneInfo(calendar.zone))
    minute, day = local.hour * 60 + local.minute, local.date()
    yesterday = day - timedelta(days=1)
    return any(hours.start <= minute < hours.end for hours in calendar.of(day)) or any(
        hours.start <= minute + MINUTES_A_DAY < hours.end for hours in calendar.of(yesterday)
    )


def minutes_between(calendar: Calendar, since: datetime, until: datetime) -> int:
    count, moment = 0, since
    while moment < until:
        count += is_open(calendar, moment)
        moment += MINUTE
    return count


def moment_after(calendar: Calendar, since: datetime, minutes: int) -> datetime:
    moment = since
    while minutes:
        minutes -= is_open(calendar, moment)
        moment += MINUTE
    return moment


def times(  # noqa: C901, PLR0912 - told straight, in one pass
    facts: Sequence[Fact], policy: Policy, priority: str, until: datetime
) -> dict[tuple[Goal, int], tuple[datetime | None, str]]:
    """By goal and round: when it was due, if that came, and how it stands at the end. One pass over all minutes."""
    ordered = sorted(facts, key=lambda fact: (fact.at, fact.key))
    lost = {fact.of for fact in ordered if fact.what is What.FAILED}
    targets = policy.targets.get(priority, {})
    used: dict[tuple[Goal, int], int] = {}
    due: dict[tuple[Goal, int], datetime | None] = {}
    state: dict[tuple[Goal, int], str] = {}
    status, waiting = "new", list(ordered)
    moment = ordered[0].at

    def start(goal: Goal, fact: Fact) -> None:
        if goal in targets:
            used[goal, fact.key], due[goal, fact.key], state[goal, fact.key] = 0, None, "runs"

    def stop(goal: Goal) -> None:
        for key, standing in state.items():
            if key[0] is goal and standing == "runs":
                state[key] = "missed" if due[key] else "kept"

    def reopen() -> None:
        for key, standing in state.items():
            if key[0] is Goal.RESOLUTION and standing in ("kept", "missed"):
                state[key] = "runs"

    has_answer = False
    while moment < until:
        while waiting and waiting[0].at <= moment:
            fact = waiting.pop(0)
            was_done, status = status in ("resolved", "closed"), fact.status or status
            is_done = status in ("resolved", "closed")
            if fact.what is What.OPENED:
                for goal in (Goal.FIRST_RESPONSE, Goal.RESOLUTION, Goal.ASSIGNMENT):
                    start(goal, fact)
            elif fact.what is What.ANSWERED and fact.key not in lost:
                stop(Goal.NEXT_RESPONSE)
                stop(Goal.FIRST_RESPONSE)
                has_answer = True
            elif fact.what is What.ASKED and has_answer:
                if not any(goal is Goal.NEXT_RESPONSE and state[goal, key] == "runs" for goal, key in state):
                    start(Goal.NEXT_RESPONSE, fact)
            elif fact.what is What.ASSIGNED:
                stop(Goal.ASSIGNMENT)
            if fact.what is What.ENDED:
                for key, standing in state.items():
                    state[key] = "void" if standing == "runs" else standing
            elif is_done and not was_done:
                stop(Goal.RESOLUTION)
            elif was_done and not is_done:
                reopen()
        for key, standing in state.items():
            if standing != "runs" or status in policy.pauses or status in ("resolved", "closed"):
                continue
            if due[key] is None and used[key] == targets[key[0]] // MINUTE:
                due[key] = moment
            used[key] += is_open(policy.calendar, moment)
        moment += MINUTE
    return {key: (due[key], state[key]) for key in state}
