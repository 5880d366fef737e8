"""Row 23. Signing in and looking up tell nobody which addresses and numbers exist: not in words, not in work."""

from __future__ import annotations

import re
from time import perf_counter

import pytest
from argon2 import PasswordHasher, Type

from tests.support.browsing import Browser
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import MARA, Site
from web.access.evenly import SECONDS

ANA = "ana@lusitel.example"


@pytest.fixture
def browser(site: Site, password: str) -> Browser:
    """Nobody's yet."""
    made = Browser(site.client)
    made.get("/status")
    return made


@pytest.fixture
def number(world: World) -> str:
    return world.ticket(world.receive(mail(subject="A private matter", body="My secret words.")).ticket_id).number


def _look_up(browser: Browser, number: str, email: str) -> str:
    return browser.post("/status", 200, number=number, email=email).text


def test_wrong_password_and_unknown_user_get_the_same_words(browser: Browser) -> None:
    browser.get("/sign-in")
    wrong = browser.post("/sign-in", 422, email=MARA, password="not the one").text
    unknown = browser.post("/sign-in", 422, email="eve@nordlicht.example", password="not the one").text
    assert "do not belong together" in wrong
    assert wrong.replace(MARA, "") == unknown.replace("eve@nordlicht.example", "")


def test_unknown_users_cost_the_same_work_as_wrong_passwords(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is counted, not time: one hash is checked for either, with the same cost written in it."""
    checked: list[str] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, digest: str, password: str) -> bool:
        checked.append(digest.partition("$argon2id$")[2].rpartition("$")[0].rpartition("$")[0])
        return verify(hasher, digest, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    browser.get("/sign-in")
    browser.post("/sign-in", 422, email=MARA, password="not the one")
    known = list(checked)
    browser.post("/sign-in", 422, email="eve@nordlicht.example", password="not the one")
    assert len(known) == 1
    assert checked == known * 2
    assert "m=" in known[0]


def test_a_stolen_hash_is_dear_to_guess(strong: PasswordHasher) -> None:
    """RFC 9106, section 4: the second recommended choice, of 64 MiB."""
    assert (strong.type, strong.memory_cost, strong.time_cost, strong.parallelism) == (Type.ID, 65536, 3, 4)


def test_whatever_does_not_fit_looks_the_same(browser: Browser, number: str, world: World) -> None:
    world.receive(mail(sender="ben@elsewhere.example"), sender="ben@elsewhere.example")
    wrong = [(number, "ben@elsewhere.example"), (number, "eve@nowhere.example"), (number[:-1] + "9", ANA)]
    pages = {_look_up(browser, *pair).replace(pair[0], "N").replace(pair[1], "A") for pair in wrong}
    assert len({re.sub(r'name="csrf" value="[^"]+"', "", page) for page in pages}) == 1
    assert "We found no request with this number and address." in pages.pop()


def test_nobody_is_answered_sooner_than_the_slowest_look_up(browser: Browser, number: str) -> None:
    for email in (ANA, "eve@nowhere.example"):
        start = perf_counter()
        _look_up(browser, number, email)
        assert perf_counter() - start >= SECONDS


def test_asking_for_links_says_the_same_to_strangers_and_mails_nothing(
    browser: Browser, number: str, world: World
) -> None:
    before = len(world.relay.taken)
    known = browser.post("/status/links", 200, email=ANA).text
    unknown = browser.post("/status/links", 200, email="eve@nowhere.example").text
    assert known.replace(ANA, "A") == unknown.replace("eve@nowhere.example", "A")
    world.work()
    assert [letter.recipient for letter in world.relay.taken[before:]] == [ANA]
