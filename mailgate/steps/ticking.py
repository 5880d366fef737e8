"""The clock's tick: whoever holds the lease rings for a sweep, every few seconds."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

from mailgate import clock, log
from mailgate.errors import Temporary
from mailgate.queue.nudges import Bell
from mailgate.store.db import Database
from mailgate.store.leases import take_lease

TICK = 3.0  # seconds
_LEASE = timedelta(seconds=10)

_log = log.get("clock")


def tick_until(database: Database, bell: Bell, holder: str, stop: Event) -> None:
    """Tick until told to stop. A clock that dies is replaced within the lease."""
    leading = False
    while not stop.is_set():
        try:
            leads = _tick(database, bell, holder)
        except Temporary as error:
            _log.warning("no tick: %s", error)
            leads = False
        if leads != leading:
            _log.info("this clock leads" if leads else "another clock leads")
            leading = leads
        stop.wait(TICK)


def _tick(database: Database, bell: Bell, holder: str) -> bool:
    now = clock.now()
    with database.crossing() as connection:
        fence = take_lease(connection, "clock", holder, now, now + _LEASE)
    if fence is None:
        return False
    bell.ring("sweep")
    return True
