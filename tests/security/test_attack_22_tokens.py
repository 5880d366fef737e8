"""Row 22. Secrets that open something are long, stored as hashes, end, and work once where they change something."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mailgate import clock
from mailgate.office.links import sign_in_link
from mailgate.store.agents import agent_by_email
from mailgate.tokens import hashed, secret
from tests.support.browsing import BASE, Browser
from tests.support.world import World
from tests.web.conftest import MARA, Site


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


def test_secrets_are_long_different_and_stored_only_as_hashes() -> None:
    made = {secret() for _ in range(1000)}
    assert len(made) == 1000
    assert min(map(len, made)) >= 26
    assert len(hashed("x")) == 32


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


@pytest.mark.parametrize("path", ["/s/", "/s/%00", "/s/'", "/sign-in/", "/sign-in/%00", "/s/" + "a" * 5000])
def test_empty_and_odd_tokens_open_nothing(browser: Browser, path: str) -> None:
    answer = browser.client.get(path, base_url=BASE)
    assert answer.status_code in (308, 404, 410), answer.status_code
