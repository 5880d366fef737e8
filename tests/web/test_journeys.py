"""Whole journeys in a real browser, each as somebody makes it; the console stays silent, nobody else is asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mailgate import clock
from mailgate.office.replies import Words, save
from mailgate.office.setup import add_agent
from tests.support.mails import mail
from tests.support.window import Window
from tests.support.world import World

expect.set_options(timeout=15_000)  # the machine may be busy


@pytest.fixture
def undo_seconds() -> int:
    return 300


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
    expect(page.locator("#fact-assignee")).not_to_be_focused()  # until it is set, keys choose in it
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
    expect(page.locator("#fact-status option[data-now]")).to_have_text("On hold")
    keys("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    keys("Escape")
    keys("g")
    keys("i")
    expect(page.get_by_text("Nothing is waiting for you")).to_be_visible()
    statuses = sorted(world.ticket(number).status for number in range(1, 11))
    assert statuses == ["new"] * 3 + ["on_hold"] + ["pending"] * 2 + ["resolved"] * 4
    agent.assert_clean()


def test_a_morning_at_the_desk(agent: Window, world: World, tmp_path: Path) -> None:
    first = world.receive(mail(subject="Cannot sign in"))
    second = world.receive(mail(subject="Signing in fails", body="Once more: it fails."))
    number, other = (world.ticket(one.ticket_id).number for one in (first, second))
    with world.database.desk(1) as session:
        save(session, Words("Thanks", "Thank you for writing.", shortcut="thanks"), "Mara", clock.now())
        add_agent(session, "ben@nordlicht.example", "agent", clock.now(), name="Ben Adler")
    (tmp_path / "guide.txt").write_text("1. Reset")
    page = agent.open(f"/t/{number}")
    answer = page.get_by_label("Answer to Ana Ferreira")

    answer.press_sequentially(";thanks ")
    expect(answer).to_have_value(re.compile("Thank you for writing."))
    page.locator(".composer-answer input[type=file]").set_input_files(str(tmp_path / "guide.txt"))
    page.get_by_role("button", name="Send and set to waiting").click()
    expect(page.locator("article.message-mine")).to_contain_text("guide.txt")
    page.keyboard.press("Escape")
    page.keyboard.press("z")  # taken back before it leaves, with every word
    expect(page.locator("article.message-mine")).to_have_count(0)
    expect(answer).to_have_value(re.compile("Thank you for writing."))
    page.get_by_role("button", name="Send and set to waiting").click()
    expect(page.locator("article.message-mine")).to_contain_text("Thank you for writing.")

    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("@ben, is this the firewall?")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("article.message-note")).to_contain_text("is this the firewall?")

    page.goto(f"{agent.base}/t/{other}")
    page.keyboard.press("m")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page.locator("#subject")).to_have_text("Cannot sign in")
    page.goto(f"{agent.base}/t/{other}")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Answer to Ana Ferreira")).to_be_visible()

    page.goto(f"{agent.base}/?q=status:waiting")
    page.locator("summary", has_text="Save view").click()
    page.get_by_label("Name of the view").fill("Their turn")
    page.get_by_role("button", name="Save view").click()
    page.keyboard.press("g")
    page.keyboard.press("1")
    expect(page.get_by_role("link", name="Their turn")).to_have_attribute("aria-current", "page")
    _ready(page, 1)

    agent.context.grant_permissions(["notifications"])
    page.goto(f"{agent.base}/me")
    page.get_by_role("button", name="Show notifications here").click()
    expect(page.get_by_role("button", name="Stop notifications here")).to_be_visible()
    world.work()
    assert [one.direction for one in world.thread(first.ticket_id)].count("out") == 1
    assert world.ticket(second.ticket_id).merged_into_id is None
    agent.assert_clean()
