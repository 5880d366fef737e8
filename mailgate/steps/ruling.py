"""What rules make of a batch of events: asked in memory, in order, in the transaction that strikes the events off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from mailgate.office.rules import RuleBook
from mailgate.rules.decide import Run, decide
from mailgate.store.base import reserve
from mailgate.store.blobs import Blobs
from mailgate.store.db import Session
from mailgate.store.events import Event, last_event
from mailgate.store.messages import Message
from mailgate.store.rules import runs_since
from mailgate.store.tickets import Ticket
from mailgate.tickets.history import MAILGATE, called_by, record, triggers_of
from mailgate.tickets.rule_acts import act
from mailgate.tickets.rule_facts import Case, Desk, chain_of, facts_of

MOST_AN_HOUR = 50  # runs on one ticket; a desk that rules itself into a storm stands still, and says so
_HOUR = timedelta(hours=1)


def apply_rules(
    session: Session,
    book: RuleBook,
    blobs: Blobs,
    events: Sequence[Event],
    tickets: Mapping[int, Ticket],
    messages: Mapping[int, Message],
    now: datetime,
    addresses: Mapping[int, str],
) -> None:
    """Let the rules that are on act on some events. The tickets are locked."""
    rules = book.rules(session, now)
    cases = [
        Case(tickets[event.ticket_id], triggers, event, messages.get(event.message_id or 0), chain_of(event.data))
        for event in events
        if (triggers := triggers_of(event.kind, event.data)) and tickets[event.ticket_id].merged_into_id is None
    ]
    asked = rules.waiting_for(trigger for case in cases for trigger in case.triggers)
    cases = [case for case in cases if not case.triggers.isdisjoint(rule.given.when for rule in asked)]
    if not cases:
        return
    desk = Desk(session, now, rules.calendars, blobs, addresses)
    while cases:  # of each ticket one case at a time: the next one sees what came of it
        turn = {case.ticket.id: case for case in reversed(cases)}
        cases = [case for case in cases if turn[case.ticket.id] is not case]
        wanted: list[tuple[Case, Run, str | None]] = []
        for case, facts in zip(turn.values(), facts_of(desk, [*turn.values()], rules.needs), strict=True):
            mine = [rule for rule in asked if rule.given.when != "called" or rule.name == called_by(case.data)]
            wanted += [(case, run, None) for run in decide(mine, case.triggers, facts, case.chain)]
        carry_out(desk, wanted)


def carry_out(desk: Desk, wanted: Sequence[tuple[Case, Run, str | None]]) -> None:
    """Do what rules want done, as far as they may; `once` (the third of each) is not done a second time."""
    if not wanted:
        return
    actions = [action for _, run, _ in wanted for action in run.actions]
    tags = sum(action.do == "tag" for action in actions)
    reserve(desk.session, events=len(actions) + len(wanted), rule_runs=len(wanted), ticket_tags=tags)
    count = runs_since(desk.session, {case.ticket.id for case, _, _ in wanted}, desk.now - _HOUR)
    for case, run, once in wanted:
        count[case.ticket.id] = so_far = count.get(case.ticket.id, 0) + 1
        if so_far <= MOST_AN_HOUR:
            act(desk, case, run, once=once)
        elif so_far == MOST_AN_HOUR + 1:
            _let_be(desk, case.ticket)


def _let_be(desk: Desk, ticket: Ticket) -> None:
    told = last_event(desk.session, ticket.id, "not_ruled")
    if told is None or told.at < desk.now - _HOUR:
        why = f"Rules have acted on this ticket {MOST_AN_HOUR} times within an hour: they let it be for now."
        record(desk.session, ticket, "not_ruled", MAILGATE, desk.now, data={"reasons": [why]})
