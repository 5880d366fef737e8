"""Tick: what is due costs what is due, however many tickets are open."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from time import perf_counter

from mailgate import clock
from mailgate.bench.figures import Limit, Plan, Row, Timing, middle_and_slow
from mailgate.bench.invented.seeding import Wish, fill
from mailgate.bench.machine import watched
from mailgate.bench.site import Site, WentWrong
from mailgate.jobs import WATCH_AT_ONCE
from mailgate.office.promises import PolicyGiven, add_policy
from mailgate.steps.timing import escalate, time_open_tickets
from mailgate.store.claims import work_waiting
from mailgate.store.db import Database
from mailgate.store.organisations import own
from mailgate.store.seed import sower
from mailgate.store.timing import claim_woken

_FEWER = 100  # so many times fewer tickets beside it
_DUE = 1000
_TARGETS = {name: {"first_response": 60} for name in ("low", "normal", "high", "urgent")}
_LATER, _CLAIM, _LONG_AGO = timedelta(days=30), timedelta(minutes=2), timedelta(days=1500)


def measure(plan: Plan, site: Site) -> Row:
    """As many due tickets among few open ones and among many: found, locked, timed from their history, written."""
    few = max(plan.tickets // _FEWER, WATCH_AT_ONCE)
    due = min(_DUE, few)
    with site.database() as database:
        with database.desk(1) as session:
            policy = add_policy(session, PolicyGiven("Bench", _TARGETS), clock.now() - _LONG_AGO).id
        time_open_tickets(database, 1)  # there are none yet
        among_few = _ticks(site, database, few, due, policy)
        with watched(without=site.helpers) as cost:
            among_many = _ticks(site, database, plan.tickets - few, due, policy)
    limit = Limit(f"as many due among {few:,} open tickets", due / sum(among_few))
    timings = [Timing(f"{WATCH_AT_ONCE} due", *middle_and_slow(among_many))]
    return Row("tick", cost, due, sum(among_many), [limit], timings)


def _ticks(site: Site, database: Database, more: int, due: int, policy: int) -> list[float]:
    """Open more tickets, and watch the clocks as a worker does; how long each batch took."""
    now = clock.now()
    with database.desk(1) as session:
        organisation = own(session)
    for _ in fill(database, site.servers.owner_url, organisation, Wish(more, more, seed=more), now):
        pass
    with sower(site.servers.owner_url, 1) as writer:
        writer.wake(policy, due, now, now + _LATER)
    taken, done = [], 0
    while True:
        begun = perf_counter()
        now = clock.now()
        with database.crossing() as connection:
            is_due = work_waiting(connection, now).clocks
            woken = claim_woken(connection, WATCH_AT_ONCE, now, now + _CLAIM)
        for org, mine in groupby(woken, key=lambda each: each.org_id):
            escalate(database, org, [each.id for each in mine])
        if not woken:
            break
        done += len(woken)
        taken.append(perf_counter() - begun)
    if done != due or is_due:
        raise WentWrong(f"{due} tickets were due, and {done} were looked at.")
    return taken
