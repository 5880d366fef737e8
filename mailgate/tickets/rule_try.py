"""Try a rule on what has happened: which tickets it would have acted on, each as it was then. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailgate.rules.decide import Rule, decide, needs
from mailgate.rules.facts import Facts, Value
from mailgate.rules.fields import Needs
from mailgate.rules.schema import Action, Wait
from mailgate.rules.times import Due, Moment, dues
from mailgate.rules.words import action_in_words
from mailgate.sla.calendar import time_between
from mailgate.store.messages import messages_by_ids
from mailgate.store.rules import lately, tickets_after
from mailgate.store.tickets import by_ids, waits_for_its_agent
from mailgate.store.timing import Happened, happened_on
from mailgate.tickets.history import is_change, triggers_of
from mailgate.tickets.rule_facts import Case, Desk, chain_of, facts_of
from mailgate.tickets.rule_times import moments_in

MOST = 2000  # events or tickets that are looked at
_AT_ONCE = 200
_KINDS = (
    "opened", "customer_wrote", "answered", "answered_directly", "noted", "woke", "rated", "at_risk", "breached",
    "changed", "escalated", "escalated_by_hand", "brought_back",
)  # fmt: skip
_REWOUND = ("status", "priority", "team", "category")


@dataclass(frozen=True, slots=True)
class Hit:
    """A ticket the rule would have acted on. `did`: each thing it would have done, and whether it was so already."""

    number: str
    subject: str
    at: datetime
    did: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it. `tickets`: how many were looked at; `is_cut`: there were more."""

    tickets: int
    hits: tuple[Hit, ...]
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class _Then:
    """A case, and when it was."""

    case: Case
    at: datetime
    last: int | None  # the event up to which the ticket's history counts


def try_rule(desk: Desk, rule: Rule, days: int) -> Trial:
    """Ask a rule about the last days, as if it had been on and no other rule had acted after it."""
    cases = list(_cases(desk, rule, desk.now - timedelta(days=days)))
    hits: dict[int, Hit] = {}
    for some in (cases[start : start + _AT_ONCE] for start in range(0, len(cases), _AT_ONCE)):
        histories = happened_on(desk.session, [then.case.ticket.id for then in some])
        found = facts_of(desk, [then.case for then in some], needs([rule]) | {Needs.TAGS})
        for then, now in zip(some, found, strict=True):
            facts = now.changed(_as_it_was(desk, then, histories[then.case.ticket.id]))
            for run in decide([rule], then.case.triggers, facts, then.case.chain):
                ticket = then.case.ticket
                did = tuple((action_in_words(action), _is_so(facts, action)) for action in run.actions)
                hits.setdefault(ticket.id, Hit(ticket.number, ticket.subject, then.at, did))
    return Trial(len({then.case.ticket.id for then in cases}), tuple(hits.values()), len(cases) >= MOST)


def _cases(desk: Desk, rule: Rule, since: datetime) -> Iterator[_Then]:
    if rule.given.wait is not None:
        return _after_waiting(desk, rule, rule.given.wait, since)
    if rule.given.when in ("schedule", "digest"):
        return _next_time(desk, rule.given.when)
    return _events(desk, rule, since)


def _events(desk: Desk, rule: Rule, since: datetime) -> Iterator[_Then]:
    """Everything that happened and that the rule waits for, newest first."""
    events = lately(desk.session, _KINDS, since, MOST)
    tickets = by_ids(desk.session, [event.ticket_id for event in events])
    messages = messages_by_ids(desk.session, [event.message_id for event in events if event.message_id])
    for event in events:
        if rule.given.when in (triggers := triggers_of(event.kind, event.data)):
            message = messages.get(event.message_id or 0)
            case = Case(tickets[event.ticket_id], triggers, event, message, chain_of(event.data))
            yield _Then(case, event.at, event.id)


def _after_waiting(desk: Desk, rule: Rule, wait: Wait, since: datetime) -> Iterator[_Then]:
    """Every time the rule would have been asked, had it been on."""
    begun = since - timedelta(minutes=wait.minutes)
    ids = {event.ticket_id for event in lately(desk.session, _KINDS, begun, MOST)}
    histories, tickets = happened_on(desk.session, ids), by_ids(desk.session, ids)
    for ticket_id in sorted(ids, reverse=True):
        if tickets[ticket_id].merged_into_id is None:
            for due in _asked(desk, rule, wait, histories[ticket_id]):
                if since <= due.at <= desk.now:
                    yield _Then(Case(tickets[ticket_id], frozenset({"time"})), due.at, None)


def _asked(desk: Desk, rule: Rule, wait: Wait, history: Sequence[Happened]) -> Iterator[Due]:
    """Each time from which it waited to the end: until it happened again."""
    moments = [Moment(event.id, event.at) for event in history if wait.since in set(moments_in(event))]
    always = Rule(rule.id, rule.version, rule.given, rule.holds, rule.fields)
    for moment, following in zip(moments, [*moments[1:], None], strict=False):
        for due in dues([always], {wait.since: moment}, desk.calendars, ()):
            if following is None or due.at < following.at:
                yield due


def _next_time(desk: Desk, when: str) -> Iterator[_Then]:
    """Every ticket as it is, of digests those that wait for somebody: what the next time would bring."""
    for ticket in by_ids(desk.session, tickets_after(desk.session, 0, MOST)).values():
        if when != "digest" or waits_for_its_agent(ticket):
            yield _Then(Case(ticket, frozenset({when})), desk.now, None)


def _as_it_was(desk: Desk, then: _Then, history: Sequence[Happened]) -> dict[str, Value]:
    """What has changed since is taken back, the newest first."""
    emails = {named.name: email for named, email in desk.agents.values()}
    was: dict[str, Value] = {"age": (then.at - then.case.ticket.created_at) // timedelta(hours=1)}
    for event in reversed(history):
        if (event.id <= then.last) if then.last is not None else (event.at <= then.at):
            continue
        was |= _taken_back(event.data, emails)
    if desk.calendars:
        second = timedelta(seconds=1)
        was["hours"] = tuple(
            name for name, one in desk.calendars.items() if time_between(one, then.at, then.at + second)
        )
    if (status := was.get("status")) is not None:
        was["turn"] = {"pending": "customer", "resolved": None, "closed": None}.get(str(status), "us")
    return was


def _taken_back(data: Mapping[str, object], emails: Mapping[str, str]) -> dict[str, Value]:
    before = {name: value[0] for name, value in data.items() if isinstance(value, list) and is_change(value)}
    was: dict[str, Value] = {name: before[name] for name in _REWOUND if name in before}
    if "assignee" in before:
        was["assignee"] = emails.get(str(before["assignee"])) if before["assignee"] is not None else None
    if "tags" in before:
        was["tags"] = tuple(map(str, before["tags"] or ()))
    if "level" in before:
        was["escalation"] = before["level"]
    return was


def _is_so(facts: Facts, action: Action) -> bool:
    """Whether it would have changed nothing."""
    if action.do in ("tag", "untag"):
        return (action.value.lower() in facts.words("tags")) is (action.do == "tag")
    if action.do in ("status", "priority", "assignee", "team", "category"):
        return facts.text(action.do) == action.value.casefold()
    return False
