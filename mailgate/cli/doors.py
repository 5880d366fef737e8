"""The processes of the mail doors: open them, and close them without cutting off anybody in the middle of a 250."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, NamedTuple

from mailgate.embedded import Servers
from mailgate.errors import BadSettings, Conflict
from mailgate.queue.limits import Limits
from mailgate.queue.nudges import Bell
from mailgate.receive import lmtp, smtp
from mailgate.receive.accept import Keeper
from mailgate.receive.certificate import Certificate
from mailgate.receive.doorkeeper import Doorkeeper
from mailgate.settings import Listen, Settings
from mailgate.store.door import DoorDatabase


class _Door(NamedTuple):
    """Where a door is, by which setting, and how it is opened."""

    setting: str
    listen: Listen
    serve: Callable[[Doorkeeper, str, int], Coroutine[Any, Any, asyncio.Server]]


async def smtp_doors(settings: Settings, servers: Servers) -> None:
    """The SMTP door, and the one with TLS from the first byte where it is wanted."""
    doors = [_Door("MAILGATE_SMTP_LISTEN", settings.smtp_listen, smtp.serve)]
    if (secure := settings.smtps_listen) is not None:
        doors.append(_Door("MAILGATE_SMTPS_LISTEN", secure, partial(smtp.serve, is_secure=True)))
    await _attend(settings, servers, doors)


async def lmtp_door(settings: Settings, servers: Servers) -> None:
    """The LMTP door."""
    listen = settings.lmtp_listen
    if listen is None:
        raise BadSettings("MAILGATE_LMTP_LISTEN is missing: say where to listen, for example 127.0.0.1:2424.")
    await _attend(settings, servers, [_Door("MAILGATE_LMTP_LISTEN", listen, lmtp.serve)])


async def _attend(settings: Settings, servers: Servers, doors: list[_Door]) -> None:
    """Keep these doors open until a signal comes."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    database = DoorDatabase(servers.database_url)
    keeper = Keeper(database, Bell(servers.redis_url))
    shown = Certificate(settings.tls_cert, settings.tls_key) if settings.tls_cert and settings.tls_key else None
    watching = asyncio.create_task(shown.watch()) if shown else None
    keeps_the_doors = _doorkeeper(settings, servers, database, keeper, shown)
    opened = [await _opened(door, keeps_the_doors) for door in doors]
    await stop.wait()
    if watching is not None:
        watching.cancel()
    for server in opened:
        server.close()
    # What was received completely is still committed and answered.
    await asyncio.to_thread(keeper.close)
    await asyncio.sleep(0.05)
    database.close()


def _doorkeeper(
    settings: Settings, servers: Servers, database: DoorDatabase, keeper: Keeper, shown: Certificate | None
) -> Doorkeeper:
    return Doorkeeper(
        database,
        keeper,
        settings.message_size,
        tls=shown.context if shown else None,
        limits=Limits(servers.redis_url),
        mails_per_minute=settings.mails_per_minute,
        unlimited=settings.unlimited,
        proxies=settings.trusted_proxies if settings.proxy_protocol == "on" else (),
    )


async def _opened(door: _Door, keeper: Doorkeeper) -> asyncio.Server:
    try:
        return await door.serve(keeper, *door.listen)
    except OSError as error:
        raise Conflict(f"{door.setting}: cannot listen on {door.listen}: {error.strerror}.") from error
