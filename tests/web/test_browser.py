"""Agents and customers at work in a real browser: with keys, on a phone, and with mails that mean harm."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mailgate import clock
from mailgate.office.links import conversation_link
from mailgate.store.tickets import by_id
from tests.support.mails import mail
from tests.support.window import PHONE, Window, window
from tests.support.world import DESK, World
from tests.web.conftest import sign_in_by_link
from web.pages.conversation import LARGEST

ANA = "ana@lusitel.example"
expect.set_options(timeout=15_000)  # the machine may be busy


@pytest.fixture
def ticket(world: World) -> int:
    return world.receive(mail(subject="Cannot sign in", body="Since yesterday I cannot sign in.")).ticket_id or 0


def _private_link(world: World, ticket_id: int) -> str:
    with world.database.desk(1) as session:
        found = by_id(session, ticket_id)
        assert found is not None
        return conversation_link(session, found, clock.now(), "")


def _holds_no_overflow(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_an_agent_reads_answers_and_sees_it_leave(agent: Window, world: World, ticket: int) -> None:
    page = agent.open("/?view=unassigned")
    expect(page.locator(".row-link[data-htmx-powered]")).to_have_count(1)  # before that a link is a link
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".words").first).to_have_text("Since yesterday I cannot sign in.")
    assert page.url.endswith(world.ticket(ticket).number)
    expect(page.locator(".row")).to_have_count(1)  # the list has stayed
    page.keyboard.press("r")
    page.keyboard.type("Here is a fresh link.")
    page.keyboard.press("Control+Enter")
    answer = page.locator("article.message-mine")
    expect(answer).to_contain_text("Here is a fresh link.")
    expect(answer).to_contain_text("Sending")
    expect(page.get_by_label("Answer to Ana Ferreira")).to_have_value("")
    world.work()
    assert "Here is a fresh link." in world.relay.to(ANA)[-1].text
    expect(answer).to_contain_text("Sent")  # by itself
    page.reload()
    expect(page.get_by_label("Answer to Ana Ferreira")).to_have_value("")
    assert world.ticket(ticket).status == "pending"
    agent.assert_clean()


def test_a_note_stays_on_the_ticket(agent: Window, world: World, ticket: int) -> None:
    page = agent.open(f"/t/{world.ticket(ticket).number}")
    page.keyboard.press("n")
    page.keyboard.type("Their firewall opens links.")
    box = page.get_by_label("Internal note")
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Bold").click()
    expect(box).to_have_value("**Their firewall opens links.**")
    page.keyboard.press("Control+b")  # what is selected has stayed so
    page.get_by_role("button", name="List", exact=True).click()
    expect(box).to_have_value("- Their firewall opens links.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("article.message-note")).to_contain_text("Their firewall opens links.")
    assert [message.direction for message in world.thread(ticket)] == ["in", "system", "note"]
    agent.assert_clean()


def test_what_was_typed_outlives_a_reload_and_a_refusal(agent: Window, world: World, ticket: int) -> None:
    page = agent.open(f"/t/{world.ticket(ticket).number}")
    box = page.get_by_label("Answer to Ana Ferreira")
    box.fill("Half an answer")
    expect(page.locator("[data-draft-state]").first).to_contain_text("Draft saved")
    page.reload()
    expect(box).to_have_value("Half an answer")
    page.get_by_text("Add Cc").click()
    page.get_by_label("Cc", exact=True).fill("it@")
    page.get_by_role("button", name="Send and set to waiting").click()
    expect(page.get_by_text("“it@” is no address.")).to_be_visible()
    expect(box).to_have_value("Half an answer")
    page.get_by_label("Cc", exact=True).fill("it@lusitel.example")
    page.get_by_role("button", name="Send and set to waiting").click()
    expect(page.locator("article.message-mine")).to_contain_text("Half an answer")
    expect(box).to_have_value("")
    assert [message.direction for message in world.thread(ticket)].count("out") == 1
    assert all("422" in line for line in agent.logged), agent.logged  # Chromium logs a refused form


def test_a_ticket_is_read_once_it_was_looked_at(agent: Window, world: World, ticket: int) -> None:
    page = agent.open("/?view=all")
    expect(page.locator(".row-unread")).to_have_count(1)
    page.locator(".row-link").click()
    expect(page.locator(".row-unread")).to_have_count(0)
    assert not world.ticket(ticket).is_unread
    agent.assert_clean()


def test_fields_change_in_place(agent: Window, world: World, ticket: int) -> None:
    page = agent.open(f"/t/{world.ticket(ticket).number}")
    page.get_by_role("button", name="Take").click()
    expect(page.locator("#fact-assignee")).to_have_value(re.compile(r"\d+"))
    page.locator("#fact-priority").select_option("urgent")
    page.locator("form.fact", has=page.locator("#fact-priority")).get_by_role("button").click()
    expect(page.get_by_text("You set the priority to Urgent").first).to_be_visible()
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator("#fact-status")).to_have_value("resolved")
    after = world.ticket(ticket)
    assert (after.status, after.priority, after.assignee_id is not None) == ("resolved", "urgent", True)
    agent.assert_clean()


def test_a_formatted_mail_is_as_high_as_it_is(agent: Window, world: World) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = f"Ana <{ANA}>", DESK, "Long"
    letter["Message-ID"] = "<long@lusitel.example>"
    letter.set_content("Plain")
    letter.add_alternative("<p>line</p>" * 40, subtype="html")
    page = agent.open(f"/t/{world.ticket(world.receive(letter.as_bytes()).ticket_id).number}")
    page.get_by_text("Show formatted").click()
    expect(page.frame_locator("iframe.frame").get_by_text("line").last).to_be_visible()
    assert page.locator("iframe.frame").evaluate("f => f.offsetHeight > 1000 && f.offsetHeight < 5000")
    agent.assert_clean()


def test_the_desk_fits_a_phone(engine: Browser, base: str, world: World, ticket: int) -> None:
    with window(engine, base, PHONE, has_touch=True, is_mobile=True) as phone:
        sign_in_by_link(phone, world)
        page = phone.open("/?view=unassigned")
        assert _holds_no_overflow(page)
        page.get_by_role("link", name="Cannot sign in").tap()
        expect(page.locator(".words").first).to_have_text("Since yesterday I cannot sign in.")
        assert _holds_no_overflow(page)
        page.get_by_label("Answer to Ana Ferreira").tap()
        page.get_by_label("Answer to Ana Ferreira").fill("From the train.")
        page.get_by_role("button", name="Send and set to waiting").tap()
        expect(page.locator("article.message-mine")).to_contain_text("From the train.")
        page.get_by_label("Back to the list").tap()
        expect(page).to_have_url(re.compile(r"/(\?view=unassigned)?$"))
        phone.assert_clean()


def test_everything_works_without_scripts(engine: Browser, base: str, world: World, ticket: int) -> None:
    with window(engine, base, java_script_enabled=False) as plain:
        sign_in_by_link(plain, world)
        page = plain.open("/?view=unassigned")
        page.get_by_role("link", name="Cannot sign in").click()
        page.get_by_label("Answer to Ana Ferreira").fill("Without scripts.")
        page.get_by_role("button", name="Send and set to waiting").click()
        expect(page.get_by_text("Without scripts.").last).to_be_visible()
    assert world.ticket(ticket).status == "pending"


def test_a_customer_answers_with_a_file_and_says_it_is_solved(
    engine: Browser, base: str, world: World, ticket: int, tmp_path: Path
) -> None:
    (tmp_path / "shot.png").write_bytes(b"\x89PNG\r\n")
    with window(engine, base, PHONE, has_touch=True, is_mobile=True) as customer:
        page = customer.open(_private_link(world, ticket))
        assert _holds_no_overflow(page)
        page.get_by_label("Write an answer").last.fill("It still fails.")
        page.locator("input[type=file]").set_input_files(str(tmp_path / "shot.png"))
        expect(page.get_by_text("shot.png")).to_be_visible()
        page.get_by_role("button", name="Send").tap()
        expect(page.get_by_text("Your answer has reached us.")).to_be_visible()
        expect(page.locator("article", has_text="It still fails.")).to_contain_text("shot.png")
        expect(page.get_by_label("Write an answer").last).to_have_value("")
        page.get_by_role("button", name="It is solved").tap()
        expect(page.get_by_text("The request is closed as solved.")).to_be_visible()
        page.get_by_role("button", name="It is not solved").tap()
        expect(page.get_by_text("The request is open again.")).to_be_visible()
        customer.assert_clean()
    assert world.ticket(ticket).status == "open"
    assert world.thread(ticket)[-1].text == "It still fails."


@pytest.mark.parametrize("with_scripts", [True, False])
def test_files_that_are_too_large_cost_no_word(
    engine: Browser, base: str, world: World, ticket: int, tmp_path: Path, *, with_scripts: bool
) -> None:
    huge = tmp_path / "film.mov"
    huge.write_bytes(b"x" * (LARGEST + 2 * 2**20))
    with window(engine, base, PHONE, java_script_enabled=with_scripts) as customer:
        page = customer.open(_private_link(world, ticket))
        page.get_by_label("Write an answer").last.fill("Words I would hate to lose.")
        page.locator("input[type=file]").set_input_files(str(huge))
        page.get_by_role("button", name="Send").click()
        if with_scripts:  # it is said before anything is sent
            expect(page.get_by_text("Together the files may have 20 MB.")).to_be_visible()
        else:
            expect(page.get_by_text("send fewer or smaller files")).to_be_visible()
            page.go_back()
        expect(page.get_by_label("Write an answer").last).to_have_value("Words I would hate to lose.")
    assert world.ticket(ticket).message_count == 1


def test_the_look_up_tells_right_from_wrong_and_wrong_from_nothing(
    engine: Browser, base: str, world: World, ticket: int
) -> None:
    with window(engine, base, PHONE) as customer:

        def look_up(number: str, email: str) -> str:
            page = customer.open("/status")
            page.get_by_label("Request number").fill(number)
            page.get_by_label("Your mail address").fill(email)
            page.get_by_role("button", name="Look up").click()
            text = page.get_by_role("main").inner_text()
            assert _holds_no_overflow(page)
            page.close()
            return text.replace(number, "")

        number = world.ticket(ticket).number
        assert "We have received it" in look_up(number, ANA)
        assert look_up(number, "eve@evil.example") == look_up("TKT-2026-999999", ANA)
        customer.assert_clean()
