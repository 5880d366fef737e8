"""Signing in at a provider (OpenID Connect), and everything a token may be that is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mailgate import calling, clock, oidc
from mailgate.errors import Permanent
from mailgate.settings import Settings
from mailgate.store.agents import agent_by_email
from mailgate.store.audit import entries
from tests.support.browsing import BASE, Browser
from tests.support.sign_in_provider import CLIENT, SECRET, SignInProvider, forged, key, sign_in_provider, signed
from tests.support.world import World
from tests.web.conftest import MARA, Site

AWAY, LATE = "does not work at present", "was begun in another window"


@pytest.fixture
def provider() -> Iterator[SignInProvider]:
    with sign_in_provider() as made:
        yield made


@pytest.fixture
def settings(settings: Settings, provider: SignInProvider) -> Settings:
    """As the others', with a provider."""
    known = {"oidc_issuer": f"{provider.issuer}/", "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    return Settings.model_validate({**settings.model_dump(), **known, "oidc_name": "Lusitel ID"})


def _there(browser: Browser, provider: SignInProvider, next_url: str = "/") -> str:
    """Go there and sign in: the address the browser is sent back to."""
    answer = browser.client.get(f"/sign-in/elsewhere?next={next_url}", base_url=BASE)
    assert answer.status_code == 303, answer.text
    code, state = provider.sign_in(answer.headers["Location"])
    return f"/sign-in/elsewhere/end?code={code}&state={state}"


def _other(site: Site) -> Browser:
    return Browser(site.app.test_client(use_cookies=True))


def test_whoever_signs_in_elsewhere_is_let_in_once(site: Site, world: World, provider: SignInProvider) -> None:
    browser = Browser(site.client)
    assert 'href="/sign-in/elsewhere?next=/t/TKT-1%3Fx%3D1">Sign in with Lusitel ID' in browser.get(
        "/sign-in?next=/t/TKT-1%3Fx%3D1"
    )
    provider.claims = {"email": "Mara@Nordlicht.example", "aud": [CLIENT, "other"], "azp": CLIENT}
    back = _there(browser, provider, "/t/TKT-1%3Fx%3D1")
    assert LATE in _other(site).get(back, 422)  # the address alone is worth nothing
    sealed = browser.client.get_cookie("__Host-elsewhere", domain="desk.example")
    answer = browser.client.get(back, base_url=BASE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/t/TKT-1?x=1")
    assert "Mara Koch" in browser.get("/")
    with world.database.desk(1) as session:
        assert [(one.deed, one.by_name) for one in entries(session, limit=1)] == [("signed in", "Mara Koch")]
    thief = _other(site)  # the whole conversation once more, cookie and all
    assert sealed is not None
    thief.client.set_cookie("__Host-elsewhere", sealed.value, domain="desk.example", secure=True)
    asked = len(provider.asked)
    assert LATE in thief.get(back, 422)
    assert len(provider.asked) == asked
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    provider.claims = {"email": None, "email_verified": None}
    provider.person = {"sub": "7", "email": MARA, "email_verified": "true"}
    assert thief.get(_there(thief, provider), 303)
    assert "Mara Koch" in thief.get("/")


def test_every_token_but_a_good_one_is_refused(site: Site, provider: SignInProvider) -> None:
    now = int(clock.now().timestamp())
    good = provider.said("not asked for")
    browser = Browser(site.client)
    for claims in (
        {"nonce": "another"}, {"nonce": None}, {"aud": "another"}, {"aud": ["another"]}, {"azp": "another"},
        {"iss": "https://evil.example"}, {"exp": now - 3600}, {"exp": None}, {"iat": now + 3600}, {"sub": None},
    ):  # fmt: skip
        provider.claims = claims
        assert AWAY in browser.get(_there(browser, provider), 422), claims
    provider.claims = {}
    for name in ("none", "HS256", "stranger", "rubbish"):
        page = browser.client.get("/sign-in/elsewhere", base_url=BASE)
        code, state = provider.sign_in(page.headers["Location"])
        claims = {**good, "nonce": page.headers["Location"].partition("nonce=")[2].partition("&")[0]}
        match name:
            case "stranger":
                provider.token = signed(claims, key("two"))
            case "rubbish":
                provider.token = "a.b.c"
            case _:
                provider.token = forged(claims, name)
        assert AWAY in browser.get(f"/sign-in/elsewhere/end?code={code}&state={state}", 422), name
    provider.token = None
    browser.get("/", 303)
    assert browser.get(_there(browser, provider), 303)  # and the same, told truly, is good


def test_people_are_told_why_they_are_not_let_in(site: Site, world: World, provider: SignInProvider) -> None:
    browser = Browser(site.client)
    for claims, words in (
        ({"email_verified": False}, "no mail address that was verified"),
        ({"email_verified": None}, "no mail address that was verified"),
        ({"email": "", "email_verified": True}, "no mail address that was verified"),
        ({"email": "nobody@nordlicht.example"}, "Ask an admin to add you"),
        ({"email": None}, AWAY),  # what it says of the person apart is of another one
    ):  # fmt: skip
        provider.claims, provider.person = claims, {"sub": "8", "email": MARA, "email_verified": True}
        assert words in browser.get(_there(browser, provider), 422), claims
    provider.claims = {}
    with world.database.desk(1) as session:
        agent = agent_by_email(session, MARA)
        assert agent is not None
        agent.active = False
    assert "Ask an admin to add you" in browser.get(_there(browser, provider), 422)
    state = _there(browser, provider).partition("&")[2]
    assert "was broken off" in browser.get(f"/sign-in/elsewhere/end?error=access_denied&{state}", 422)
    for forgotten in ("/sign-in/elsewhere/end", f"/sign-in/elsewhere/end?code=code-0&{state}"):
        assert LATE in browser.get(forgotten, 422)
    back, now = _there(browser, provider), datetime.now(UTC) + timedelta(minutes=11)
    clock.follow(lambda: now)
    try:
        assert LATE in browser.get(back, 422)
    finally:
        clock.follow(None)
    for metadata in ({"issuer": "https://evil.example"}, {"jwks_uri": None}, {"token_endpoint": "http://a.example/"}):
        provider.metadata = metadata
        answer = browser.client.get("/sign-in/elsewhere", base_url=BASE)
        assert AWAY in (answer.text if answer.status_code == 422 else browser.get(_back(provider, answer), 422))
    provider.metadata, provider.is_away = {}, True
    assert AWAY in browser.get("/sign-in/elsewhere", 422)


def _back(provider: SignInProvider, answer: object) -> str:
    code, state = provider.sign_in(answer.headers["Location"])  # type: ignore[attr-defined] # a test's answer
    return f"/sign-in/elsewhere/end?code={code}&state={state}"


def test_a_provider_on_the_internet_leads_nowhere_within_our_network(
    provider: SignInProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack 19: what it names is looked up, and must be public as it is."""
    client = oidc.Client(provider.issuer, CLIENT, SECRET)
    assert oidc.discover(client).at_home
    asked = len(provider.asked)
    at_large = oidc.Provider(
        "https://id.example", "https://id.example/a", f"https://127.0.0.1:{provider.port}/realm/token",
        f"https://localhost:{provider.port}/realm/keys", None, takes_basic=True, at_home=False,
    )  # fmt: skip
    with pytest.raises(Permanent, match="private network"):
        oidc.proven_address(at_large, client, "code", "https://desk.example/", "v", "n", clock.now())
    monkeypatch.setattr(oidc, "may_be_called", lambda _: True)  # as if it lay on the Internet
    monkeypatch.setattr(calling, "may_be_called", lambda _: True)
    with pytest.raises(Permanent, match="must begin with https"):
        oidc.discover(client)
    assert len(provider.asked) == asked
