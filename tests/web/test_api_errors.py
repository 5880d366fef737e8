"""What goes wrong is one JSON object with the right code; and who asks too often, from where, is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Response

from mailgate import clock
from mailgate.errors import Temporary
from mailgate.office.links import make_api_token
from mailgate.queue.nudges import connect
from tests.support.databases import Fresh
from tests.support.world import World
from tests.web.conftest import Site
from web.access import POLICY, Rule

TICKETS = "/api/v1/tickets"
PROXY = {"REMOTE_ADDR": "198.51.100.9"}  # in the settings' trusted network


@pytest.fixture(autouse=True)
def no_limits_reached(fresh: Fresh) -> None:
    connect(fresh.redis_url).flushdb()


def _is_error(answer: object, status: int, code: str) -> None:
    body = answer.get_json()  # type: ignore[attr-defined]
    assert answer.status_code == status, answer.text  # type: ignore[attr-defined]
    assert set(body) == {"error", "message", "fields"}
    assert body["error"] == code
    assert body["message"].endswith(".")


def test_a_body_that_is_no_json_is_400(site: Site) -> None:
    for data, kind in (
        (b"{", "application/json"),
        (b"", "application/json"),
        (b'{"a": "\\ud800"}', "application/json"),
    ):
        _is_error(site.ask("POST", TICKETS, data=data, content_type=kind), 400, "bad_request")
    _is_error(site.ask("POST", TICKETS, data={"subject": "x"}), 400, "bad_request")
    deep = b"[" * 100_000
    assert site.ask("POST", TICKETS, data=deep, content_type="application/json").status_code in (400, 422)
    _is_error(site.ask("POST", TICKETS, json=[]), 422, "invalid")


def test_what_no_text_column_takes_is_refused_in_every_field(site: Site) -> None:
    for path in ("/replies?category=%00", "/tickets?tag=a,%00", "/audit?q=%00", "/tickets?q=%00"):
        answer = site.ask("GET", f"/api/v1{path}", "admin")
        assert answer.status_code in (200, 422), answer.text
    _is_error(site.ask("GET", "/api/v1/replies?category=%00", "admin"), 422, "invalid")
    _is_error(site.ask("POST", "/api/v1/replies", "admin", json={"name": "x", "body": "a\0b"}), 422, "invalid")


def test_without_a_valid_token_it_is_401(site: Site, world: World) -> None:
    with world.database.desk(1) as session:
        over = make_api_token(session, "late", "owner", clock.now(), expires=clock.now() - timedelta(seconds=1)).secret
        link = make_api_token(session, "link", "owner", clock.now())
        link.token.kind = "sign-in"
    for header in (
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {over}",
        f"Bearer {link.secret}",
        "Basic dTpw",
        "Bearer \xe9",
    ):
        answer = site.ask("GET", TICKETS, None, headers={} if header is None else {"Authorization": header})
        _is_error(answer, 401, "not_signed_in")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_unknown_paths_and_methods_say_so(site: Site) -> None:
    _is_error(site.ask("GET", "/api/v1/nothing"), 404, "not_found")
    _is_error(site.ask("GET", "/api/v1/nothing", None), 404, "not_found")
    answer = site.ask("DELETE", TICKETS)
    _is_error(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


def test_a_page_that_goes_wrong_is_a_page(site: Site) -> None:
    answer = site.ask("GET", "/nothing", None)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "There is nothing here" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_body_that_is_too_large_is_413(site: Site) -> None:
    body = b'{"subject": "' + b"x" * (5 * 2**20) + b'"}'
    _is_error(site.ask("POST", TICKETS, data=body, content_type="application/json"), 413, "too_large")


def test_a_failure_of_ours_is_500_without_a_word_of_ours(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Response:
        raise RuntimeError("postgresql://user:pass@db/ is down")

    monkeypatch.setitem(POLICY, "failing", Rule(None))
    site.app.add_url_rule("/api/failing", "failing", fail)
    site.app.add_url_rule("/failing", "failing_page", fail)
    monkeypatch.setitem(POLICY, "failing_page", Rule(None))
    _is_error(site.ask("GET", "/api/failing", None), 500, "internal")
    for path in ("/api/failing", "/failing"):
        answer = site.ask("GET", path, None)
        assert answer.status_code == 500
        assert "postgresql" not in answer.text
        assert "Traceback" not in answer.text


def test_a_database_that_is_away_is_503(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> object:
        raise Temporary("The database cannot be reached.")

    monkeypatch.setattr(site.app.extensions["mailgate"].database, "crossing", away)
    answer = site.ask("GET", TICKETS)
    _is_error(answer, 503, "try_again")
    assert int(answer.headers["Retry-After"]) > 0


def test_every_answer_carries_the_security_headers(site: Site) -> None:
    number = site.open()["number"]
    for path in (TICKETS, f"{TICKETS}/{number}", "/api/v1/docs", "/healthz", "/nothing", f"{TICKETS}/x", "/metrics"):
        headers = site.ask("GET", path).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Strict-Transport-Security"]
