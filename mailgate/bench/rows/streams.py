"""Streams: how long pages take while 200 others listen to one web process and tickets change all the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import cycle
from threading import Event, Thread

from mailgate import clock
from mailgate.bench.figures import Plan, Row, Timing, middle_and_slow
from mailgate.bench.machine import watched
from mailgate.bench.rows.page import Browser, link, seed
from mailgate.bench.site import Site, WentWrong, free_port, wait_for_port
from mailgate.office.setup import add_agent
from mailgate.queue.live import Wire
from mailgate.store.agents import SignedIn
from mailgate.store.base import add
from mailgate.store.db import Database
from mailgate.store.tickets import PRIORITIES, by_id
from mailgate.tickets.change import change
from mailgate.tickets.history import Actor
from mailgate.tokens import hashed, secret

_LISTENERS = 200
_EACH = 150  # pages asked for alone, and beside those who listen
_PAUSE = 0.5  # seconds between two changes


def measure(plan: Plan, site: Site) -> Row:
    """The same pages twice: with nobody listening, and with 200 pages that all hear of two changes a second."""
    numbers = seed(plan, site)
    paths = [path for number in numbers for path in ("/?view=all", f"/t/{number}")][:_EACH]
    port = free_port()
    cookies = site.folder / "cookies"
    cookies.write_text("\n".join(_signed_in(site)), encoding="ascii")
    with site.running(["web", "--listen", f"127.0.0.1:{port}"]):
        wait_for_port(port)
        browser = Browser(port)
        browser.sign_in(link(site, f"http://127.0.0.1:{port}"))
        browser.times(paths[:20], holding="/t/")
        with watched(without=site.helpers) as quiet:
            alone = browser.times(paths, holding="/t/")
        with site.helper("listeners", str(port), str(cookies)) as listeners:
            listeners.hear()
            with watched(without=site.helpers) as cost, _changes(site):
                beside = browser.times(paths, holding="/t/")
            heard = listeners.ask("report")
    if heard["open"] != _LISTENERS or not heard["told"]:
        raise WentWrong(f"Of {_LISTENERS} streams {heard['open']} are open; one was told {heard['told']} times.")
    more = (cost.peaks.get("web", 0) - quiet.peaks.get("web", 0)) / 2**20
    timings = [
        Timing("alone", *middle_and_slow(alone)),
        Timing(f"beside {_LISTENERS} streams (+{more:.0f} MB)", *middle_and_slow(beside)),
    ]
    return Row("streams", cost, len(beside), sum(beside), (), timings)


@contextmanager
def _changes(site: Site) -> Iterator[None]:
    """Tickets change, by the verb everybody uses, until the block ends."""
    stop = Event()
    database = Database(site.servers.database_url, pool=1, tell=Wire(site.servers.redis_url).tell)
    thread = Thread(target=_keep_changing, args=(database, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        database.close()


def _keep_changing(database: Database, stop: Event) -> None:
    for number, priority in enumerate(cycle(PRIORITIES), 1):
        if stop.wait(_PAUSE):
            return
        with database.desk(1) as session:
            ticket = by_id(session, number)
            if ticket is not None:
                change(session, ticket, Actor("agent", "Somebody"), clock.now(), priority=priority)


def _signed_in(site: Site) -> list[str]:
    """So many agents, each with a session; its secret."""
    found, now = [], clock.now()
    with site.database() as database, database.desk(1) as session:
        for number in range(_LISTENERS):
            agent = add_agent(session, f"listener{number}@desk.example", "agent", now)
            session.flush()
            value = secret()
            row = SignedIn(hash=hashed(value), agent_id=agent.id, created_at=now, expires_at=now + timedelta(days=1))
            add(session, row)
            found.append(value)
    return found
