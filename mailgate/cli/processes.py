"""`mailgate smtp`, `worker`, `clock`, `web`: one process each, as production runs them."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading

import click

from mailgate import log
from mailgate.cli.house import House, house

_SMTP_POOL = 8
_STOP_SECONDS = 8


@click.command()
@click.option("--listen", "smtp_listen", metavar="ADDRESS:PORT", help="Where to listen (MAILGATE_SMTP_LISTEN).")
def smtp(smtp_listen: str | None) -> None:
    """Receive mail by SMTP."""
    with house(smtp_listen=smtp_listen) as here:
        log.start("smtp", here.settings.log)
        asyncio.run(_receive(here))


@click.command()
@click.option("--queues", default="mail,send", show_default=True, help="Which work to do, in this order.")
@click.option("--name", default=None, help="This worker's name; keep it over restarts, and different on each machine.")
def worker(queues: str, name: str | None) -> None:
    """Read mail, follow events, send letters."""
    from mailgate.cli.moving_in import set_up
    from mailgate.queue.nudges import MAIL, SEND
    from mailgate.queue.worker import work

    chosen = [queue.strip() for queue in queues.split(",")]
    if not chosen or set(chosen) - {MAIL, SEND}:
        raise click.BadParameter("--queues takes mail, send or mail,send.")
    called = name or f"{socket.gethostname()}-{os.getpid()}"
    with house() as here:
        log.start("worker", here.settings.log)
        with set_up(here.settings, here.servers, worker=called) as give_back:
            work(here.servers.redis_url, chosen, called, on_start=give_back)


@click.command()
def clock() -> None:
    """Wake the workers for what is due. Two clocks are safe: one leads, the other takes over."""
    from mailgate.queue.nudges import Bell
    from mailgate.steps.ticking import tick_until

    with house() as here, here.database() as database:
        log.start("clock", here.settings.log)
        stop = _stop_on_signal()
        tick_until(database, Bell(here.servers.redis_url), f"{socket.gethostname()}-{os.getpid()}", stop)


@click.command()
@click.option("--listen", "web_listen", metavar="ADDRESS:PORT", help="Where to listen (MAILGATE_WEB_LISTEN).")
def web(web_listen: str | None) -> None:
    """Serve the pages and the API with gunicorn."""
    from mailgate.cli.serving import serve

    with house(web_listen=web_listen) as here:
        serve(here.settings, here.servers)


async def _receive(here: House) -> None:
    from mailgate.queue.nudges import Bell
    from mailgate.receive.accept import Keeper
    from mailgate.receive.smtp import Doorkeeper, serve, tls_context
    from mailgate.store.db import Database

    settings = here.settings
    database = Database(here.servers.database_url, pool=_SMTP_POOL)
    keeper = Keeper(database, Bell(here.servers.redis_url))
    tls = tls_context(str(settings.tls_cert), str(settings.tls_key)) if settings.tls_cert else None
    door = Doorkeeper(database, keeper, settings.message_size, tls)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        server = await serve(door, *settings.smtp_listen)
    except OSError as error:
        sys.exit(f"mailgate: MAILGATE_SMTP_LISTEN: cannot listen on {settings.smtp_listen}: {error.strerror}.")
    await stop.wait()
    server.close()
    # What was received completely is still committed and answered; nobody is cut off in the middle of a 250.
    await asyncio.to_thread(keeper.close)
    await asyncio.sleep(0.05)
    database.close()


def _stop_on_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
