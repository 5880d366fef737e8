"""Whole journeys on a phone, by touch alone: an agent on the train, an admin out of the office, a customer asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mailgate import clock
from mailgate.office.links import conversation_link
from mailgate.office.replies import Words, save
from mailgate.office.setup import add_agent
from mailgate.store.tickets import by_id
from tests.support.mails import mail
from tests.support.window import PHONE, Window, window
from tests.support.world import World
from tests.web.conftest import be_signed_in

IDA, ANA = "ida@nordlicht.example", "ana@lusitel.example"
expect.set_options(timeout=15_000)  # the machine may be busy


@pytest.fixture
def undo_seconds() -> int:
    return 300


@pytest.fixture
def phone(engine: Browser, base: str) -> Iterator[Window]:
    with window(engine, base, PHONE, has_touch=True, is_mobile=True) as made:
        yield made
        made.assert_clean()


def _tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).tap()


def _fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def test_a_morning_on_the_train(phone: Window, world: World, tmp_path: Path) -> None:  # noqa: PLR0915 - one journey
    first = world.receive(mail(subject="Cannot sign in"))
    second = world.receive(mail(subject="Signing in fails", body="Once more: it fails."))
    number, other = (world.ticket(one.ticket_id).number for one in (first, second))
    with world.database.desk(1) as session:
        save(session, Words("Thanks", "Thank you for writing.", shortcut="thanks"), "Mara", clock.now())
        add_agent(session, "ben@nordlicht.example", "agent", clock.now(), name="Ben Adler")
    (tmp_path / "guide.txt").write_text("1. Reset")
    be_signed_in(phone, world)
    page = phone.open("/?view=all")
    page.get_by_role("link", name="Cannot sign in").tap()

    answer = page.get_by_label("Answer to Ana Ferreira")
    answer.tap()
    page.get_by_label("Canned reply").fill("Thanks")
    _tap(page, "Put in")
    expect(answer).to_have_value(re.compile("Thank you for writing."))
    page.locator(".composer-answer input[type=file]").set_input_files(str(tmp_path / "guide.txt"))
    expect(page.locator(".composer-answer [data-chosen]")).to_contain_text("guide.txt")
    _fits(page)
    _tap(page, "Send and set to waiting")
    expect(page.locator("article.message-mine")).to_contain_text("guide.txt")
    answer.tap()
    _tap(page, "Take back")  # before it leaves, with every word; the box that closes does not move it away
    expect(page.locator("article.message-mine")).to_have_count(0)
    expect(answer).to_have_value(re.compile("Thank you for writing."))
    answer.tap()
    _tap(page, "Send and set to waiting")
    expect(page.locator("article.message-mine")).to_contain_text("guide.txt")

    page.locator(".composer-tab", has_text="Note").tap()
    page.get_by_label("Internal note").fill("@ben, is this the firewall?")
    _tap(page, "Add note")
    expect(page.locator("article.message-note")).to_contain_text("is this the firewall?")
    _fits(page)

    page.goto(f"{phone.base}/t/{other}")
    page.get_by_label("More", exact=True).tap()
    page.get_by_label("Merge into").fill(number)
    _tap(page, "Merge")
    expect(page.locator("#subject")).to_have_text("Cannot sign in")
    page.goto(f"{phone.base}/t/{other}")
    _tap(page, "Undo")
    expect(page.get_by_label("Answer to Ana Ferreira")).to_be_visible()

    page.goto(f"{phone.base}/?q=status:waiting")
    page.locator("summary", has_text="Save view").tap()
    page.get_by_label("Name of the view").fill("Their turn")
    _tap(page, "Save view")
    _tap(page, "Views")
    page.get_by_role("link", name="Their turn").tap()
    expect(page.locator(".row-link")).to_have_text(re.compile("Cannot sign in"))

    page.goto(f"{phone.base}/?view=all")
    expect(page.locator(".row")).to_have_count(1)
    world.receive(mail(subject="Invoice twice", body="Twice!"))
    expect(page.locator("[data-fresh]")).to_have_text("Show 1 new")  # counted, not inserted
    page.locator("[data-fresh]").tap()
    expect(page.locator(".row")).to_have_count(2)
    for box in page.locator(".row-tick > input").all():
        box.check()
    _fits(page)
    page.locator("#bulk").get_by_role("button", name="Resolve").tap()
    expect(page.get_by_text("2 resolved.")).to_be_visible()
    world.work()
    assert [one.direction for one in world.thread(first.ticket_id)].count("out") == 1
    assert world.ticket(second.ticket_id).merged_into_id is None
    assert len(world.relay.to("ben@nordlicht.example")) == 1


def test_an_admin_adds_a_mailbox_and_changes_a_letter(phone: Window, world: World) -> None:
    with world.database.desk(1) as session:
        add_agent(session, IDA, "admin", clock.now(), name="Ida Holm")
    be_signed_in(phone, world, IDA)
    page = phone.open("/admin/mailboxes")
    page.get_by_role("link", name="New mailbox").tap()
    page.get_by_label("Address", exact=True).fill("billing@nordlicht.example")
    _tap(page, "Add mailbox")
    expect(page.get_by_text("Added. Say below")).to_be_visible()
    _tap(page, "Check it now")
    expect(page.get_by_text("nothing to sign in to")).to_be_visible()
    _fits(page)
    _tap(page, "Set-up")
    page.get_by_role("link", name="Letters", exact=True).tap()
    page.get_by_role("link", name="Received").first.tap()
    page.get_by_label("Text", exact=True).fill("Plainly {{ number }}")
    preview = page.frame_locator(".letter-frame").last.frame_locator(".preview-paper")
    expect(preview.get_by_text("Plainly TKT")).to_be_visible()  # by itself
    _fits(page)
    _tap(page, "Save")
    expect(page.get_by_text("Saved. Letters go out so from now on.")).to_be_visible()
    world.receive(mail(subject="One"))
    assert "Plainly TKT-" in world.relay.to(ANA)[-1].text


def test_a_customer_says_how_it_was(phone: Window, world: World) -> None:
    ticket_id = world.receive(mail(subject="Cannot sign in")).ticket_id or 0
    with world.database.desk(1) as session:
        ticket = by_id(session, ticket_id)
        assert ticket is not None
        link = conversation_link(session, ticket, clock.now(), "")
    page = phone.open(link)
    _tap(page, "It is solved")
    page.get_by_role("link", name="Rate our help").tap()
    page.get_by_label("Yes, I was").check()
    page.get_by_label("What should we know?").fill("Quick and kind.")
    _fits(page)
    _tap(page, "Send")
    expect(page.get_by_text("Thank you. We have noted what you said.")).to_be_visible()
    be_signed_in(phone, world)
    page.goto(f"{phone.base}/t/{world.ticket(ticket_id).number}")
    _tap(page, "Details")
    expect(page.get_by_text("Quick and kind.").first).to_be_visible()
