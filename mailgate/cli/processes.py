"""`mailgate worker` and `web`: one process each, as production runs them."""

from __future__ import annotations

import os
import socket

import click

from mailgate import log
from mailgate.cli.house import house


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
@click.option("--listen", "web_listen", metavar="ADDRESS:PORT", help="Where to listen (MAILGATE_WEB_LISTEN).")
def web(web_listen: str | None) -> None:
    """Serve the pages and the API with gunicorn."""
    from mailgate.cli.serving import serve

    with house(web_listen=web_listen) as here:
        serve(here.settings, here.servers)
