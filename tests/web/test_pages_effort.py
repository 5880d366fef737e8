"""What the pages agents look at all day cost: a bounded number of questions, and a bounded weight, first and later."""

from __future__ import annotations

import gzip
import re

from mailgate import clock
from mailgate.office.replies import Words, save
from mailgate.office.setup import add_category, add_team
from mailgate.office.views import save_view
from mailgate.store.agents import agent_by_email
from tests.support.browsing import BASE, Browser
from tests.support.mails import mail
from tests.support.promises import promise
from tests.support.world import World
from tests.web.conftest import MARA, Site
from tests.web.test_api_effort import MOST, counted

FIRST_VISIT, LATER = 120_000, 25_000  # bytes, compressed
_LOADED = re.compile(r'(?:src|href)="(/assets/[^"#]+)')


def _a_day(browser: Browser, world: World) -> str:
    """A desk in which there is something of most things; the address of a ticket on which much has happened."""
    promise(world)
    with world.database.desk(1) as session:
        mara = agent_by_email(session, MARA)
        assert mara is not None
        add_team(session, "Billing", clock.now())
        add_category(session, "Invoices", clock.now())
        save(session, Words("Thanks", "Thank you for writing."), "Mara", clock.now())
        save_view(session, mara.id, "Theirs", "q=status:waiting", clock.now())
    first = world.receive(mail(headers=(("Cc", "it@lusitel.example"),)), trust="pass")
    for number in range(60):
        world.receive(mail(subject=f"Question {number}", sender=f"Customer {number} <c{number}@lusitel.example>"))
    url = f"/t/{world.ticket(first.ticket_id).number}"
    browser.get(url)
    browser.write(f"{url}/answers", "Here you are.", cc="it@lusitel.example")
    browser.get(url)
    browser.write(f"{url}/notes", "Seen before.")
    browser.post(f"{url}/tags", tags="vip, late")
    world.work()
    return url


def test_pages_ask_little_and_weigh_little(browser: Browser, site: Site, world: World) -> None:
    url = _a_day(browser, world)
    pages = {"inbox": "/?view=all", "filtered": "/?view=all&tag=vip&priority=normal&team=1", "ticket": url}
    pages |= {"search": "/?q=question+status:new", "palette": "/palette?q=question"}
    asked = {}
    for name, path in pages.items():
        with counted(site) as sent:
            answer = site.client.get(path, base_url=BASE)
        assert answer.status_code == 200
        assert len(gzip.compress(answer.data)) <= LATER, name
        asked[name] = len(sent)

    assert max(asked.values()) <= MOST, asked
    _weigh_a_first_visit(site)


def _weigh_a_first_visit(site: Site) -> None:
    """The inbox with every script, style and picture it names; later all of these come from the browser's cache."""
    page = site.client.get("/?view=all", base_url=BASE)
    loaded = [site.client.get(path, base_url=BASE) for path in sorted(set(_LOADED.findall(page.text)))]
    assert len(loaded) >= 4
    assert all("immutable" in one.headers["Cache-Control"] for one in loaded)
    weight = sum(len(gzip.compress(one.data)) for one in (page, *loaded))
    assert weight <= FIRST_VISIT, weight
