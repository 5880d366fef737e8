"""Signing in, by password and by link, and what stays shut without."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from mailgate import clock
from mailgate.office.links import sign_in_link
from mailgate.store.agents import agent_by_email
from tests.support.browsing import BASE, Browser
from tests.support.world import World
from tests.web.conftest import AFAR, MARA, PASSWORD, Site


@pytest.fixture
def browser(site: Site, password: str) -> Browser:
    """Nobody's yet."""
    return Browser(site.client)


@pytest.fixture
def link(world: World) -> str:
    with world.database.desk(1) as session:
        agent = agent_by_email(session, MARA)
        assert agent is not None
        return sign_in_link(session, agent, clock.now(), BASE).removeprefix(BASE)


@pytest.fixture
def _later() -> Iterator[None]:
    yield
    clock.follow(None)


def test_whoever_is_not_signed_in_is_led_there_and_back(browser: Browser) -> None:
    answer = browser.client.get("/t/TKT-1?x=1", base_url=BASE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/t/TKT-1%3Fx%3D1")
    page = browser.get("/sign-in?next=/t/TKT-1%3Fx%3D1")
    assert 'value="/t/TKT-1?x=1"' in page
    answer = browser.post("/sign-in", email=MARA, password=PASSWORD, next="/t/TKT-1?x=1")
    assert answer.headers["Location"] == "/t/TKT-1?x=1"
    assert "Mara Koch" in browser.get("/")


@pytest.mark.parametrize(
    "away",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "evil",
        "",
    ],
)
def test_signing_in_leads_nowhere_else(browser: Browser, away: str) -> None:
    browser.get("/sign-in")
    assert browser.post("/sign-in", email=MARA, password=PASSWORD, next=away).headers["Location"] == "/"


def test_wrong_password_and_unknown_user_get_the_same_words(browser: Browser) -> None:
    browser.get("/sign-in")
    wrong = browser.post("/sign-in", 422, email=MARA, password="not the one").text
    unknown = browser.post("/sign-in", 422, email="eve@nordlicht.example", password="not the one").text
    assert "do not belong together" in wrong
    assert wrong.replace(MARA, "") == unknown.replace("eve@nordlicht.example", "")


def test_attack_23_unknown_users_cost_the_same_work_as_wrong_passwords(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
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


def test_too_many_tries_have_to_wait(browser: Browser) -> None:
    browser.get("/sign-in")
    answers = [
        browser.client.post(
            "/sign-in",
            data={"csrf": browser.csrf, "email": "eve@nordlicht.example", "password": "x"},
            base_url=BASE,
            environ_overrides=AFAR,
        )
        for _ in range(11)
    ]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "Too many tries" in answers[-1].text


def test_a_link_signs_in_once_and_looking_at_it_changes_nothing(browser: Browser, link: str) -> None:
    for _ in range(2):
        assert "Welcome, Mara Koch" in browser.get(link)
    assert browser.post(link).headers["Location"] == "/"
    assert "Mara Koch" in browser.get("/")
    again = Browser(browser.client.application.test_client())
    assert "does not work any more" in again.get(link, 410)
    again.get("/sign-in")
    assert "does not work any more" in again.post(link, 410).text


@pytest.mark.usefixtures("_later")
def test_a_link_that_is_too_old_signs_nobody_in(browser: Browser, link: str) -> None:
    browser.get(link)
    clock.follow(lambda: datetime.now(UTC) + timedelta(minutes=61))
    assert "does not work any more" in browser.post(link, 410).text


def test_a_made_up_link_signs_nobody_in(browser: Browser) -> None:
    assert "does not work any more" in browser.get("/sign-in/made-up", 410)


def test_a_new_password_signs_its_owner_out_elsewhere(browser: Browser, link: str) -> None:
    elsewhere = Browser(browser.client.application.test_client())
    elsewhere.sign_in(MARA, PASSWORD)
    browser.get(link)
    browser.post(link)
    browser.get("/password")
    assert "15 to 256 characters" in browser.post("/password", 422, password="too short").text
    browser.post("/password", password="an entirely new sentence")
    assert "Mara Koch" in browser.get("/")
    elsewhere.get("/", 303)
    elsewhere.sign_in(MARA, "an entirely new sentence")


@pytest.mark.usefixtures("_later")
def test_whoever_signed_in_long_ago_cannot_change_the_password(browser: Browser) -> None:
    browser.sign_in(MARA, PASSWORD)
    browser.get("/password")
    clock.follow(lambda: datetime.now(UTC) + timedelta(minutes=16))
    answer = browser.post("/password", password="an entirely new sentence")
    assert answer.headers["Location"] == "/sign-in?next=/password"


def test_signing_out_ends_the_session(browser: Browser) -> None:
    browser.sign_in(MARA, PASSWORD)
    browser.get("/")
    assert browser.post("/sign-out").headers["Location"] == "/sign-in"
    browser.get("/", 303)


def test_a_form_without_its_token_changes_nothing(browser: Browser) -> None:
    browser.get("/sign-in")
    browser.csrf = "x"
    assert "open too long" in browser.post("/sign-in", 422, email=MARA, password=PASSWORD).text
