"""Signing in, by password and by link, and what stays shut without."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from mailgate import clock
from mailgate.office.links import sign_in_link
from mailgate.store.agents import agent_by_email
from tests.support.browsing import BASE, Browser
from tests.support.world import World
from tests.web.conftest import MARA, PASSWORD, Site


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


def test_links_that_nobody_used_in_time_are_forgotten(browser: Browser, link: str, world: World) -> None:
    late = "UPDATE tokens SET expires_at = :then WHERE kind = 'sign-in'"
    with world.owner.engine.begin() as connection:
        connection.execute(text(late), {"then": datetime.now(UTC) - timedelta(seconds=1)})
    assert "does not work any more" in browser.get(link, 410)
    with world.database.desk(1) as session:
        agent = agent_by_email(session, MARA)
        assert agent is not None
        sign_in_link(session, agent, clock.now(), BASE)  # this one has time yet
    count = "SELECT count(*) FROM tokens WHERE kind = 'sign-in'"
    before = world.count(count)
    browser.sign_in(MARA, PASSWORD)
    assert (before, world.count(count)) == (2, 1)
