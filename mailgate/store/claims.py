"""Claiming work across tenants: a commit of its own, so that a worker that dies leaves its count behind."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

TRIES = 3  # then a mail is quarantined

_FUNCTIONS = frozenset({"claim_mail", "claim_events", "claim_letters"})


class Claimed(NamedTuple):
    """A row this worker may work on now, and the how-manieth try that is."""

    org_id: int
    id: int
    tries: int


class Waiting(NamedTuple):
    """Whether anything can be claimed."""

    mail: bool
    events: bool
    letters: bool
    clocks: bool


def claimed(
    connection: Connection, function: str, worker: str, limit: int, now: datetime, until: datetime
) -> list[Claimed]:
    """Ask one of the claiming functions."""
    if function not in _FUNCTIONS:
        raise ValueError(function)
    question = text(f"SELECT org_id, id, tries FROM {function}(:worker, :limit, :now, :until)")  # noqa: S608 - from our list
    rows = connection.execute(question, {"worker": worker, "limit": limit, "now": now, "until": until})
    return [Claimed(*row) for row in rows]


def release_claims(connection: Connection, worker: str, *, counted: bool) -> None:
    """Give back what a worker of this name holds. The try counts when it died of it, not when we failed it."""
    connection.execute(text("SELECT release_claims(:worker, :counted)"), {"worker": worker, "counted": counted})


def work_waiting(connection: Connection, now: datetime) -> Waiting:
    """What a sweep would find."""
    row = connection.execute(text("SELECT mail, events, letters, clocks FROM work_waiting(:now)"), {"now": now}).one()
    return Waiting(*row)
