"""Rules that wait for time: asked when it has passed, once each, by however many clocks and workers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from mailgate import clock
from mailgate.failpoints import point
from mailgate.office.rules import Rules
from mailgate.rules.decide import decide
from mailgate.rules.times import Due, dues, next_time
from mailgate.steps.ruling import carry_out
from mailgate.steps.workshop import Workshop
from mailgate.store.db import Session
from mailgate.store.organisations import own
from mailgate.store.rules import RuleRow, done_once, next_to_rule, schedules_due, set_timers, tickets_after
from mailgate.store.tickets import Ticket, by_ids
from mailgate.store.timing import happened_on
from mailgate.tickets.rule_facts import Case, Desk, facts_of
from mailgate.tickets.rule_times import moments_of

TICKETS_AT_ONCE = 200
_ROUNDS = 50  # so often rules may change what is due; then the ticket comes again


def set_rule_timers(session: Session, rules: Rules, tickets: Collection[Ticket], now: datetime) -> None:
    """When somebody has to look at some locked tickets next; at once, where something is due already."""
    session.flush()
    found = _dues(session, rules, tickets)
    set_timers(session, {ticket_id: max(due[0].at, now) if due else None for ticket_id, due in found.items()})


def ask_due_rules(shop: Workshop, org: int, ticket_ids: Sequence[int]) -> None:
    """Ask the rules whose time has come about some tickets, in order, and set when to look again."""
    with shop.database.desk(org) as session:
        now = clock.now()
        rules = shop.rules.rules(session, now)
        tickets = by_ids(session, ticket_ids, lock=True)
        point("clocks.after_lock")
        looking, asked = set(tickets), set[tuple[int, int, str]]()
        for _ in range(_ROUNDS):
            due = _first_due(_dues(session, rules, [tickets[each] for each in looking]), asked, now)
            looking = set(due)
            if not due:
                break
            asked |= {(ticket_id, each.rule.id, each.key) for ticket_id, each in due.items()}
            _ask(Desk(session, now, rules.calendars, shop.blobs), rules, tickets, due)
            session.flush()
        again = _dues(session, rules, tickets.values())
        set_timers(session, {ticket_id: _next(found, now) for ticket_id, found in again.items()})
        set_timers(session, dict.fromkeys(set(ticket_ids) - set(tickets)))
        point("clocks.before_commit")
    point("clocks.after_commit")


def go_by_schedule(shop: Workshop, org: int) -> int:
    """Ask rules whose time of day has come about the next open tickets; how many there were to look at."""
    with shop.database.desk(org) as session:
        now = clock.now()
        rules = shop.rules.rules(session, now)
        count = sum(_walk(session, shop, rules, row, now) for row in schedules_due(session, now))
        tickets = by_ids(session, next_to_rule(session, TICKETS_AT_ONCE), lock=True)
        set_rule_timers(session, rules, tickets.values(), now)
        point("clocks.before_commit")
    return count + len(tickets)


def _walk(session: Session, shop: Workshop, rules: Rules, row: RuleRow, now: datetime) -> int:
    """Ask one rule about the next open tickets; after the last of them, it has its next time."""
    assert row.next_at is not None
    key = f"at:{row.next_at.isoformat()}"
    rule = next((each for each in rules.all if each.id == row.id), None)
    found = tickets_after(session, row.walked_to, TICKETS_AT_ONCE) if rule is not None else []
    tickets = by_ids(session, found, lock=True)
    done = done_once(session, found)
    if rule is not None:
        due = {each: Due(now, rule, key) for each in tickets if (each, rule.id, key) not in done}
        _ask(Desk(session, now, rules.calendars, shop.blobs), rules, tickets, due)
    if len(found) == TICKETS_AT_ONCE:
        row.walked_to = found[-1]
    else:
        schedule = rule.given.schedule if rule is not None else None
        row.next_at = next_time(schedule, own(session).time_zone, now) if schedule is not None else None
        row.walked_to = 0
    return len(found) + 1


def _dues(session: Session, rules: Rules, tickets: Collection[Ticket]) -> dict[int, list[Due]]:
    waiting = rules.waiting_for({"time"})
    ids = [ticket.id for ticket in tickets]
    if not waiting or not ids:
        return {each: [] for each in ids}
    histories, done = happened_on(session, ids), done_once(session, ids)
    return {
        ticket.id: []
        if ticket.merged_into_id is not None
        else dues(waiting, moments_of(histories[ticket.id]), rules.calendars, _of(ticket.id, done))
        for ticket in tickets
    }


def _of(ticket_id: int, done: Collection[tuple[int, int, str]]) -> set[tuple[int, str]]:
    return {(rule_id, key) for ticket, rule_id, key in done if ticket == ticket_id}


def _first_due(found: dict[int, list[Due]], asked: Collection[tuple[int, int, str]], now: datetime) -> dict[int, Due]:
    """What is due first on each ticket and was not asked yet."""
    first = {
        ticket_id: next(
            (each for each in due if each.at <= now and (ticket_id, each.rule.id, each.key) not in asked), None
        )
        for ticket_id, due in found.items()
    }
    return {ticket_id: due for ticket_id, due in first.items() if due is not None}


def _next(found: Sequence[Due], now: datetime) -> datetime | None:
    return next((due.at for due in found if due.at > now), None)


def _ask(desk: Desk, rules: Rules, tickets: dict[int, Ticket], due: dict[int, Due]) -> None:
    cases = [Case(tickets[ticket_id], frozenset({each.rule.given.when})) for ticket_id, each in due.items()]
    cases = [case for case in cases if case.ticket.merged_into_id is None]
    for case, facts in zip(cases, facts_of(desk, cases, rules.needs), strict=True):
        asked = due[case.ticket.id]
        carry_out(desk, [(case, run, asked.key) for run in decide([asked.rule], case.triggers, facts)])
