"""`mailgate imap`: fetch mailboxes that others host."""

from __future__ import annotations

import asyncio
import os
import signal
import socket

import click

from mailgate import log
from mailgate.cli.house import House, house

_POOL = 8


@click.command()
@click.option("--name", default=None, help="This process's name; keep it over restarts, and different on each machine.")
def imap(name: str | None) -> None:
    """Fetch mail by IMAP, for every mailbox that has an IMAP server. Of two such processes one fetches.

    `mailgate mailbox connect` and `disconnect` take effect at once.
    """
    with house() as here:
        log.start("imap", here.settings.log)
        asyncio.run(_fetch(here, name or f"{socket.gethostname()}-{os.getpid()}"))


async def _fetch(here: House, name: str) -> None:
    from mailgate.queue.nudges import Bell
    from mailgate.receive.accept import Keeper
    from mailgate.receive.imap.post import Post
    from mailgate.receive.imap.room import Pace, Room
    from mailgate.store.db import Database
    from mailgate.store.door import DoorDatabase

    database = Database(here.servers.database_url, pool=_POOL)
    door = DoorDatabase(here.servers.database_url)
    keeper = Keeper(door, Bell(here.servers.redis_url))
    settings = here.settings
    room = Room(database, keeper, here.seal, settings.message_size, Pace(poll=settings.imap_poll))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await Post(room, name).fetch_until(stop)
    await asyncio.to_thread(keeper.close)
    door.close()
    database.close()
