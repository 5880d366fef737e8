"""Tickets that want an agent get one, and those of agents who are away come back."""

from __future__ import annotations

from mailgate import clock
from mailgate.failpoints import point
from mailgate.store.db import Database
from mailgate.store.routing import left_behind, waiting_for_agent
from mailgate.store.tickets import by_ids
from mailgate.tickets.history import MAILGATE
from mailgate.tickets.route import give_back, route_all

AT_ONCE = 100


def route_waiting(database: Database, org: int) -> int:
    """One batch of each; how many tickets have changed hands."""
    now = clock.now()
    with database.desk(org) as session:
        back = give_back(session, by_ids(session, left_behind(session, now, AT_ONCE), lock=True).values(), now)
        point("route.before_return")
    with database.desk(org) as session:
        tickets = waiting_for_agent(session, AT_ONCE)
        point("route.after_taking")
        chosen = route_all(session, tickets, MAILGATE, now) if tickets else {}
        point("route.before_commit")
    point("route.after_commit")
    return back + sum(choice.agent is not None for choice in chosen.values())
