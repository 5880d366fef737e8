"""Browser sessions: a secret in a cookie, its hash in the database, and a token on every change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import request

from mailgate import clock
from mailgate.errors import NotFound
from mailgate.office.leaving import revoke, switch_off, switch_on
from mailgate.queue.nudges import connect
from mailgate.settings import Settings
from mailgate.store.agents import agent_by_email
from mailgate.tokens import hashed
from tests.support.databases import Fresh
from tests.support.world import World
from tests.web.conftest import Site
from web.access import POLICY, Rule, desk, desk_of, sign_in, sign_out
from web.access.sessions import LASTS
from web.app import make
from web.forms import csrf_token

MARA = "mara@nordlicht.example"
COOKIE = "__Host-mailgate"


@pytest.fixture
def pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Pages as small as they get: one with a form's token, one that signs Mara in, one that signs out."""

    def enter() -> str:
        with desk_of(1) as session:
            agent = agent_by_email(session, request.form["email"])
            if agent is None:
                raise NotFound("Nobody.")
            sign_in(session, agent)
        return "in"

    def leave() -> str:
        with desk() as session:
            sign_out(session)
        return "out"

    for name, view, rule in (
        ("form", csrf_token, Rule(None)),
        ("enter", enter, Rule(None)),
        ("leave", leave, POLICY["api.list_tickets"]),
    ):
        monkeypatch.setitem(POLICY, name, rule)
        site.app.add_url_rule(f"/{name}", name, view, methods=["GET"] if name == "form" else ["POST"])
    return site


def _token(pages: Site) -> str:
    return pages.ask("GET", "/form", None).text


def _enter(pages: Site) -> str:
    """Sign in; the session's secret."""
    answer = pages.ask("POST", "/enter", None, data={"email": MARA, "csrf": _token(pages)})
    assert answer.status_code == 200, answer.text
    cookie = pages.client.get_cookie(COOKIE, domain="desk.example")
    assert cookie is not None
    return cookie.value


def test_signing_in_makes_a_cookie_nobody_else_can_use(pages: Site) -> None:
    answer = pages.ask("POST", "/enter", None, data={"email": MARA, "csrf": _token(pages)})
    (cookie,) = [value for value in answer.headers.getlist("Set-Cookie") if value.startswith(COOKIE)]
    for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/", f"Max-Age={int(LASTS.total_seconds())}"):
        assert part in cookie
    assert "Domain" not in cookie


def test_without_https_the_cookie_has_no_prefix(world: World, settings: Settings) -> None:
    app = make(settings.model_copy(update={"base_url": "http://127.0.0.1:8025"}))
    answer = app.test_client().get("/nothing")
    assert "Strict-Transport-Security" not in answer.headers
    with app.test_request_context("/"):
        from web.access.sessions import cookie_name

        assert cookie_name("mailgate") == "mailgate"
    app.extensions["mailgate"].database.close()


def test_a_signed_in_agent_uses_the_api_under_their_own_name(pages: Site) -> None:
    _enter(pages)
    number = pages.open()["number"]
    note = {"body": "Seen.", "internal": True}
    refused = pages.ask("POST", f"/api/v1/tickets/{number}/messages", None, json=note)
    assert refused.status_code == 422
    assert set(refused.get_json()["fields"]) == {"csrf"}
    with_token = {"X-CSRF-Token": _token(pages)}
    answer = pages.ask("POST", f"/api/v1/tickets/{number}/messages", None, json=note, headers=with_token)
    assert answer.status_code == 201
    assert answer.get_json()["from"]["name"] == "Mara Koch"
    event = pages.get(f"/tickets/{number}/events", None)["items"][-1]
    assert event["actor"] == {"kind": "agent", "name": "Mara Koch"}


def test_only_the_hash_is_stored(pages: Site, world: World) -> None:
    secret = _enter(pages)
    with world.owner.engine.begin() as connection:
        (row,) = connection.exec_driver_sql("SELECT hash, expires_at - created_at FROM sessions").all()
    assert row == (hashed(secret), LASTS)


def test_signing_in_again_makes_a_new_secret_and_ends_the_old_one(pages: Site, world: World) -> None:
    first, second = _enter(pages), _enter(pages)
    assert first != second
    assert world.count("SELECT count(*) FROM sessions") == 1
    pages.client.set_cookie(COOKIE, first, domain="desk.example", secure=True, path="/", httponly=True)
    assert pages.ask("GET", "/api/v1/tickets", None).status_code == 401


def test_a_secret_from_elsewhere_is_not_taken_over(pages: Site) -> None:
    pages.client.set_cookie(COOKIE, "chosen-by-somebody-else", domain="desk.example", secure=True, path="/")
    assert _enter(pages) != "chosen-by-somebody-else"


def test_signing_out_ends_the_session_and_takes_the_cookie(pages: Site, world: World) -> None:
    secret = _enter(pages)
    assert pages.ask("POST", "/leave", None).status_code == 422  # another site's form knows no token
    assert pages.ask("POST", "/leave", None, data={"csrf": _token(pages)}).status_code == 200
    assert pages.client.get_cookie(COOKIE, domain="desk.example") is None
    assert world.count("SELECT count(*) FROM sessions") == 0
    pages.client.set_cookie(COOKIE, secret, domain="desk.example", secure=True, path="/")
    assert pages.ask("GET", "/api/v1/tickets", None).status_code == 401


def test_a_session_ends_after_its_time(pages: Site) -> None:
    _enter(pages)
    later = clock.now() + LASTS - timedelta(minutes=1)
    clock.follow(lambda: later)
    try:
        assert pages.ask("GET", "/api/v1/tickets", None).status_code == 200
        clock.follow(lambda: later + timedelta(minutes=2))
        assert pages.ask("GET", "/api/v1/tickets", None).status_code == 401
    finally:
        clock.follow(None)


def test_flushing_redis_signs_nobody_out(pages: Site, fresh: Fresh) -> None:
    _enter(pages)
    connect(fresh.redis_url).flushall()
    assert pages.ask("GET", "/api/v1/tickets", None).status_code == 200


def test_an_agent_who_is_switched_off_is_out_at_once(pages: Site, world: World) -> None:
    _enter(pages)
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE agents SET active = false")
    assert pages.ask("GET", "/api/v1/tickets", None).status_code == 401


def test_a_form_of_another_site_cannot_sign_anybody_in(pages: Site) -> None:
    stolen = pages.app.test_client().get("/form", base_url="https://desk.example").text
    for data in (
        {"email": MARA},
        {"email": MARA, "csrf": ""},
        {"email": MARA, "csrf": "é"},
        {"email": MARA, "csrf": stolen},
    ):
        assert pages.ask("POST", "/enter", None, data=data).status_code == 422
    _token(pages)
    assert pages.ask("POST", "/enter", None, data={"email": MARA, "csrf": stolen}).status_code == 422


def test_a_wrong_token_is_not_helped_by_the_browsers_session(pages: Site) -> None:
    _enter(pages)
    wrong = {"Authorization": "Bearer wrong"}
    assert pages.ask("GET", "/api/v1/tickets", None, headers=wrong).status_code == 401


def test_somebody_who_is_not_signed_in_is_led_to_the_sign_in_page(pages: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POLICY, "inbox", POLICY["api.list_tickets"])
    pages.app.add_url_rule("/inbox", "inbox", lambda: "tickets", methods=["GET", "POST"])
    answer = pages.ask("GET", "/inbox?view=mine&q=a b", None)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/inbox%3Fview%3Dmine%26q%3Da%20b"
    assert pages.ask("POST", "/inbox", None).headers["Location"] == "/sign-in?next=/"


def test_whoever_is_switched_off_is_out_at_once_and_stays_out_when_switched_on(pages: Site, world: World) -> None:
    _enter(pages)
    assert pages.ask("GET", "/api/v1/tickets", None).status_code == 200
    for is_on in (False, True):
        with world.database.desk(1) as session:
            mara = agent_by_email(session, MARA)
            assert mara is not None
            (switch_on if is_on else switch_off)(session, mara)
        assert pages.ask("GET", "/api/v1/tickets", None).status_code == 401


def test_a_revoked_token_opens_nothing(site: Site, world: World) -> None:
    site.get("/tickets", "viewer")
    with world.database.desk(1) as session:
        assert revoke(session, "The viewer") == 1
    assert site.ask("GET", "/api/v1/tickets", "viewer").status_code == 401
    site.get("/tickets", "agent")
