"""A mailbox that is not fetched is seen by admins wherever they are; what is wrong stands on a page of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import text

from mailgate import clock, oauth
from mailgate.office.passwords import set_password
from mailgate.office.setup import add_agent
from tests.support.browsing import Browser
from tests.support.fetching import connect_mailbox, how_it_goes
from tests.support.token_server import TokenServer, token_server
from tests.support.world import DESK, World
from tests.web.conftest import PASSWORD, Site

ALARM = 'title="Mailboxes, 1"'


@pytest.fixture
def admin(site: Site, world: World) -> Browser:
    with world.database.desk(1) as session:
        person = add_agent(session, "ida@nordlicht.example", "admin", clock.now())
        set_password(session, person, PASSWORD)
    browser = Browser(site.app.test_client())
    browser.sign_in("ida@nordlicht.example", PASSWORD)
    return browser


def test_a_mailbox_that_is_not_fetched_alarms_admins(admin: Browser, browser: Browser, world: World) -> None:
    assert "delivered to this machine" in admin.get("/admin/mailboxes")
    connect_mailbox(world, 143, "secret")
    assert ALARM not in admin.get("/")
    _set(world, complaint="the server refuses the user name or password", changed_at=clock.now() - timedelta(hours=1))
    assert ALARM in admin.get("/")
    page = admin.get("/admin/mailboxes")
    assert "Not fetched" in page
    assert "refuses the user name or password" in page
    assert ALARM not in browser.get("/"), "an agent could do nothing about it"
    browser.get("/admin/mailboxes", 403)
    _set(world, good_at=clock.now(), complaint=None)
    assert ALARM not in admin.get("/")


def test_a_password_that_ends_soon_alarms_before_it_bites(admin: Browser, world: World) -> None:
    connect_mailbox(world, 143, "secret")
    _set(world, good_at=clock.now(), expires_at=clock.now() + timedelta(days=13))
    assert ALARM in admin.get("/")
    assert "ends on" in admin.get("/admin/mailboxes")
    _set(world, expires_at=clock.now() + timedelta(days=30))
    assert ALARM not in admin.get("/")


def test_nobody_sees_another_organisations_mailboxes(admin: Browser, world: World) -> None:
    with world.owner.engine.begin() as connection:
        connection.execute(text("INSERT INTO organisations (name, created_at) VALUES ('Other', now())"))
        connection.execute(
            text(
                "INSERT INTO mailboxes (org_id, address, name, created_at)"
                " SELECT id, 'help@other.example', 'Other', now() FROM organisations WHERE name = 'Other'"
            )
        )
    page = admin.get("/admin/mailboxes")
    assert DESK in page
    assert "other.example" not in page


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenServer]:
    """Microsoft and Google are this token server."""
    with token_server() as running:
        for name, known in oauth.PROVIDERS.items():
            device_url = known.device_url and f"{running.url}/device"
            here = replace(known, token_url=f"{running.url}/token", device_url=device_url)
            monkeypatch.setitem(oauth.PROVIDERS, name, here)
        yield running


def test_somebody_signs_in_at_microsoft_by_a_code(admin: Browser, world: World, provider: TokenServer) -> None:
    connect_mailbox(world, 143, "secret", host="outlook.office365.com", folders=("INBOX", "Info"), after="nothing")
    page = admin.get("/admin/mailboxes")
    url = re.findall(r'href="(/admin/mailboxes/\d+/sign-in)"', page)[0]
    assert "Client ID" in admin.get(url)
    wrong = admin.post(url, 422, provider="elsewhere", client_id="x").text
    assert "Sign in at one of" in wrong
    wrong = admin.post(url, 422, provider="microsoft", client_id="x", tenant="a/../b").text
    assert "no name or id of an organisation" in wrong
    asked = admin.post(url, 200, provider="microsoft", client_id="mailgate", tenant="nordlicht.example").text
    assert "https://login.example/device" in asked
    assert "WDJB-MJHT" in asked
    begun = _begun(asked)
    assert "device_code" not in asked
    provider.answers = [(400, {"error": "authorization_pending"}), (400, {"error": "expired_token"})]
    assert "Nobody has signed in with this code yet" in admin.post(f"{url}/end", 422, begun=begun).text
    assert "expired_token" in admin.post(f"{url}/end", 422, begun=begun).text
    provider.lasts = 7 * 86400
    admin.post(f"{url}/end", begun=begun)
    account = how_it_goes(world).account
    assert (account.host, account.folders, account.after) == ("outlook.office365.com", ["INBOX", "Info"], "nothing")
    assert account.oauth == {"token_url": f"{provider.url}/token", "client_id": "mailgate"}
    assert "ends on" in admin.get("/admin/mailboxes"), "it is warned of before it bites"
    assert f'mailgate_sign_in_left_seconds{{mailbox="{DESK}"}} 6' in admin.get("/metrics")
    assert 'value="mailgate"' in admin.get(url), "next time the application is known"


def test_somebody_signs_in_at_google_by_browser(admin: Browser, world: World, provider: TokenServer) -> None:
    url = re.findall(r'href="(/admin/mailboxes/\d+/sign-in)"', admin.get("/admin/mailboxes"))[0]
    admin.get(url)
    asked = admin.post(
        url, 200, provider="google", client_id="id", client_secret="its own", username="a@b.example"
    ).text
    state = re.findall(r"state=([^&]+)", unescape(asked))[0]
    begun = _begun(asked)
    assert "not the address" in admin.post(f"{url}/end", 422, begun=begun, address="https://elsewhere.example").text
    admin.post(f"{url}/end", begun=begun, address=f"http://127.0.0.1:8029/?state={state}&code=abc")
    account = how_it_goes(world).account
    assert (account.host, account.username, account.security) == ("imap.gmail.com", "a@b.example", "tls")
    assert provider.asked[-1]["client_secret"] == "its own"
    admin.post(url.replace("/sign-in", "0/sign-in/end"), 404, begun=begun, address="x")
    admin.post(f"{url}/end", 409, begun="made up", address="x")


def _begun(page: str) -> str:
    found = re.search(r'name="begun" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def _set(world: World, **values: object) -> None:
    columns = ", ".join(f"{name} = :{name}" for name in values)
    with world.owner.engine.begin() as connection:
        connection.execute(text(f"UPDATE imap_accounts SET {columns}"), values)
