"""Every page an admin can reach by links: axe finds nothing that keeps people out, it fits a phone, nothing is logged.

By default a few pages are looked at; `pytest -m slow` walks all of them, in light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from mailgate import clock
from mailgate.office.setup import add_agent, add_category, add_team
from tests.support.mails import mail
from tests.support.promises import promise
from tests.support.window import DESKTOP, PHONE, Window, window
from tests.support.world import World
from tests.web.conftest import be_signed_in

IDA = "ida@nordlicht.example"
_FIRST = 80  # pages a walk may find before something is wrong with it
_RUN = "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations']})"
_NO_PAGE = re.compile(r"/(assets|api|files|sign-out|metrics)\b|/(raw|html)$|\.(eml|csv)$")


@pytest.fixture
def admin(engine: Browser, base: str, world: World) -> Iterator[Window]:
    """Ida, an admin of a desk in which there is something of most things."""
    first = world.receive(mail(subject="Cannot sign in", body="Hello,\n\nit fails.\n\n> earlier words\n"))
    world.receive(mail(sender="Eve <eve@evil.example>", headers=(("X-Spam-Flag", "YES"),)))
    promise(world)
    with world.database.desk(1) as session:
        add_agent(session, IDA, "admin", clock.now(), name="Ida Holm")
        add_team(session, "Billing", clock.now())
        add_category(session, "Invoices", clock.now())
    with window(engine, base) as made:
        be_signed_in(made, world, IDA)
        made.number = world.ticket(first.ticket_id).number  # type: ignore[attr-defined] # for this file alone
        yield made


def _found(page: Page, where: str) -> list[str]:
    """What axe has to say, and whether the page is wider than a phone."""
    page.evaluate(AXE_SCRIPT)
    violations = page.evaluate(f"{_RUN}.then(found => found.violations)")
    told = [
        f"{where}: {one['id']}: {node['html'][:160]} {node['failureSummary'][-200:]}"
        for one in violations
        for node in one["nodes"][:2]
    ]
    page.set_viewport_size(PHONE)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.set_viewport_size(DESKTOP)
    return told + ([f"{where}: {wide} px too wide on a phone"] if wide > 0 else [])


def test_what_agents_see_all_day_keeps_nobody_out(admin: Window) -> None:
    page = admin.open("/?view=all")
    told = _found(page, "inbox")
    page.keyboard.press("?")
    told += _found(page, "keys")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    told += _found(page, "palette")
    page.goto(f"{admin.base}/t/{admin.number}")  # type: ignore[attr-defined]
    page.emulate_media(color_scheme="dark")
    page.evaluate(
        "Promise.allSettled(document.getAnimations().map((one) => one.finished))"
    )  # else colours are half-way
    told += _found(page, "ticket")
    assert told == []
    admin.assert_clean()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_keeps_anybody_out(admin: Window, scheme: str) -> None:
    page = admin.open("/")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    told: list[str] = []
    waiting, seen = ["/", "/?view=all", f"/t/{admin.number}"], set[str]()  # type: ignore[attr-defined]
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"/(TKT-[\d-]+|\d+)", "/N", urlsplit(path).path)
        if (kind in seen and path != "/?view=all") or _NO_PAGE.search(kind):
            continue
        seen.add(kind)
        page.goto(admin.base + path)
        told += _found(page, path)
        links = page.eval_on_selector_all("a[href^='/']", "all => all.map(one => one.getAttribute('href'))")
        waiting += [link for link in links if "?" not in link]
    assert told == []
    assert len(seen) > 25, sorted(seen)
    assert len(seen) < _FIRST, sorted(seen)
    admin.assert_clean()
