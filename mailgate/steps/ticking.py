"""The clock's tick: whoever holds the lease rings for a sweep, every few seconds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Event

from mailgate import clock, log
from mailgate.errors import Temporary
from mailgate.queue.nudges import Bell
from mailgate.store.bare_clock import ClockDatabase

TICK = 3.0  # seconds
_LEASE = timedelta(seconds=10)

_log = log.get("clock")


def tick_until(database: ClockDatabase, bell: Bell, holder: str, stop: Event, *, imap_flag: Path | None = None) -> None:
    """Tick until told to stop. A clock that dies is replaced within the lease.

    `imap_flag`: a file that is there for as long as there is a mailbox to fetch by IMAP.
    """
    leading = False
    while not stop.is_set():
        try:
            leads = _tick(database, bell, holder)
            if imap_flag is not None:
                _note(imap_flag, is_wanted=database.has_imap())
        except Temporary as error:
            _log.warning("no tick: %s", error)
            leads = False
        if leads != leading:
            _log.info("this clock leads" if leads else "another clock leads")
            leading = leads
        stop.wait(TICK)


def _tick(database: ClockDatabase, bell: Bell, holder: str) -> bool:
    now = clock.now()
    if not database.take_lease("clock", holder, now, now + _LEASE):
        return False
    bell.ring("sweep")
    return True


def _note(flag: Path, *, is_wanted: bool) -> None:
    """Two clocks in one folder may both note it."""
    if is_wanted:
        flag.touch(mode=0o600)
    else:
        flag.unlink(missing_ok=True)
