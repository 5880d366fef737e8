"""Once a day, at an hour of theirs, agents are told what waits for them, as far as a rule lists it.

Whoever claims a digest first writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from mailgate import clock, log
from mailgate.errors import Permanent
from mailgate.office.calendars import as_calendar
from mailgate.office.letters import letters
from mailgate.office.promises import policies
from mailgate.office.wishes import next_digest, zone_of
from mailgate.rights import Right, may
from mailgate.rules.decide import decide
from mailgate.steps.dress import is_on, post, write_own
from mailgate.steps.ruling import carry_out
from mailgate.steps.workshop import Workshop
from mailgate.store.agents import Agent, agent_by_id, is_away, teams_of
from mailgate.store.db import Session
from mailgate.store.office import Mailbox, mailboxes
from mailgate.store.organisations import Organisation, own
from mailgate.store.promises import calendar_rows
from mailgate.store.tickets import Ticket, perhaps_due, unanswered_of
from mailgate.store.wishes import Wishes, digests_due, lock_wishes
from mailgate.tickets.clocks import latest_of, next_due, time_tickets
from mailgate.tickets.digest import digest
from mailgate.tickets.rule_facts import Case, Desk, facts_of

_AT_ONCE = 50
_WEEKEND = 5  # from Saturday on, where no calendar says otherwise
_MIDNIGHT = timedelta(days=1)

_log = log.get("digests")


def send_digests(shop: Workshop) -> None:
    """Write whatever is due, of every organisation; asked every few seconds, so what is left comes soon."""
    now = clock.now()
    with shop.database.crossing() as connection:
        due = digests_due(connection, now, _AT_ONCE)
    count = 0
    for org, pairs in groupby(sorted(due), key=lambda pair: pair[0]):
        for _, agent_id in pairs:
            with shop.database.desk(org) as session:
                count += _send_one(session, shop, agent_id, now)
    if count:
        shop.bell.ring("send_mail")


def _send_one(session: Session, shop: Workshop, agent_id: int, now: datetime) -> bool:
    """Claim one agent's digest, and write it if there is something to tell on a day they want it."""
    row, organisation, agent = lock_wishes(session, agent_id), own(session), agent_by_id(session, agent_id)
    if row.digest_at is None or row.digest_at > now:
        return False  # somebody was faster, or it was stopped meanwhile
    zone = ZoneInfo(zone_of(session, agent))
    row.digest_at = next_digest(row, zone.key, now)
    if agent is None or not agent.active or not may(agent.role, Right.WORK) or is_away(agent, now):
        return False
    return _is_wanted(session, row, now.astimezone(zone)) and _write(session, shop, organisation, agent, zone, now)


def _is_wanted(session: Session, row: Wishes, here: datetime) -> bool:
    """A working day is one on which somebody works, by any calendar of the office."""
    if row.digest_days == "every":
        return True
    calendars = [as_calendar(each) for each in calendar_rows(session)]
    if not calendars:
        return here.weekday() < _WEEKEND
    return any(calendar.of(here.date()) for calendar in calendars)


def _write(
    session: Session, shop: Workshop, organisation: Organisation, agent: Agent, zone: ZoneInfo, now: datetime
) -> bool:
    tonight = datetime.combine(now.astimezone(zone).date() + _MIDNIGHT, time(), zone)
    unanswered, due = unanswered_of(session, agent.id), _due(session, agent, tonight, now)
    listed = _listed(session, shop, [*unanswered, *(ticket for _, ticket in due)], now)
    unanswered = [ticket for ticket in unanswered if ticket.id in listed]
    due = [(moment, ticket) for moment, ticket in due if ticket.id in listed]
    mailbox = _mailbox(session, agent)
    own_letters = letters(session)
    if mailbox is None or not (unanswered or due):
        return False
    task = digest(organisation, mailbox, agent, unanswered, due, shop.marks, shop.public_url, zone, now)
    if not is_on(own_letters, task.letter, task.language, mailbox.id, None):
        return False
    try:
        draft = write_own(session, own_letters, task, mailbox.id, None, now)
    except Permanent as error:  # an address no letter can go to: their page says nothing of it, the log does
        _log.error("the digest for %s cannot be written: %s", agent.email, error)
        return False
    post(session, shop, mailbox, task.letter, draft, agent.email, now)
    return True


def _listed(session: Session, shop: Workshop, tickets: Sequence[Ticket], now: datetime) -> set[int]:
    """Those that some rule lists; none, where the rules for digests are switched off."""
    rules = shop.rules.rules(session, now)
    asked = rules.waiting_for({"digest"})
    cases = [Case(ticket, frozenset({"digest"})) for ticket in {ticket.id: ticket for ticket in tickets}.values()]
    if not asked or not cases:
        return set()
    desk = Desk(session, now, rules.calendars, shop.blobs)
    found = zip(cases, facts_of(desk, cases, rules.needs), strict=True)
    carry_out(desk, [(case, run, None) for case, facts in found for run in decide(asked, case.triggers, facts)])
    return desk.listed


def _due(session: Session, agent: Agent, until: datetime, now: datetime) -> list[tuple[datetime, Ticket]]:
    """The agent's tickets whose clocks run out by then, or have, the most urgent first."""
    promised = policies(session, now)
    timed = time_tickets(session, perhaps_due(session, agent.id, until), promised) if promised else []
    moments = [(next_due(latest_of(each.clocks)), each.ticket) for each in timed]
    found = [(moment, ticket) for moment, ticket in moments if moment is not None and moment < until]
    return sorted(found, key=lambda pair: (pair[0], pair[1].id))


def _mailbox(session: Session, agent: Agent) -> Mailbox | None:
    """From a mailbox of one of their teams, or from the first."""
    known: Sequence[Mailbox] = [mailbox for mailbox in mailboxes(session) if mailbox.active]
    mine = teams_of(session, agent.id)
    return next((mailbox for mailbox in known if mailbox.team_id in mine), next(iter(known), None))
