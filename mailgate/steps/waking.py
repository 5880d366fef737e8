"""Tickets that were put out of sight come back when their time has come."""

from __future__ import annotations

from itertools import groupby

from mailgate import clock
from mailgate.steps.workshop import Workshop
from mailgate.store.tickets import by_ids, snoozed_till
from mailgate.tickets.history import MAILGATE
from mailgate.tickets.snooze import wake

AT_ONCE = 200


def wake_tickets(shop: Workshop) -> None:
    """Bring back whatever is due, of every organisation; asked every few seconds, so what is left comes soon."""
    now = clock.now()
    with shop.database.crossing() as connection:
        due = snoozed_till(connection, now, AT_ONCE)
    for org, pairs in groupby(sorted(due), key=lambda request: request.org_id):
        with shop.database.desk(org) as session:
            for ticket in by_ids(session, [pair.id for pair in pairs], lock=True).values():
                if ticket.snoozed_until is not None and ticket.snoozed_until <= now:
                    wake(session, ticket, MAILGATE, now)
