"""Row 24. Whoever asks too often waits, whatever address they claim to come from."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailgate.queue.nudges import connect
from tests.support.browsing import BASE, Browser
from tests.support.databases import Fresh
from tests.web.conftest import AFAR, Site
from web.access.who import WRONG_TOKENS

TICKETS = "/api/v1/tickets"
PROXY = {"REMOTE_ADDR": "198.51.100.9"}  # in the settings' trusted network


@pytest.fixture(autouse=True)
def no_limits_reached(fresh: Fresh) -> None:
    connect(fresh.redis_url).flushdb()


@pytest.fixture
def browser(site: Site) -> Browser:
    """Nobody's."""
    return Browser(site.client)


def _asker(browser: Browser) -> Callable[..., int]:
    """Posts a form from afar, each time with another made-up X-Forwarded-For."""
    browser.get("/status")
    claimed = iter(range(250))

    def ask(path: str, **fields: str) -> int:
        answer = browser.client.post(
            path, data={"csrf": browser.csrf, **fields}, base_url=BASE, environ_overrides=AFAR,
            headers={"X-Forwarded-For": f"192.0.2.{next(claimed)}"},
        )  # fmt: skip
        return answer.status_code

    return ask


def test_too_many_tries_to_sign_in_have_to_wait(browser: Browser) -> None:
    ask = _asker(browser)
    tries = [ask("/sign-in", email="eve@nordlicht.example", password="x") for _ in range(11)]
    assert tries == [422] * 10 + [429]
    others = [ask("/sign-in", email=f"eve{number}@nordlicht.example", password="x") for number in range(20)]
    assert others == [422] * 19 + [429], "one address, many accounts"


def test_floods_of_look_ups_and_links_are_slowed(browser: Browser) -> None:
    ask = _asker(browser)
    looks = [ask("/status", number="TKT-1", email="eve@nowhere.example") for _ in range(11)]
    assert looks == [200] * 10 + [429]
    links = [ask("/status/links", email="eve@nowhere.example") for _ in range(4)]
    assert links == [200] * 3 + [429]


def test_wrong_tokens_are_counted_by_address(site: Site) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    for _ in range(WRONG_TOKENS):
        assert site.ask("GET", TICKETS, None, headers=wrong, environ_overrides=AFAR).status_code == 401
    answer = site.ask("GET", TICKETS, None, headers=wrong, environ_overrides=AFAR)
    assert (answer.status_code, answer.get_json()["error"]) == (429, "too_many")
    assert int(answer.headers["Retry-After"]) > 0
    # Saying that one comes from elsewhere does not help; a right token and everybody else are served.
    rotated = {**wrong, "X-Forwarded-For": "192.0.2.1"}
    assert site.ask("GET", TICKETS, None, headers=rotated, environ_overrides=AFAR).status_code == 429
    assert site.ask("GET", TICKETS, environ_overrides=AFAR).status_code == 200
    elsewhere = {"REMOTE_ADDR": "203.0.113.8"}
    assert site.ask("GET", TICKETS, None, headers=wrong, environ_overrides=elsewhere).status_code == 401


def test_a_trusted_proxy_tells_who_is_counted(site: Site) -> None:
    def ask(client: str) -> int:
        headers = {"Authorization": "Bearer wrong", "X-Forwarded-For": f"192.0.2.200, {client}"}
        return site.ask("GET", TICKETS, None, headers=headers, environ_overrides=PROXY).status_code

    assert [ask("203.0.113.9") for _ in range(WRONG_TOKENS + 1)][-1] == 429
    assert ask("203.0.113.10") == 401


def test_this_machine_is_not_limited(site: Site) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    for _ in range(WRONG_TOKENS + 2):
        assert site.ask("GET", TICKETS, None, headers=wrong).status_code == 401


def test_named_networks_are_not_limited_unless_they_speak_for_others(site: Site) -> None:
    wrong, named = {"Authorization": "Bearer wrong"}, {"REMOTE_ADDR": "198.18.0.7"}
    for _ in range(WRONG_TOKENS + 2):
        assert site.ask("GET", TICKETS, None, headers=wrong, environ_overrides=named).status_code == 401
    forwarded = {**wrong, "X-Forwarded-For": "192.0.2.1"}
    tries = [
        site.ask("GET", TICKETS, None, headers=forwarded, environ_overrides=named).status_code
        for _ in range(WRONG_TOKENS + 1)
    ]
    assert tries == [401] * WRONG_TOKENS + [429]
