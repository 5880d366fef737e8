"""Signing in with a second factor, recovery codes, sessions, and a new password by mail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mailgate import clock, totp
from mailgate.office.second_factor import take_away
from mailgate.store.agents import agent_by_email
from mailgate.store.audit import entries
from mailgate.store.organisations import own
from tests.support.browsing import Browser
from tests.support.world import World
from tests.web.conftest import AFAR, MARA, PASSWORD, Site

Wait = Callable[[float], None]


@pytest.fixture
def wait() -> Iterator[Wait]:
    """Let seconds pass."""
    passed = timedelta(0)

    def go(seconds: float) -> None:
        nonlocal passed
        passed += timedelta(seconds=seconds)
        now = datetime.now(UTC) + passed
        clock.follow(lambda: now)

    go(0)
    yield go
    clock.follow(None)


def _other(site: Site) -> Browser:
    return Browser(site.app.test_client(use_cookies=True))


def _set_up(browser: Browser) -> tuple[str, list[str]]:
    """The secret, and the recovery codes."""
    browser.get("/me/security")
    page = browser.post("/me/security/factor/beginning", 200).text
    assert "<svg" in page
    (secret,) = re.findall(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    secret = secret.replace(" ", "")
    (begun,) = re.findall(r'name="begun" value="([^"]+)"', page)
    assert "not the code the app shows" in browser.post("/me/security/factor", 422, code="000000", begun=begun).text
    done = browser.post("/me/security/factor", 200, code=_code(secret), begun=begun).text
    return secret, re.findall(r"<li><code>([a-z0-9-]+)</code>", done)


def _code(secret: str) -> str:
    return totp.code_at(secret, int(clock.now().timestamp()) // 30)


def _first_step(browser: Browser, password: str = PASSWORD) -> str:
    """What proves that the password was right."""
    browser.get("/sign-in")
    page = browser.post("/sign-in", 200, email=MARA, password=password).text
    assert "Your second factor" in page
    browser.get("/", 303)  # not in yet
    (step,) = re.findall(r'name="step" value="([^"]+)"', page)
    return str(step)


def _second_step(browser: Browser, step: str, code: str, expected: int = 303) -> str:
    return browser.post("/sign-in/second-step", expected, step=step, code=code, next="/me").text


def test_a_second_factor_from_setting_it_up_to_losing_it(
    browser: Browser, site: Site, world: World, wait: Wait
) -> None:
    elsewhere = _other(site)
    elsewhere.sign_in(MARA, PASSWORD)
    secret, codes = _set_up(browser)
    assert len(set(codes)) == 10
    elsewhere.get("/", 303)  # what was signed in by password alone has ended
    with world.owner.engine.begin() as connection:
        (stored,) = connection.exec_driver_sql("SELECT totp_secret FROM agents WHERE totp_secret IS NOT NULL").one()
        assert secret.encode() not in bytes(stored)
        hashes = [bytes(row[0]) for row in connection.exec_driver_sql("SELECT hash FROM recovery_codes")]
    assert not any(code.encode() in digest for code in codes for digest in hashes)
    wait(30)
    step = _first_step(elsewhere)
    assert "wrong, or was used already" in _second_step(elsewhere, step, "000000", 422)
    code = _code(secret)
    _second_step(elsewhere, step, code)
    assert "Mara Koch" in elsewhere.get("/")
    third = _other(site)
    _second_step(third, _first_step(third), code, 422)  # each code once
    _second_step(third, step, codes[0], 422)  # each first step once
    step = _first_step(third)
    _second_step(third, step, codes[0].upper().replace("-", " "))
    assert "9 recovery codes are left" in third.get("/me/security")
    fourth = _other(site)
    _second_step(fourth, _first_step(fourth), codes[0], 422)
    step = _first_step(fourth)
    wait(11 * 60)
    assert "took too long" in _second_step(fourth, step, _code(secret), 422)
    # Lost: an admin takes it away, and with it the password and every session.
    with world.database.desk(1) as session:
        mara = agent_by_email(session, MARA)
        assert mara is not None
        take_away(session, mara)
    third.get("/", 303)
    fourth.get("/sign-in")
    fourth.post("/sign-in", 422, email=MARA, password=PASSWORD)


def test_a_shorter_password_is_enough_beside_it_and_not_alone(browser: Browser, site: Site) -> None:
    _set_up(browser)
    elsewhere = _other(site)
    elsewhere.get("/password", 303)
    browser.get("/password")
    browser.post("/password", 422, password="seven c")
    browser.post("/password", password="nine char")
    browser.get("/me/security")
    assert "is not your password" in browser.post("/me/security/factor/removal", 422, password="wrong").text
    assert "set a longer one first" in browser.post("/me/security/factor/removal", 422, password="nine char").text
    browser.post("/me/security/codes", 200)
    browser.get("/password")
    browser.post("/password", password=PASSWORD)
    browser.get("/me/security")
    browser.post("/me/security/factor/removal", password=PASSWORD)
    elsewhere.sign_in(MARA, PASSWORD)
    elsewhere.get("/")


def test_an_organisation_may_ask_for_a_second_factor(browser: Browser, world: World) -> None:
    with world.database.desk(1) as session:
        own(session).needs_second_factor = True
    answer = browser.client.get("/", base_url="https://desk.example")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/me/security")
    assert browser.client.get("/api/v1/tickets", base_url="https://desk.example").status_code == 403
    browser.get("/password")
    _set_up(browser)
    assert "Mara Koch" in browser.get("/")
    browser.get("/me/security")
    browser.post("/me/security/factor/removal", 409, password=PASSWORD)


def test_sessions_are_told_apart_and_ended(browser: Browser, site: Site, world: World) -> None:
    phone, tablet = _other(site), _other(site)
    agent = {"User-Agent": "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"}
    phone.get("/sign-in", headers=agent)
    phone.client.post(
        "/sign-in", data={"csrf": phone.csrf, "email": MARA, "password": PASSWORD}, headers=agent,
        base_url="https://desk.example", environ_overrides=AFAR,
    )  # fmt: skip
    tablet.sign_in(MARA, PASSWORD)
    page = browser.get("/me/security")
    assert "Firefox on Android" in page
    assert "203.0.113.7" in page
    ids = re.findall(r"/me/security/sessions/(\d+)/removal", page)
    assert len(ids) == 2
    browser.post(f"/me/security/sessions/{ids[1]}/removal")
    browser.post(f"/me/security/sessions/{ids[1]}/removal", 404)
    phone.get("/", 303)
    tablet.get("/")
    browser.post("/me/security/sessions/removal")
    tablet.get("/", 303)
    browser.get("/")
    with world.database.desk(1) as session:
        assert [(one.deed, one.name) for one in entries(session, what="session", limit=9)] == [("signed in", MARA)] * 3


def test_a_new_password_comes_by_mail_and_asking_tells_nothing(site: Site, world: World, browser: Browser) -> None:
    nobody = _other(site)
    answers = []
    for email in (MARA, "nobody@nordlicht.example"):
        nobody.get("/forgotten-password")
        answers.append(nobody.post("/forgotten-password", 200, email=email).text.replace(email, "X"))
    assert answers[0] == answers[1]
    nobody.post("/forgotten-password", 200, email=MARA)  # asked for again before it was written: it is written once
    nobody.post("/forgotten-password", 422, email="no address")
    world.work()
    (letter,) = world.relay.to(MARA)
    assert not world.relay.to("nobody@nordlicht.example")
    (link,) = set(re.findall(r"/sign-in/[\w-]+\?next=/password", letter.text))
    assert "Welcome, Mara" in nobody.get(link)
    answer = nobody.post(link.partition("?")[0], next="/password")
    assert answer.headers["Location"] == "/password"
    nobody.get("/password")
    nobody.post("/password", password="an entirely new sentence")
    browser.get("/", 303)  # a new password ends every other session
    nobody.get(link, 410)
    nobody = _other(site)
    nobody.get("/forgotten-password")
    for times in range(4):
        answer = nobody.client.post(
            "/forgotten-password", data={"csrf": nobody.csrf, "email": "ben@nordlicht.example"}, environ_overrides=AFAR,
            base_url="https://desk.example",
        )  # fmt: skip
        assert answer.status_code == (200 if times < 3 else 429), times


def test_codes_cannot_be_guessed_at_leisure(browser: Browser, site: Site) -> None:
    _set_up(browser)
    thief = _other(site)
    for times in range(11):
        step = _first_step(thief)  # at home: passwords are not limited here
        answer = thief.client.post(
            "/sign-in/second-step", data={"csrf": thief.csrf, "step": step, "code": "000000", "next": "/"},
            base_url="https://desk.example", environ_overrides={"REMOTE_ADDR": f"203.0.113.{times}"},
        )  # fmt: skip
        assert answer.status_code == (422 if times < 10 else 429), times
