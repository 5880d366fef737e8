"""The look-up: what it tells whom, that it tells nothing else, and the links it mails."""

from __future__ import annotations

import re

import pytest

from tests.support.browsing import BASE, Browser
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import Site

ANA = "ana@lusitel.example"


@pytest.fixture
def browser(site: Site, world: World) -> Browser:
    # With two organisations a page names neither; most have one.
    with world.owner.engine.begin() as connection:
        for table in ("tokens", "mailboxes", "agents"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE org_id <> 1")
        connection.exec_driver_sql("DELETE FROM organisations WHERE id <> 1")
        connection.exec_driver_sql("UPDATE organisations SET name = 'Nordlicht'")
    made = Browser(site.client)
    made.get("/status")
    return made


@pytest.fixture
def number(world: World) -> str:
    return world.ticket(world.receive(mail(subject="A private matter", body="My secret words.")).ticket_id).number


def _look_up(browser: Browser, number: str, email: str) -> str:
    return browser.post("/status", 200, number=number, email=email).text


def test_number_and_address_together_show_the_state_and_nothing_else(browser: Browser, number: str) -> None:
    page = _look_up(browser, f" [#{number.lower()}] ", " ANA@lusitel.example ")
    assert "We have received it" in page
    assert 'aria-current="step"' in page
    assert "Nordlicht" in page
    assert "private matter" not in page
    assert "secret" not in page


def test_an_empty_form_is_told_what_is_missing(browser: Browser) -> None:
    page = browser.post("/status", 422, number="", email="nobody").text
    assert "Enter the number from our mail, for example TKT-2026-000123." in page or "for example TKT-" in page
    assert "Enter a mail address" in page
    assert 'value="nobody"' in page


def test_a_link_in_a_letter_fills_in_the_number(browser: Browser, number: str) -> None:
    assert f'value="{number}"' in browser.get(f"/status?number={number}")
    assert "<script>" not in browser.get("/status?number=%22%3E%3Cscript%3E")


def test_links_are_mailed_to_the_requester_alone(browser: Browser, number: str, world: World) -> None:
    before = len(world.relay.taken)
    page = browser.post("/status/links", 200, email="Ana@Lusitel.example").text
    assert "Look into your mail" in page
    world.work()
    (letter,) = world.relay.taken[before:]
    assert letter.recipient == ANA
    assert letter.mail["Auto-Submitted"] == "auto-generated"
    assert letter.sender == ""
    link = re.search(rf"{BASE}(/s/\S+)", letter.text)
    assert link is not None
    assert "My secret words." in browser.get(link[1])
    thread = world.thread(world.count("SELECT id FROM tickets"))
    assert [message.direction for message in thread] == ["in", "system"], "nobody else reads the link"


def test_with_several_organisations_the_page_names_none_and_finds_all(site: Site, world: World, number: str) -> None:
    browser = Browser(site.client)
    page = browser.get("/status")
    assert "Another" not in page
    assert "We have received it" in _look_up(browser, number, ANA)
