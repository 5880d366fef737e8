"""`python -m mailgate.demo`: the demo's own process beside those of `mailgate up --demo`."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import closing

import click

from mailgate import log
from mailgate.demo.mailboxes import Mailboxes
from mailgate.demo.office import DOMAIN
from mailgate.demo.pages import make
from mailgate.demo.play import Play, Stage
from mailgate.demo.post_office import post_office
from mailgate.demo.samples import cast
from mailgate.demo.serving import serving
from mailgate.demo.watch import Watch
from mailgate.demo.ways_in import demo_folder, mailbox_token
from mailgate.embedded import Servers, running
from mailgate.errors import MailgateError
from mailgate.queue.nudges import Bell
from mailgate.settings import Settings, read_settings
from mailgate.store.db import Database
from mailgate.store.door import DoorDatabase
from mailgate.supervise import takes_mail
from mailgate.tokens import Marks

_GLANCE = 0.2

PORT = click.IntRange(1, 65535)


@click.command()
@click.option("--relay-port", type=PORT, required=True, help="Where the gateway hands its letters over.")
@click.option("--mailbox-port", type=PORT, required=True, help="Where customers read theirs.")
def demo(relay_port: int, mailbox_port: int) -> None:
    """Let customers write, take what the gateway sends, and show it in their mailboxes."""
    settings = read_settings()
    log.start("demo", settings.log)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with running(settings) as servers:
        _run(settings, servers, relay_port, mailbox_port, stop)


def _run(settings: Settings, servers: Servers, relay_port: int, mailbox_port: int, stop: threading.Event) -> None:
    folder = demo_folder(settings.data)
    boxes, door = Mailboxes(folder), settings.smtp_listen
    page = make(boxes, door, mailbox_token(settings.data), cast())
    with closing(Database(servers.database_url, pool=2)) as database:
        org = _organisation(servers.database_url)
        watch = Watch(database, org)
        with post_office(boxes, relay_port, watch.hear), serving(page, mailbox_port):
            watching = threading.Thread(target=watch.until, args=(stop.wait,), name="watch")
            watching.start()
            try:
                while not takes_mail(door) and not stop.wait(_GLANCE):
                    pass
                stage = Stage(database, org, Marks(servers.secret_key), Bell(servers.redis_url), boxes, door, folder)
                Play(stage, stop.wait).perform()
                stop.wait()
            finally:
                stop.set()
                watching.join()


def _organisation(url: str) -> int:
    with closing(DoorDatabase(url)) as door:
        found = door.find_mailbox(f"support@{DOMAIN}")
    if found is None:
        raise MailgateError("There is no sample office here: the demo is started by `mailgate up --demo`.")
    return found.org_id


if __name__ == "__main__":
    try:
        demo(standalone_mode=False)
    except MailgateError as error:
        sys.exit(f"mailgate: {error}")
