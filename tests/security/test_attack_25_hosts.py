"""Row 25. Addresses in letters and pages come from the settings, never from what a request says of itself."""

from __future__ import annotations

from tests.support.browsing import BASE
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import Site

PROXY = {"REMOTE_ADDR": "198.51.100.9"}  # even of a proxy we trust


def test_only_our_own_names_are_answered(site: Site) -> None:
    for host in ("evil.example", "desk.example.evil.example", "desk.example@evil.example", "", "a b", "203.0.113.7"):
        answer = site.ask("GET", "/api/v1/docs", None, headers={"Host": host})
        assert answer.status_code == 400, host
        assert "evil" not in answer.text
    for host in ("desk.example", "DESK.example:443", "127.0.0.1:8025", "localhost", "[::1]:8025"):
        assert site.ask("GET", "/api/v1/docs", None, headers={"Host": host}).status_code == 200, host
    assert site.ask("GET", "/healthz", None, headers={"Host": "10.0.0.5:8025"}).status_code == 200


def test_a_link_leads_home_whatever_the_request_claims(site: Site, world: World) -> None:
    number = world.ticket(world.receive(mail()).ticket_id).number
    for name in ("X-Forwarded-Host", "X-Original-Host", "Forwarded", "X-Forwarded-Prefix", "X-Rewrite-URL"):
        headers = {name: "host=evil.example" if name == "Forwarded" else "evil.example"}
        for path in ("/", f"/t/{number}", "/sign-in", "/status", "/api/v1/openapi.json", "/nothing"):
            answer = site.client.get(
                path, base_url=BASE, headers=headers, environ_overrides={"REMOTE_ADDR": "198.51.100.9"}
            )
            assert "evil.example" not in answer.text + str(answer.headers), (name, path)
