"""The look-up: what it tells whom, that it tells nothing else, and the links it mails."""

from __future__ import annotations

import re
from statistics import median
from time import perf_counter

import pytest

from tests.support.browsing import BASE, Browser
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import AFAR, Site

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


def test_whatever_does_not_fit_looks_the_same(browser: Browser, number: str, world: World) -> None:
    world.receive(mail(sender="ben@elsewhere.example"), sender="ben@elsewhere.example")
    wrong = [(number, "ben@elsewhere.example"), (number, "eve@nowhere.example"), (number[:-1] + "9", ANA)]
    pages = {_look_up(browser, *pair).replace(pair[0], "N").replace(pair[1], "A") for pair in wrong}
    assert len({re.sub(r'name="csrf" value="[^"]+"', "", page) for page in pages}) == 1
    assert "We found no request with this number and address." in pages.pop()


def test_right_and_wrong_take_the_same_time(browser: Browser, number: str) -> None:
    def time(email: str) -> float:
        start = perf_counter()
        _look_up(browser, number, email)
        return perf_counter() - start

    pairs = [(time(ANA), time("eve@nowhere.example")) for _ in range(10)]
    right, wrong = (median(times) for times in zip(*pairs, strict=True))
    assert abs(right - wrong) < 0.1 * right


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


def test_asking_for_links_says_the_same_to_strangers_and_mails_nothing(
    browser: Browser, number: str, world: World
) -> None:
    before = len(world.relay.taken)
    known = browser.post("/status/links", 200, email=ANA).text
    unknown = browser.post("/status/links", 200, email="eve@nowhere.example").text
    assert known.replace(ANA, "A") == unknown.replace("eve@nowhere.example", "A")
    world.work()
    assert [letter.recipient for letter in world.relay.taken[before:]] == [ANA]


def test_floods_of_look_ups_and_links_are_slowed(browser: Browser) -> None:
    def ask(path: str, **fields: str) -> int:
        data = {"csrf": browser.csrf, **fields}
        return browser.client.post(path, data=data, base_url=BASE, environ_overrides=AFAR).status_code

    looks = [ask("/status", number="TKT-1", email="eve@nowhere.example") for _ in range(11)]
    assert looks == [200] * 10 + [429]
    links = [ask("/status/links", email="eve@nowhere.example") for _ in range(4)]
    assert links == [200] * 3 + [429]


def test_with_several_organisations_the_page_names_none_and_finds_all(site: Site, world: World, number: str) -> None:
    browser = Browser(site.client)
    page = browser.get("/status")
    assert "Another" not in page
    assert "We have received it" in _look_up(browser, number, ANA)
