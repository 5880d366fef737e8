"""The clocks of a ticket: what happened to it, in the words promises go by, and the times that come of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailgate.sla.clocks import Clock, State, at_risk_from, clocks
from mailgate.sla.escalation import Planned, planned
from mailgate.sla.facts import Fact, What
from mailgate.sla.policy import About, Goal, Policy, chosen, is_property
from mailgate.store.companies import Known, known_of
from mailgate.store.db import Session
from mailgate.store.fields import values_by_name
from mailgate.store.tickets import Ticket, tags_of
from mailgate.store.timing import Happened, Times, happened_on

_PERSONS = frozenset({"agent", "token"})
_STOPPED = frozenset({State.KEPT, State.MISSED, State.VOID})


@dataclass(frozen=True, slots=True)
class Timed:
    """A ticket's clocks, and what its policy still wants done."""

    ticket: Ticket
    policy: Policy | None
    clocks: tuple[Clock, ...] = ()
    planned: tuple[Planned, ...] = ()
    is_promised: bool = True  # something, to somebody: else nobody has to follow what happens

    @property
    def times(self) -> Times:
        """What is written down of it."""
        newest = {clock.goal: clock.due for clock in self.clocks}
        due_at, risk_at = self._nearest
        return Times(
            self.ticket.id,
            self.is_promised,
            self.policy.id if self.policy else None,
            newest.get(Goal.FIRST_RESPONSE),
            newest.get(Goal.NEXT_RESPONSE),
            newest.get(Goal.RESOLUTION),
            newest.get(Goal.ASSIGNMENT),
            self.planned[0].at if self.planned else None,
            due_at,
            risk_at,
        )

    @property
    def _nearest(self) -> tuple[datetime | None, datetime | None]:
        """Of the clocks that run: when the first is due, and from when on one is at risk."""
        if self.policy is None:
            return None, None
        running = [(clock, clock.due) for clock in latest_of(self.clocks) if clock.state is State.RUNNING and clock.due]
        risks = (at_risk_from(clock, self.policy.calendar) for clock, _ in running)
        return (
            min((due for _, due in running), default=None),
            min((at for at in risks if at is not None), default=None),
        )


def written(ticket: Ticket) -> Times:
    """What is written down of a ticket now."""
    return Times(
        ticket.id,
        ticket.is_timed,
        ticket.policy_id,
        ticket.first_response_due,
        ticket.next_response_due,
        ticket.resolution_due,
        ticket.assignment_due,
        ticket.wake_at,
        ticket.due_at,
        ticket.risk_at,
    )


def time_tickets(session: Session, tickets: Collection[Ticket], policies: Sequence[Policy]) -> list[Timed]:
    """Read what happened to some tickets, and say what is due when."""
    ids = [ticket.id for ticket in tickets]
    histories, policy_of = happened_on(session, ids), policies_of(session, tickets, policies)
    return [timed(ticket, policy_of[ticket.id], histories[ticket.id], policies) for ticket in tickets]


def timed(ticket: Ticket, policy: Policy | None, history: Sequence[Happened], policies: Sequence[Policy]) -> Timed:
    """The times of one ticket. Nothing is promised for what was imported: it was said long ago."""
    if policy is None or _is_imported(history):
        return Timed(ticket, None, is_promised=bool(policies))
    found = clocks(list(facts(history, ticket.requester_address)), policy, ticket.priority)
    done = {str(event.data["step"]) for event in history if "step" in event.data}
    return Timed(ticket, policy, tuple(found), tuple(planned(policy, found, done)))


def policies_of(session: Session, tickets: Collection[Ticket], policies: Sequence[Policy]) -> dict[int, Policy | None]:
    """The policies that are meant for some tickets. What no policy asks for is not looked up."""
    ids = [ticket.id for ticket in tickets]
    tags = tags_of(session, ids)
    asked = _asked(policies)
    known = known_of(session, ids) if any(map(is_property, asked)) else {}
    fields = values_by_name(session, ids) if any(name.startswith("field.") for name in asked) else {}
    return {
        ticket.id: chosen(
            policies,
            _about(ticket, tags[ticket.id], known.get(ticket.id, Known()).by_name | fields.get(ticket.id, {})),
        )
        for ticket in tickets
    }


def _asked(policies: Iterable[Policy]) -> set[str]:
    return {name for policy in policies for name in policy.conditions}


def _about(ticket: Ticket, tags: Iterable[str], known: Mapping[str, str]) -> About:
    return About(
        ticket.mailbox_id, ticket.category_id, ticket.requester_address, ticket.language, tuple(sorted(tags)),
        known,
    )  # fmt: skip


def is_stopped(clock: Clock) -> bool:
    return clock.state in _STOPPED


def facts(history: Sequence[Happened], requester: str) -> Iterator[Fact]:
    """Every event as clocks see it. An answer that did not reach the requester, or was taken back, was none; one that
    was to leave later is one when it leaves.
    """
    answers = {event.message_id: event.id for event in history if _what(event) is What.ANSWERED}
    for event in history:
        what, of = _what(event), None
        if event.kind in ("bounced", "not_sent") and str(event.data.get("recipient", "")).lower() == requester:
            of = answers.get(event.data.get("of_message"))
            what = What.FAILED if of is not None else What.OTHER
        elif event.kind == "answer_withdrawn":
            of = answers.get(event.message_id)
            what = What.FAILED if of is not None else What.OTHER
        if (status := _status(event)) is not None or what is not What.OTHER:
            yield Fact(event.id, what, event.at, status, of)


def _what(event: Happened) -> What:
    match event.kind:
        case "opened":
            return What.OPENED
        case "customer_wrote" if "machine" not in event.data:
            return What.ASKED
        case "answered" | "answered_directly" if event.actor in _PERSONS and not event.data.get("later"):
            return What.ANSWERED
        case "answer_left":
            return What.ANSWERED
        case "merged":
            return What.ENDED
        case "changed" | "escalated_by_hand" | "brought_back" if _after(event.data, "assignee") is not None:
            return What.ASSIGNED
        case _:
            return What.OTHER


def _status(event: Happened) -> str | None:
    return "new" if event.kind == "opened" else _after(event.data, "status")


def _after(data: Mapping[str, object], field: str) -> str | None:
    pair = data.get(field)
    return str(pair[1]) if isinstance(pair, list) and pair[1] is not None else None


def _is_imported(history: Sequence[Happened]) -> bool:
    return any(event.kind == "opened" and "imported" in event.data for event in history)


def latest_of(found: Iterable[Clock]) -> list[Clock]:
    """The clocks that count now: of each promise the newest."""
    return list({clock.goal: clock for clock in found}.values())


def next_due(found: Iterable[Clock]) -> datetime | None:
    """When the next of what runs is due."""
    return min((clock.due for clock in found if clock.due is not None and not is_stopped(clock)), default=None)
