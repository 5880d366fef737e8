"""The mailbox in a real browser: letters as high as they are, room on a phone, news that moves nothing."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from mailgate import clock
from mailgate.demo.pages import make
from mailgate.demo.samples import CUSTOMER, cast
from mailgate.demo.script import STORY
from mailgate.demo.serving import serving
from tests.demo.conftest import Office

CHROMIUM = shutil.which("chromium")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here (Debian package chromium)")


@dataclass
class Visit:
    """Ana's mailbox, open in a browser; everything the console has said."""

    browser: Browser
    home: str
    said: list[str] = field(default_factory=list)

    def page(self, width: int, height: int = 800, scheme: str = "light") -> Page:
        size: ViewportSize = {"width": width, "height": height}
        page = self.browser.new_page(viewport=size, color_scheme="dark" if scheme == "dark" else "light")
        page.on("console", lambda message: self.said.append(message.text))
        page.goto(self.home)
        return page


@pytest.fixture
def visit(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    lines = tuple(line for line in STORY if line.mail.startswith(("cannot-sign-in", "lobby-lamps")))
    monkeypatch.setattr("mailgate.demo.play.STORY", lines)
    office.play()
    app = make(office.boxes, office.stage.door, "secret", cast())
    with serving(app, 0) as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Visit(browser, f"http://127.0.0.1:{port}/m/secret/")
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_are_as_high_as_they_are_and_the_console_is_silent(visit: Visit, scheme: str) -> None:
    page = visit.page(1280, scheme=scheme)
    page.locator(".row-link").first.click()
    frame = page.locator("article:not(.message-mine) [data-frame]").last
    page.wait_for_function("document.querySelectorAll('[data-frame]')[1].style.blockSize !== ''")
    inner = frame.evaluate("frame => frame.contentDocument.documentElement.scrollHeight")
    assert abs(frame.evaluate("frame => frame.clientHeight") - inner) < 4
    assert inner > 200
    assert visit.said == []


@pytest.mark.parametrize("width", [320, 390, 800, 1280])
def test_nothing_sticks_out_at_any_width(visit: Visit, width: int) -> None:
    page = visit.page(width)
    for path in ("", f"{CUSTOMER}/new", page.locator(".row-link").first.get_attribute("href") or ""):
        page.goto(path if path.startswith("http") else page.evaluate("path => new URL(path, location).href", path))
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_news_is_counted_and_what_was_typed_stays(office: Office, visit: Visit) -> None:
    page = visit.page(1280)
    page.locator(".row-link").first.click()
    page.locator("textarea").fill("Half a sentence")
    office.boxes.deliver(CUSTOMER, b"Subject: Hello again\r\nMessage-ID: <n@x>\r\n\r\nNew words.\r\n", clock.now())
    news = page.get_by_role("status")
    news.get_by_text("1 new letter").wait_for(timeout=10_000)
    assert page.locator(".row").count() == 2
    assert page.locator("textarea").input_value() == "Half a sentence"
    news.get_by_role("link").click()
    page.get_by_text("Hello again").wait_for()


def test_answer_is_sent_with_a_click_and_seen_at_once(office: Office, visit: Visit) -> None:
    page = visit.page(390)
    page.get_by_text("Two more lamps for the lobby").click()
    page.locator("textarea").fill("Two, please.")
    page.get_by_role("button", name="Send as Ana").click()
    page.locator("article").get_by_text("Two, please.").last.wait_for()
    office.world.work()
    assert office.world.ticket(1).status == "open"
