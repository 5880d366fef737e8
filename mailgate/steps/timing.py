"""Due times are written when something happened, and what a policy wants done is done when its time has come.

Everything is worked out from the ticket's history, read with the ticket locked: whoever comes second finds what the
first did in it, so no step is done twice, and what was missed is found however late.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from mailgate import clock
from mailgate.failpoints import point
from mailgate.office.promises import policies
from mailgate.sla.policy import Policy
from mailgate.steps.escalating import changes_times, do
from mailgate.store.db import Database, Session
from mailgate.store.promises import next_to_time
from mailgate.store.tickets import Ticket, by_ids
from mailgate.store.timing import set_times
from mailgate.tickets.clocks import Timed, time_tickets, written

RETIME_AT_ONCE = 200
_ROUNDS = 50  # so often steps may change what is due; then the ticket comes again


def write_times(session: Session, tickets: Collection[Ticket], promised: Sequence[Policy]) -> None:
    """Time tickets after something happened to them; they are locked."""
    session.flush()
    _write(session, time_tickets(session, tickets, promised))


def escalate(database: Database, org: int, ticket_ids: Sequence[int]) -> int:
    """Do what is due on some tickets; how many steps were done."""
    with database.desk(org) as session:
        now = clock.now()
        tickets = by_ids(session, ticket_ids, lock=True)
        point("clocks.after_lock")
        promised = policies(session, now)
        open_still, count = time_tickets(session, tickets.values(), promised), 0
        for _ in range(_ROUNDS):
            changed = []
            for each in open_still:
                done = _do_due(session, each, now)
                count += done
                if done:
                    changed.append(each.ticket)
            _write(session, [each for each in open_still if each.ticket not in changed])
            if not changed:
                break
            session.flush()
            open_still = time_tickets(session, changed, promised)
        point("clocks.before_commit")
    point("clocks.after_commit")
    return count


def time_open_tickets(database: Database, org: int) -> int:
    """Time the next open tickets anew, after what is promised has changed; how many there were."""
    with database.desk(org) as session:
        now = clock.now()
        tickets = by_ids(session, next_to_time(session, RETIME_AT_ONCE), lock=True)
        _write(session, time_tickets(session, tickets.values(), policies(session, now)))
        point("clocks.before_commit")
    return len(tickets)


def _do_due(session: Session, timed: Timed, now: datetime) -> int:
    """Do what is due, in order, up to what may change what is due."""
    count = 0
    for plan in timed.planned:
        if plan.at > now:
            break
        do(session, timed, plan, now)
        count += 1
        if changes_times(plan):
            break
    return count


def _write(session: Session, found: Sequence[Timed]) -> None:
    set_times(session, [each.times for each in found if each.times != written(each.ticket)])
