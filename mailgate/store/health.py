"""What a check-up asks the database: its version, its clock, and what waits in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

_LATELY = timedelta(days=7)
OLDEST = 15  # PostgreSQL's oldest major version that will do


class Server(NamedTuple):
    """The PostgreSQL behind a connection. `now` is its own clock's time, which is why it is asked here."""

    version: str
    major: int
    now: datetime


def server(connection: Connection) -> Server:
    question = text(
        "SELECT split_part(current_setting('server_version'), ' ', 1),"
        " current_setting('server_version_num')::integer / 10000, clock_timestamp()"
    )
    return Server(*connection.execute(question).one())


class Backlog(NamedTuple):
    """What waits in one organisation, how long the oldest has (seconds), and what went wrong lately."""

    to_read: int
    read_age: float
    to_follow: int
    follow_age: float
    to_send: int
    send_age: float
    failed: int
    shelf: dict[str, int]


def backlog(session: Session, now: datetime) -> Backlog:
    """Each count walks along an index of what waits, and no further than there is any."""
    question = text(
        "SELECT (SELECT count(*) FROM kept_mail WHERE state = 'waiting'),"
        " (SELECT coalesce(extract(epoch FROM :now - min(received_at)), 0)::float8 FROM kept_mail"
        " WHERE state = 'waiting'),"
        " (SELECT count(*) FROM unfollowed_events),"
        " (SELECT coalesce(extract(epoch FROM :now - min(e.at)), 0)::float8 FROM unfollowed_events u"
        " JOIN events e ON e.org_id = u.org_id AND e.id = u.event_id),"
        " (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending') AND next_try <= :now),"
        " (SELECT coalesce(extract(epoch FROM :now - min(next_try)), 0)::float8 FROM outbox"
        " WHERE state IN ('waiting', 'sending') AND next_try <= :now),"
        " (SELECT count(*) FROM (SELECT FROM outbox WHERE state IN ('failed', 'bounced') AND created_at > :since"
        " LIMIT 1000) f)"
    )
    row = session.execute(question, {"now": now, "since": now - _LATELY}).one()
    causes = text(
        "SELECT coalesce(cause, state), count(*) FROM kept_mail WHERE state IN ('held', 'quarantined')"
        " GROUP BY coalesce(cause, state)"
    )
    return Backlog._make((*row, dict(session.execute(causes).tuples().all())))
