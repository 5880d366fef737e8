"""What an agent wants to be told by mail: which notes, and a digest at an hour of theirs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from mailgate.errors import BadInput
from mailgate.store.agents import PAGES_IN, Agent, agent_by_id
from mailgate.store.db import Session
from mailgate.store.organisations import own
from mailgate.store.wishes import DIGEST_DAYS, NOTES, USUAL, Wishes, lock_wishes, note_new_tickets, wishes_of

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wished:
    """What counts for an agent, whether they have set it or not."""

    notes: tuple[str, ...] = USUAL
    digest_hour: int | None = None  # None: no digest
    digest_days: str = "working"
    time_zone: str | None = None  # None: the organisation's


def wished(session: Session, agent_id: int) -> Wished:
    """What an agent wants."""
    return _as_wished(wishes_of(session, [agent_id]).get(agent_id), agent_by_id(session, agent_id))


def set_wishes(
    session: Session,
    agent_id: int,
    at: datetime,
    *,
    notes: Collection[str] | None = None,
    digest_hour: int | None = None,
    digest_days: str | None = None,
    time_zone: str | None = None,
) -> Wished:
    """Set what is given; `digest_hour`: -1 for no digest, `time_zone`: "" for the organisation's."""
    _check(notes, digest_hour, digest_days, time_zone)
    row = lock_wishes(session, agent_id)
    if notes is not None:
        row.notes = [name for name in NOTES if name in notes]
    if digest_hour is not None:
        row.digest_hour = digest_hour if digest_hour >= 0 else None
    if digest_days is not None:
        row.digest_days = digest_days
    agent = agent_by_id(session, agent_id)
    if time_zone is not None and agent is not None:
        agent.time_zone = time_zone or None
    row.digest_at = next_digest(row, zone_of(session, agent), at)
    note_new_tickets(session)
    return _as_wished(row, agent)


def set_pages(session: Session, agent: Agent, language: str, time_zone: str, at: datetime) -> None:
    """In which language and zone an agent reads pages; "": as their browser asks, and as the organisation has it."""
    if language and language not in PAGES_IN:
        raise BadInput(f"Pages are in one of {', '.join(PAGES_IN)}.", language=f"must be one of {', '.join(PAGES_IN)}")
    agent.language = language or None
    if (time_zone or None) != agent.time_zone:
        set_wishes(session, agent.id, at, time_zone=time_zone)


def zone_of(session: Session, agent: Agent | None) -> str:
    """The zone in which times are told to an agent."""
    return (agent.time_zone if agent is not None else None) or own(session).time_zone


def stop_letter(session: Session, agent_id: int, letter: str, at: datetime) -> None:
    """An agent wants no more letters of this kind: they said so in their mail program."""
    if letter == "digest":
        set_wishes(session, agent_id, at, digest_hour=-1)
    else:
        set_wishes(session, agent_id, at, notes=[name for name in wished(session, agent_id).notes if name != letter])


def next_digest(row: Wishes, zone_name: str, after: datetime) -> datetime | None:
    """The first moment after this one at which the clock of an agent's zone shows their hour."""
    if row.digest_hour is None:
        return None
    zone = ZoneInfo(zone_name)
    day = after.astimezone(zone).date()
    while (moment := _at(day, row.digest_hour, zone)) <= after:
        day += _DAY
    return moment


def _at(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """An hour that daylight saving skips is an hour later; of one that comes twice, the first."""
    return datetime.combine(day, time(hour), zone).astimezone(ZoneInfo("UTC"))


def _as_wished(row: Wishes | None, agent: Agent | None) -> Wished:
    zone = agent.time_zone if agent is not None else None
    if row is None:
        return Wished(time_zone=zone)
    return Wished(tuple(row.notes), row.digest_hour, row.digest_days, zone)


def _check(notes: Collection[str] | None, hour: int | None, days: str | None, zone: str | None) -> None:
    if unknown := set(notes or ()) - set(NOTES):
        raise BadInput(f"There is no note {', '.join(sorted(unknown))}.", notes=f"must be some of {', '.join(NOTES)}")
    if hour is not None and not -1 <= hour <= 23:  # noqa: PLR2004 - the hours of a day
        raise BadInput("A digest comes at a full hour, from 0 to 23.", digest_hour="must be from 0 to 23")
    if days is not None and days not in DIGEST_DAYS:
        raise BadInput("A digest comes on working days or every day.", digest_days="must be working or every")
    if zone and zone not in available_timezones():
        raise BadInput(f"There is no time zone {zone}.", time_zone="must be one such as Europe/Berlin")
