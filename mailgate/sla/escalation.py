"""What has to be done when: a policy's steps laid on a ticket's clocks. Each is done once, in order, however late."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailgate.sla.clocks import Clock, State, at_risk_from, reached
from mailgate.sla.policy import Policy, Step

_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Planned:
    """Something to do; without a step the breach itself, or a warning. Once `key` is in the history, it was done."""

    key: str
    at: datetime
    clock: Clock
    step: Step | None
    is_warning: bool = False  # the promise is not broken yet, and only at risk


def planned(policy: Policy, clocks: Sequence[Clock], done: Collection[str]) -> list[Planned]:
    """What is still to be done, in order; what was due before the policy became what it is, is let be."""
    found = [each for clock in clocks if clock.state is not State.VOID for each in _of_clock(policy, clock)]
    wanted = [each for each in found if each.key not in done and (policy.since is None or each.at >= policy.since)]
    return sorted(wanted, key=lambda each: (each.at, each.step is not None, each.key))


def _of_clock(policy: Policy, clock: Clock) -> Iterator[Planned]:
    if clock.due is not None and clock.state is not State.KEPT:
        yield Planned(f"due:{clock.goal}:{clock.round}", clock.due, clock, None)
    if policy.warns_since is not None:
        at = at_risk_from(clock, policy.calendar)
        if at is not None and at >= policy.warns_since:
            yield Planned(f"risk:{clock.goal}:{clock.round}", at, clock, None, is_warning=True)
    for step in policy.steps:
        if step.goal is not clock.goal:
            continue
        for turn in range(step.times if step.every else 1):
            amount = clock.target + step.offset + turn * (step.every or _NOTHING)
            if (at := reached(clock, policy.calendar, amount)) is None:
                break
            yield Planned(f"{policy.id}.{step.id}:{clock.round}:{turn}", at, clock, step)
