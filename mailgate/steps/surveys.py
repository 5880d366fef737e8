"""Whoever's request was resolved some hours ago is asked, once, whether we were of help."""

from __future__ import annotations

from datetime import timedelta

from mailgate import clock
from mailgate.steps.workshop import Workshop
from mailgate.store.base import add
from mailgate.store.db import Database
from mailgate.store.organisations import lock_own
from mailgate.store.surveys import Survey, asked_before, organisations_to_survey, resolved_between
from mailgate.store.tickets import by_ids
from mailgate.tickets.history import MAILGATE, record

AT_ONCE = 200


def ask_surveys(shop: Workshop) -> None:
    """Ask on, in every organisation that wants it; asked every few seconds, so what is left comes soon."""
    with shop.database.crossing() as connection:
        wanted = organisations_to_survey(connection, clock.now())
    if sum(_ask(shop.database, org) for org in wanted):
        shop.bell.ring("follow_event")


def _ask(database: Database, org: int) -> int:
    """How many are asked now. The organisation's row is held: two workers never ask twice."""
    now = clock.now()
    with database.desk(org) as session:
        organisation = lock_own(session)
        hours, after = organisation.survey_hours, organisation.surveyed_until
        if hours is None or after is None:
            return 0
        found = resolved_between(session, after, now - timedelta(hours=hours), AT_ONCE)
        if not found:
            return 0
        organisation.surveyed_until = found[-1][1]
        known = asked_before(session, [ticket_id for ticket_id, _ in found])
        tickets = by_ids(session, [ticket_id for ticket_id, _ in found if ticket_id not in known])
        # Nobody is asked about what no person answered: a machine's mail, or what was merged.
        asked = [one for one in tickets.values() if one.first_response_at and one.merged_into_id is None]
        for ticket in asked:
            add(session, Survey(ticket_id=ticket.id, asked_at=now))
            record(session, ticket, "survey_asked", MAILGATE, now)
    return len(asked)
