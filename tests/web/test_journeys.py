"""Whole journeys in a real browser, each as somebody makes it; the console stays silent, nobody else is asked."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.support.mails import mail
from tests.support.window import Window
from tests.support.world import World

expect.set_options(timeout=15_000)  # the machine may be busy


def _ready(page: Page, rows: int) -> None:
    """The list is there, and its lines open beside it: before that a link is a link."""
    expect(page.locator(".row-link[data-htmx-powered]")).to_have_count(rows)


def test_ten_tickets_are_triaged_by_keys_alone(agent: Window, world: World) -> None:  # noqa: PLR0915 - one journey
    for number in range(10):
        world.receive(mail(subject=f"Question {number}", sender=f"Customer {number} <c{number}@lusitel.example>"))
    page = agent.open("/")
    keys = page.keyboard.press
    keys("g")
    keys("u")  # unassigned, newest first: Question 9 to 0
    _ready(page, 10)
    expect(page).to_have_url(re.compile("view=unassigned"))
    for _ in range(3):  # the three newest are done with at once
        keys("j")
        keys("x")
        if page.locator(".row-tick > :checked").count() == 3:
            break
    keys("e")
    expect(page.get_by_text("3 resolved.")).to_be_visible()
    _ready(page, 7)
    expect(page.locator(".row-link").first).to_be_focused()  # where the first of them stood
    keys("Enter")
    expect(page.locator("#subject")).to_have_text("Question 6")
    keys("t")
    expect(page.locator("#fact-assignee option[data-now]")).to_have_text("Mara Koch")
    keys("p")
    page.keyboard.type("urg")
    keys("Enter")
    expect(page.locator("#fact-priority")).to_have_value("urgent")
    keys("a")
    page.keyboard.type("nobody")
    keys("Enter")
    expect(page.locator("#fact-assignee")).to_have_value("")
    for subject in ("Question 5", "Question 4"):
        keys("j")
        keys("Enter")
        expect(page.locator("#subject")).to_have_text(subject)
        keys("r")
        page.keyboard.type("Done.")
        keys("Control+Enter")
        expect(page.locator("article.message-mine")).to_contain_text("Done.")
        keys("Escape")
    keys("j")
    keys("Enter")
    expect(page.locator("#subject")).to_have_text("Question 3")
    keys("n")
    page.keyboard.type("Seen before.")
    keys("Control+Enter")
    expect(page.locator("article.message-note")).to_contain_text("Seen before.")
    keys("Escape")
    keys("e")
    expect(page.locator("#fact-status")).to_have_value("resolved")
    keys("Control+k")
    page.keyboard.type("question 1")
    expect(page.locator("#palette [role=option]").first).to_contain_text("Question 1")
    keys("Enter")
    expect(page.locator("#subject")).to_have_text("Question 1")
    keys("s")
    page.keyboard.type("hold")
    keys("Enter")
    expect(page.locator("#fact-status")).to_have_value("on_hold")
    keys("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    keys("Escape")
    keys("g")
    keys("i")
    expect(page.get_by_text("Nothing is waiting for you")).to_be_visible()
    statuses = sorted(world.ticket(number).status for number in range(1, 11))
    assert statuses == ["new"] * 3 + ["on_hold"] + ["pending"] * 2 + ["resolved"] * 4
    agent.assert_clean()
