"""`mailgate clock`: light, because it does nothing but wake others."""

from __future__ import annotations

import os
import signal
import socket
import threading
from pathlib import Path

import click

from mailgate import log
from mailgate.embedded import running
from mailgate.settings import read_settings


@click.command()
@click.option(
    "--imap-flag",
    type=click.Path(path_type=Path),
    help="A file to keep for as long as there is a mailbox to fetch by IMAP: `mailgate up` starts `imap` by it.",
)
def clock(imap_flag: Path | None) -> None:
    """Wake the workers for what is due. Two clocks are safe: one leads, the other takes over."""
    from mailgate.queue.nudges import Bell
    from mailgate.steps.ticking import tick_until
    from mailgate.store.bare_clock import ClockDatabase

    settings = read_settings()
    with running(settings) as servers:
        log.start("clock", settings.log)
        stop = _stop_on_signal()
        database = ClockDatabase(servers.database_url)
        holder = f"{socket.gethostname()}-{os.getpid()}"
        tick_until(database, Bell(servers.redis_url), holder, stop, imap_flag=imap_flag)
        database.close()


def _stop_on_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
