"""Page: how long an agent waits for inbox, filters, search, ticket and palette, with many tickets on file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPResponse
from random import Random
from time import perf_counter
from urllib.parse import quote, urlencode

from mailgate import clock
from mailgate.bench.figures import Limit, Plan, Row, Timing, middle_and_slow
from mailgate.bench.invented.seeding import Wish, fill
from mailgate.bench.invented.words import PRODUCTS
from mailgate.bench.machine import watched
from mailgate.bench.site import Site, WentWrong, free_port, wait_for_port
from mailgate.office.links import sign_in_link
from mailgate.office.setup import add_agent
from mailgate.store.organisations import own
from mailgate.store.tickets import by_ids

_EACH = 100  # requests of each kind
_WARM_UP = 20
_MESSAGES = 5  # of a ticket
_FILTERS: tuple[Mapping[str, str], ...] = (
    {"status": "open"}, {"status": "closed"}, {"priority": "urgent"}, {"priority": "low", "sort": "updated"},
    {"assignee": "none"}, {"category": "1"}, {"team": "1", "sort": "-priority"}, {"mailbox": "1", "status": "pending"},
    {"after": "2026-01-01"}, {"before": "2026-01-01"}, {"view": "unassigned"}, {"view": "all", "sort": "-created"},
)  # fmt: skip
_OK, _SEE_OTHER = 200, 303
_CSRF = re.compile(r'name="csrf"[^>]*value="([^"]+)"')


def measure(plan: Plan, site: Site) -> Row:
    """Whole requests over HTTP, one after the other, beside a page that does nothing."""
    numbers = seed(plan, site)
    chance = Random(1)  # noqa: S311 - nothing here is secret
    asked = {
        "inbox": ["/?view=all"] * _EACH,
        "filtered": [f"/?{urlencode(chance.choice(_FILTERS))}" for _ in range(_EACH)],
        "ticket": [f"/t/{quote(chance.choice(numbers))}" for _ in range(_EACH)],
        "search": [f"/?{urlencode({'q': chance.choice(PRODUCTS)})}" for _ in range(_EACH)],
        "palette": [f"/palette?{urlencode({'q': chance.choice(PRODUCTS)})}" for _ in range(_EACH)],
    }
    port = free_port()
    with site.running(["web", "--listen", f"127.0.0.1:{port}"]):
        wait_for_port(port)
        browser = Browser(port)
        browser.sign_in(link(site, f"http://127.0.0.1:{port}"))
        for paths in asked.values():
            browser.times(paths[:_WARM_UP], holding="/t/")
        limit = Limit("a page that does nothing (/healthz)", _EACH / sum(browser.times(["/healthz"] * _EACH)))
        with watched(without=site.helpers) as cost:
            taken = {name: browser.times(paths, holding="/t/") for name, paths in asked.items()}
    timings = [Timing(name, *middle_and_slow(times)) for name, times in taken.items()]
    every = [time for times in taken.values() for time in times]
    return Row("page", cost, len(every), sum(every), [limit], timings)


class Browser:
    """One kept connection with its cookies."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self._cookies: dict[str, str] = {}

    def sign_in(self, link: str) -> None:
        """Follow a one-time link and press its button."""
        path = "/" + link.split("/", 3)[3]
        _, page = self._ask("GET", path)
        found = _CSRF.search(page)
        status, _ = self._ask("POST", path, urlencode({"csrf": found[1] if found else ""}))
        if status != _SEE_OTHER:
            raise WentWrong(f"The agent could not sign in: {status}.")

    def times(self, paths: Sequence[str], *, holding: str = "") -> list[float]:
        """How long each page took, in seconds; every one has to be there, and to hold what it should."""
        taken = []
        for path in paths:
            begun = perf_counter()
            status, page = self._ask("GET", path)
            taken.append(perf_counter() - begun)
            if status != _OK or holding not in page:
                raise WentWrong(f"{path} was answered with {status} and {len(page)} characters without {holding!r}.")
        return taken

    def _ask(self, method: str, path: str, form: str | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, form, headers)
        response = self._connection.getresponse()
        self._remember(response)
        return response.status, response.read().decode()

    def _remember(self, response: HTTPResponse) -> None:
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value


def seed(plan: Plan, site: Site) -> list[str]:
    """Fill the database; the numbers of some tickets."""
    now = clock.now()
    with site.database() as database:
        with database.desk(1) as session:
            organisation = own(session)
        wish = Wish(plan.tickets, plan.tickets * _MESSAGES, seed=1)
        for _ in fill(database, site.servers.owner_url, organisation, wish, now):
            pass
        with database.desk(1) as session:
            return [ticket.number for ticket in by_ids(session, range(1, plan.tickets, plan.tickets // 100)).values()]


def link(site: Site, url: str) -> str:
    with site.database() as database, database.desk(1) as session:
        agent = add_agent(session, "bench@desk.example", "admin", clock.now())
        return sign_in_link(session, agent, clock.now(), url)
