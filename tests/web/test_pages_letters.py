"""The letters of an office: changed, looked at, tried, compared, switched off and taken back on pages."""

from __future__ import annotations

import re
from html import unescape

import pytest
from playwright.sync_api import Browser as Engine
from playwright.sync_api import expect

from mailgate import clock
from mailgate.office.links import sign_in_link
from mailgate.office.passwords import set_password
from mailgate.office.setup import add_agent, add_category, add_mailbox
from mailgate.store.agents import agent_by_email
from tests.support.browsing import Browser
from tests.support.mails import mail
from tests.support.window import PHONE, window
from tests.support.world import DESK, World
from tests.web.conftest import PASSWORD, Site

IDA, ANA = "ida@nordlicht.example", "ana@lusitel.example"
URL = "/admin/letters/received"
EN = {"language": "en", "mailbox": "", "category": ""}


@pytest.fixture
def admin(site: Site, world: World) -> Browser:
    _ida(world)
    browser = Browser(site.app.test_client())
    browser.sign_in(IDA, PASSWORD)
    return browser


def _ida(world: World) -> None:
    with world.database.desk(1) as session:
        set_password(session, add_agent(session, IDA, "admin", clock.now(), name="Ida Berg"), PASSWORD)


def test_a_letter_is_changed_compared_and_taken_back(admin: Browser, browser: Browser, world: World) -> None:
    page = admin.get("/admin/letters")
    assert all(f">{title}</a>" in page for title in ("Received", "Resolved", "Escalated", "Sign-in link", "Footer"))
    browser.get("/admin/letters", 403)
    page = admin.get(URL)
    assert "We have received your request" in page
    assert "{{ status_url }}" in unescape(page)
    words = {**EN, "subject": "We got it", "text": "{{ greeting }}\n\nIt is {{ number }}.", "html": ""}
    saved = admin.post(f"{URL}/versions", **words, seen="0")
    assert "Saved." in admin.get(saved.location)
    world.receive(mail(subject="One"))
    assert "It is TKT-" in world.relay.to(ANA)[-1].text
    refused = admin.post(f"{URL}/versions", 422, **words, seen="0")
    assert "Ida Berg has changed this letter meanwhile" in refused.text
    refused = admin.post(f"{URL}/versions", 422, **{**words, "text": "Hi\n\n{{ numbr }}"}, seen="1")
    assert "Line 3: there is no variable" in unescape(refused.text)
    assert 'Did you mean "number"?' in unescape(refused.text)
    assert "{{ numbr }}" in unescape(refused.text), "nothing that was typed is lost"
    admin.post(f"{URL}/versions", **{**words, "subject": "We got it!"}, seen="1")
    versions = admin.get(f"{URL}/versions?language=en&from=1")
    assert "Subject: We got it</del>" in versions
    assert "Subject: We got it!</ins>" in versions
    assert "written 1 time" in versions
    admin.post(f"{URL}/return", **EN, to="1")
    assert 'value="We got it"' in admin.get(URL)
    admin.post(f"{URL}/return", **EN)
    assert 'value="We have received your request"' in admin.get(URL)
    assert admin.get(f"{URL}/versions").count("Taken back") == 2
    admin.post(f"{URL}/versions", 422, **{**words, "text": " "}, seen="4")
    silent = admin.post("/admin/letters/answered/versions", 422, **{**words, "text": "Bye"}, seen="0")
    assert 'must name "body"' in unescape(silent.text), "an answer without the agent's words is none"
    admin.get("/admin/letters/nothing", 404)
    admin.get(f"{URL}?language=xx", 404)
    admin.get(f"{URL}?mailbox=99", 404)


def test_a_preview_shows_what_is_typed_in_each_look_and_with_a_real_ticket(admin: Browser, world: World) -> None:
    with world.database.desk(1) as session:
        add_mailbox(session, "accounts@nordlicht.example", clock.now())
    number = world.ticket(world.receive(mail(subject="Printer on fire")).ticket_id).number
    admin.get(URL)
    form = {
        **EN,
        "subject": "Number {{ number }}",
        "text": "Hello **you**\n\n{{ numbr }}",
        "html": "",
        "number": number,
    }
    answer = admin.post(f"{URL}/previews", 200, **form, look="dark")
    page = unescape(answer.text)
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert f"[#{number}] Number {number}" in page
    assert (ANA in page, DESK in page) == (True, True), "to its customer, from its mailbox"
    assert "<strong>you</strong>" in unescape(page)
    assert "[numbr?]" in page, "what does not exist is shown as such"
    assert 'data-nearest="number"' in answer.text
    assert "@media all {" in unescape(page)
    assert "@media not all" in unescape(unescape(admin.post(f"{URL}/previews", 200, **form, look="mail").text))
    assert "Hello you\n" in admin.post(f"{URL}/previews", 200, **form, look="text").text
    assert "There is no ticket" in admin.post(f"{URL}/previews", 200, **{**form, "number": "nope"}).text
    escaping = {**form, "text": "{% for a in number %}{{ a.__class__ }}{% endfor %}"}
    assert "no loop" in admin.post(f"{URL}/previews", 200, **escaping).text
    footer = {**EN, "text": "Nordlicht GmbH & Co", "subject": "", "html": ""}
    assert "Nordlicht GmbH &amp; Co" in unescape(admin.post("/admin/letters/footer/previews", 200, **footer).text)
    assert "Thank you for writing" in admin.get(f"{URL}/preview?language=en")


def test_a_test_goes_to_whoever_asks_for_it_and_to_no_ticket(admin: Browser, world: World) -> None:
    admin.get(URL)
    form = {**EN, "subject": "Trying {{ number }}", "text": "Try me", "html": ""}
    told = admin.post(f"{URL}/tests", 200, **form)
    assert f"on its way to {IDA}" in told.text
    assert "Trying TKT-" in told.text, "what was sent stays in view"
    world.work()
    (sent,) = world.relay.to(IDA)
    assert sent.text.startswith("Try me")
    assert "[#" not in str(sent.mail["Subject"])
    assert "Not sent." in admin.post(f"{URL}/tests", 200, **{**form, "text": "{{ numbr }}"}).text
    assert world.count("SELECT count(*) FROM outbox WHERE letter LIKE 'test of %'") == 1


def test_a_letter_is_switched_off_for_one_mailbox_and_category(admin: Browser, world: World) -> None:
    with world.database.desk(1) as session:
        category = add_category(session, "Billing", clock.now()).id
    admin.get(URL)
    place = {**EN, "mailbox": "1", "category": str(category)}
    admin.post(f"{URL}/switch", **place, on="false")
    assert "It is off" in admin.get(f"{URL}?language=en&mailbox=1&category={category}")
    assert "It is off" not in admin.get(URL)
    assert "Off: English, help@nordlicht.example, Billing" in admin.get("/admin/letters")
    admin.post("/admin/letters/answered/switch", 422, **EN, on="false")


def test_an_admin_who_never_saw_it_changes_a_letter(engine: Engine, base: str, world: World) -> None:
    _ida(world)
    with window(engine, base) as desk:
        with world.database.desk(1) as session:
            ida = agent_by_email(session, IDA)
            assert ida is not None
            link = sign_in_link(session, ida, clock.now(), "")
        page = desk.open(link)
        page.get_by_role("button", name="Sign in as Ida Berg").click()
        page.goto(f"{base}/admin/letters")
        page.get_by_role("link", name="Received", exact=True).click()
        shown = page.frame_locator(".letter-frame:not(.letter-frame-next)")
        letter = shown.frame_locator(".preview-paper")
        expect(letter.get_by_text("Thank you for writing to us.")).to_be_visible()
        page.get_by_label("Text", exact=True).fill("{{ greeting }}\n\nYour number is {{ numbr }}.")
        expect(page.locator("[data-mistakes]")).to_contain_text('Did you mean "number"?')
        expect(letter.get_by_text("[numbr?]")).to_be_visible()
        page.get_by_role("button", name="Use it").click()
        expect(letter.get_by_text("Your number is TKT-2026-000123.")).to_be_visible()
        expect(page.locator("[data-mistakes]")).to_be_empty()
        page.get_by_role("button", name="desk the mailbox's name").click()
        expect(page.get_by_label("Text", exact=True)).to_have_value(re.compile(r"\{\{ desk \}\}"))
        page.get_by_text("Plain text").click()
        expect(shown.locator("pre")).to_contain_text("Your number is TKT-2026-000123")
        page.get_by_text("Phone").click()
        expect(shown.locator(".preview-phone")).to_be_visible()
        page.get_by_role("button", name="Send me a test").click()
        expect(shown.get_by_text(f"A test is on its way to {IDA}.")).to_be_visible()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved. Letters go out so from now on.")).to_be_visible()
        world.receive(mail(subject="One"))
        assert "Your number is TKT-" in world.relay.to(ANA)[-1].text
        assert "Your number is" in world.relay.to(IDA)[-1].text
        page.get_by_role("button", name="Take back to what ships").click()
        expect(page.get_by_text("Taken back.")).to_be_visible()
        expect(page.get_by_label("Text", exact=True)).to_have_value(re.compile("Thank you for writing"))
        desk.assert_clean()


def test_a_letter_is_changed_on_a_phone_without_scripts(engine: Engine, base: str, world: World) -> None:
    _ida(world)
    with window(engine, base, PHONE, java_script_enabled=False) as phone:
        with world.database.desk(1) as session:
            ida = agent_by_email(session, IDA)
            assert ida is not None
            link = sign_in_link(session, ida, clock.now(), "")
        page = phone.open(link)
        page.get_by_role("button", name="Sign in as Ida Berg").click()
        page.goto(f"{base}{URL}")
        page.get_by_label("Text", exact=True).fill("Plainly {{ number }}")
        page.get_by_role("button", name="Preview").click()
        expect(
            page.frame_locator(".letter-frame").frame_locator(".preview-paper").get_by_text("Plainly TKT")
        ).to_be_visible()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
