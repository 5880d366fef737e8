"""An admin sets up a mailbox, a team and an agent in a real browser; the agent signs in with a second factor."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mailgate import clock, totp
from mailgate.office.links import sign_in_link
from mailgate.office.setup import add_agent
from tests.support.mails import mail
from tests.support.window import PHONE, Window, window
from tests.support.world import World

SHOTS = os.environ.get("SHOTS")  # a folder to put pictures into, for whoever wants to look
PASSWORD = "a short sentence is easy"


@pytest.fixture
def admin(engine: Browser, base: str, world: World) -> Iterator[Window]:
    """Ida, signed in."""
    with window(engine, base) as made:
        with world.database.desk(1) as session:
            ida = add_agent(session, "ida@nordlicht.example", "admin", clock.now(), name="Ida Holm")
            link = sign_in_link(session, ida, clock.now(), "")
        _enter(made, link, "Ida Holm").close()
        yield made


def _enter(made: Window, link: str, name: str) -> Page:
    page = made.open(link)
    page.get_by_role("button", name=f"Sign in as {name}").click()
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("searchbox")).to_be_visible()
    return page


def _look(page: Page, name: str) -> None:
    """It fits a phone, too."""
    wide = page.viewport_size
    assert wide is not None
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
        page.emulate_media(color_scheme="dark")
        page.screenshot(path=str(Path(SHOTS) / f"{name}-dark.png"))
        page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}-phone.png"))
    page.set_viewport_size(wide)


def test_an_admin_adds_a_mailbox_a_team_and_an_agent_who_signs_in_with_a_second_factor(  # noqa: PLR0915 - one journey
    admin: Window, engine: Browser, base: str, world: World
) -> None:
    page = admin.open("/admin/mailboxes")
    page.get_by_role("link", name="New mailbox").click()
    page.get_by_label("Address", exact=True).fill("billing@nordlicht.example")
    page.get_by_role("button", name="Add mailbox").click()
    expect(page.get_by_text("Added. Say below")).to_be_visible()
    page.get_by_role("button", name="Check it now").click()
    expect(page.get_by_text("nothing to sign in to")).to_be_visible()
    _look(page, "mailbox")
    page.goto(f"{base}/admin/teams")
    page.get_by_role("link", name="New team").click()
    page.get_by_label("Name", exact=True).fill("Billing")
    page.get_by_label("billing@nordlicht.example", exact=True).check()
    _look(page, "team")
    page.get_by_role("button", name="Add team").click()
    page.get_by_role("link", name="Agents", exact=True).click()
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("Mail address", exact=True).fill("ben@nordlicht.example")
    page.get_by_label("Name", exact=True).fill("Ben Adler")
    page.get_by_label("Billing", exact=True).check()
    page.get_by_label("Only tickets of their own teams", exact=True).check()
    page.get_by_role("button", name="Invite and show the link").click()
    link = re.findall(r"/sign-in/[\w-]+", page.locator("code.secret").inner_text())[0]
    _look(page, "agent")
    number = world.ticket(world.receive(mail(subject="An invoice"), to="billing@nordlicht.example").ticket_id).number
    world.receive(mail(subject="Not for Ben", message_id="<2@lusitel.example>"))
    with window(engine, base) as theirs:
        desk = _enter(theirs, link, "Ben Adler")
        desk.goto(f"{base}/?view=all")
        expect(desk.get_by_text("An invoice")).to_be_visible()
        expect(desk.get_by_text("Not for Ben")).to_have_count(0)
        desk.goto(f"{base}/me/security")
        desk.get_by_role("button", name="Set up a second factor").click()
        secret = desk.locator("code.secret").inner_text().replace(" ", "")
        _look(desk, "second-factor")
        desk.get_by_label("Code", exact=True).fill(totp.code_at(secret, int(clock.now().timestamp()) // 30))
        desk.get_by_role("button", name="Turn on the second factor").click()
        recovery = desk.locator(".recovery-codes li").first.inner_text()
        _look(desk, "recovery-codes")
        theirs.assert_clean()
    with window(engine, base) as elsewhere:
        desk = elsewhere.open("/sign-in?next=/t/" + number)
        desk.get_by_label("Mail address", exact=True).fill("ben@nordlicht.example")
        desk.get_by_label("Password", exact=True).fill(PASSWORD)
        desk.get_by_role("button", name="Sign in").click()
        expect(desk.get_by_role("heading", name="Your second factor")).to_be_visible()
        _look(desk, "second-step")
        desk.get_by_label("Code", exact=True).fill(recovery.upper())
        desk.get_by_role("button", name="Sign in").click()
        expect(desk.get_by_role("heading", name="An invoice").first).to_be_visible()
        elsewhere.assert_clean()
    admin.assert_clean()


def test_every_page_of_the_set_up_fits_and_is_silent(admin: Window, base: str) -> None:
    page = admin.open("/admin/audit")
    for path, heading in (
        ("audit", "Audit"), ("organisation", "Organisation"), ("tokens", "API tokens"), ("health", "Health"),
        ("categories", "Categories"), ("agents", "Agents"), ("teams", "Teams"), ("mailboxes", "Mailboxes"),
    ):  # fmt: skip
        page.goto(f"{base}/admin/{path}")
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        _look(page, path)
    page.goto(f"{base}/me/security")
    _look(page, "security")
    admin.assert_clean()
