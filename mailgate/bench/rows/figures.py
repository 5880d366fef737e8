"""Figures: how long the page, its file and the API's answer take, with many tickets on file."""

from __future__ import annotations

from mailgate.bench.figures import Limit, Plan, Row, Timing, middle_and_slow
from mailgate.bench.machine import watched
from mailgate.bench.rows.page import Browser, link, seed
from mailgate.bench.site import Site, free_port, wait_for_port
from mailgate.steps.figures import DAYS_AT_ONCE, count_days

_EACH = 40  # requests of each kind
_ASKED = {
    "30 days by team": "/figures?period=30&by=team",
    "a year by agent": "/figures?period=365&by=agent",
    "a year by agent, as a file": "/figures.csv?period=365&by=agent",
}


def measure(plan: Plan, site: Site) -> Row:
    """Whole requests over HTTP, once the sums are counted, beside a page that does nothing."""
    seed(plan, site)
    with site.database() as database:
        while count_days(database, 1) == DAYS_AT_ONCE:
            pass
    port = free_port()
    with site.running(["web", "--listen", f"127.0.0.1:{port}"]):
        wait_for_port(port)
        browser = Browser(port)
        browser.sign_in(link(site, f"http://127.0.0.1:{port}"))
        for path in _ASKED.values():
            browser.times([path] * 3)
        limit = Limit("a page that does nothing (/healthz)", _EACH / sum(browser.times(["/healthz"] * _EACH)))
        with watched(without=site.helpers) as cost:
            taken = {name: browser.times([path] * _EACH) for name, path in _ASKED.items()}
    timings = [Timing(name, *middle_and_slow(times)) for name, times in taken.items()]
    every = [time for times in taken.values() for time in times]
    return Row("figures", cost, len(every), sum(every), [limit], timings)
