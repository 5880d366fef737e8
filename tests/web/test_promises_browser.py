"""An admin builds a calendar, a policy with a step, and a rule in a browser, and sees them act on the next mail."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mailgate import clock
from mailgate.office.links import sign_in_link
from mailgate.office.setup import add_agent, add_team
from mailgate.steps.figures import DAYS_AT_ONCE, count_days
from tests.support.mails import mail
from tests.support.window import PHONE, Window, window
from tests.support.world import World

SHOTS = os.environ.get("SHOTS")  # a folder to put pictures into, for whoever wants to look


@pytest.fixture
def admin(engine: Browser, base: str, world: World) -> Iterator[Window]:
    with window(engine, base) as made:
        with world.database.desk(1) as session:
            ida = add_agent(session, "ida@nordlicht.example", "admin", clock.now(), name="Ida Holm")
            link = sign_in_link(session, ida, clock.now(), "")
        page = made.open(link)
        page.get_by_role("button", name="Sign in as Ida Holm").click()
        page.get_by_label("New password").fill("a short sentence is easy")
        page.get_by_role("button", name="Set password").click()
        expect(page.get_by_role("searchbox")).to_be_visible()
        page.close()
        yield made


def _look(page: Page, name: str) -> None:
    """It fits a phone, too."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))
        page.emulate_media(color_scheme="dark")
        page.screenshot(path=str(Path(SHOTS) / f"{name}-dark.png"))
        page.emulate_media(color_scheme="light")
    wide = page.viewport_size
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}-phone.png"), full_page=True)
    assert wide is not None
    page.set_viewport_size(wide)


def test_a_promise_is_set_up_and_kept_watch_over(admin: Window, world: World) -> None:
    page = admin.open("/admin/calendars/new")
    page.get_by_label("Name").fill("Always")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        page.get_by_label(day, exact=True).fill("0:00-24:00")
    page.get_by_label("Public holidays of").fill("XX")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_contain_text("are not known")
    page.get_by_label("Public holidays of").fill("")
    _look(page, "calendar")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Always")).to_be_visible()
    _look(page, "calendars")
    page.goto(f"{admin.base}/admin/policies/new")
    page.get_by_label("Name").fill("Everybody")
    page.get_by_label("Hours that count").select_option("Always")
    for priority in ("low", "normal", "high", "urgent"):
        page.get_by_label(f"First response, {priority}").fill("2 h")
        page.get_by_label(f"Resolution, {priority}").fill("16 h")
    page.get_by_label("How long, step 1").fill("30 min")
    page.get_by_label("Promise, step 1").select_option("First response")
    page.get_by_label("Priority, step 1").select_option("High")
    page.get_by_label("Tell whom, step 1").select_option("the admins")
    _look(page, "policy")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("First response within 2 h; Resolution within 16 h.")).to_be_visible()
    _look(page, "policies")
    ticket_id = world.receive(mail(subject="Cannot sign in")).ticket_id
    now = clock.now()
    clock.follow(lambda: now + timedelta(hours=3))
    try:
        world.work()
        page.goto(f"{admin.base}/t/{world.ticket(ticket_id).number}")
        expect(page.get_by_text("It was due")).to_be_visible()
        expect(page.get_by_text("escalated by the policy Everybody").first).to_be_visible()
        assert world.ticket(ticket_id).priority == "high"
        _look(page, "ticket")
        page.get_by_role("link", name="Which minutes count?").click()
        expect(page.get_by_text("minutes counted").first).to_be_visible()
        _look(page, "why")
        _see_the_clock_go_on(page, admin, world)
        _see_figures(page, admin, world)
    finally:
        clock.follow(None)
    assert len(world.relay.to("ida@nordlicht.example")) == 1


def _see_the_clock_go_on(page: Page, admin: Window, world: World) -> None:
    """A line's clock counts down without the server, and asks it for its line when it turns."""
    world.receive(mail(subject="Another", sender="Ben <ben@lusitel.example>"))
    start = clock.now()
    page.clock.install(time=start)
    page.goto(f"{admin.base}/?view=all&sort=-created")
    shown = page.locator(".row").first.locator(".clock")
    expect(shown).to_have_text("2 h left")
    page.clock.fast_forward("01:10:00")
    expect(shown).to_have_text(re.compile("(49|50) min left"))
    expect(page.locator(".clock-at_risk")).to_have_count(0)
    clock.follow(lambda: start + timedelta(minutes=95))
    page.clock.fast_forward("25:00")
    expect(page.locator(".clock-at_risk")).to_have_text(re.compile("At risk: 2[45] min left"))
    _look(page, "clocks")
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.get_by_role("link", name="At risk")).to_have_attribute("aria-current", "page")
    expect(page.locator(".row .clock")).to_have_count(2)


def _see_figures(page: Page, admin: Window, world: World) -> None:
    """What was missed is drawn, stands in a table, and comes as a file."""
    while count_days(world.database, 1) == DAYS_AT_ONCE:
        pass
    page.goto(f"{admin.base}/figures?by=priority")
    expect(page.get_by_role("img").first).to_be_visible()
    expect(page.get_by_role("row", name="high")).to_be_visible()
    _look(page, "figures")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0].startswith("priority,opened,resolved")
    assert any(line.lower().startswith("high,1,0,") for line in lines), lines


def test_a_company_is_known_and_a_rule_asks_for_its_plan(admin: Window, world: World) -> None:
    ticket = world.ticket(world.receive(mail()).ticket_id)
    page = admin.open("/admin/companies/new")
    page.get_by_label("Name").fill("Lusitel")
    page.get_by_label("Domains").fill("lusitel")
    page.get_by_role("button", name="Add company").click()
    expect(page.get_by_role("alert").first).to_contain_text("is no domain such as")
    page.get_by_label("Domains").fill("lusitel.example")
    page.get_by_label("Properties").fill("plan: gold")
    _look(page, "company")
    page.get_by_role("button", name="Add company").click()
    expect(page.get_by_text("plan: gold")).to_be_visible()
    _look(page, "companies")
    page.goto(f"{admin.base}/t/{ticket.number}")
    _look(page, "ticket-of-company")
    page.get_by_role("link", name="Ana Ferreira").first.click()
    page.get_by_label("Region").fill("North")
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_label("Region")).to_have_value("North")
    _look(page, "customer")
    page.goto(f"{admin.base}/admin/rules/new")
    page.get_by_label("Name").fill("Gold")
    page.get_by_role("button", name="Condition", exact=True).click()
    page.get_by_label("Field, condition 1").select_option("a property of their company")
    page.get_by_role("button", name="Try", exact=True).click()
    page.get_by_label("Which one, condition 1").fill("plan")
    page.get_by_label("How, condition 1").select_option("is")
    page.get_by_label("Value, condition 1").fill("gold")
    page.get_by_label("What, action 1").select_option("Add tag")
    page.get_by_label("Value, action 1").fill("gold")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("1 of 1")
    expect(page.get_by_text("the company's plan is “gold”")).to_be_visible()
    _look(page, "rule-of-company")


def test_a_rule_is_built_tried_switched_on_and_acts(admin: Window, world: World) -> None:
    with world.database.desk(1) as session:
        add_team(session, "Billing", clock.now())
    old = world.ticket(world.receive(mail(subject="Where is my refund?")).ticket_id)
    world.receive(mail(subject="Cannot sign in", message_id="other@lusitel.example"))
    page = admin.open("/admin/rules")
    expect(page.get_by_role("heading", name="Close what is solved")).to_be_visible()
    page.get_by_role("link", name="New rule").click()
    page.get_by_label("Name").fill("Refunds to Billing")
    page.get_by_role("button", name="Condition", exact=True).click()
    page.get_by_label("Value, condition 1").fill("refund")
    page.get_by_role("button", name="Group", exact=True).click()
    page.get_by_label("Field, condition 2").select_option("the language")
    page.get_by_label("Value, condition 2").fill("de")
    page.get_by_label("Field, condition 3").select_option("the customer's domain")
    page.get_by_label("Value, condition 3").fill("lusitel.example")
    page.get_by_label("What, action 1").select_option("Assign to team")
    page.get_by_role("button", name="Action", exact=True).click()
    page.get_by_label("Value, action 1").select_option("Billing")
    page.get_by_label("Value, action 2").fill("refund")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text(
        "1 of 2 tickets would have been acted on. Nothing was changed now."
    )
    expect(page.get_by_role("link", name="Where is my refund?")).to_be_visible()
    expect(
        page.get_by_text("either the language is “de” or the customer's domain is “lusitel.example”")
    ).to_be_visible()
    _look(page, "rule")
    assert world.ticket(old.id).team_id is None
    page.get_by_role("button", name="Save and switch on").click()
    expect(page.get_by_text("assign the team “Billing” and add the tag “refund”.")).to_be_visible()
    _look(page, "rules")
    new = world.ticket(world.receive(mail(subject="Refund, please", message_id="new@lusitel.example")).ticket_id)
    assert new.team_id is not None
    page.goto(f"{admin.base}/t/{new.number}")
    expect(page.get_by_text("Rule “Refunds to Billing”").first).to_be_visible()
    page.goto(f"{admin.base}/admin/rules")
    rule = page.get_by_role("listitem").filter(has_text="Refunds to Billing")
    rule.get_by_role("link", name="What it did").click()
    expect(page.get_by_role("link", name=new.number)).to_be_visible()
    _look(page, "rule-log")
