"""Signing in by token: from the command line, again and again while the mailbox is fetched, and when it ends."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from mailgate.errors import BadInput, Permanent
from mailgate.oauth import PROVIDERS, Client, TokenSecret, by_browser
from tests.cli.conftest import Mailgate, mailgate, settings
from tests.support import dovecot
from tests.support.fetching import connect_mailbox, fetching, how_it_goes
from tests.support.mails import mail
from tests.support.odd_imap import OddImap, odd_imap
from tests.support.processes import eventually
from tests.support.token_server import DEVICE, TokenServer, token_server
from tests.support.world import DESK, World

__all__ = ["mailgate", "settings"]

KEPT = "SELECT count(*) FROM kept_mail"
PENDING: tuple[int, dict[str, object]] = (400, {"error": "authorization_pending"})


@pytest.fixture
def provider() -> Iterator[TokenServer]:
    with token_server() as running:
        yield running


@pytest.fixture
def server(provider: TokenServer) -> Iterator[OddImap]:
    with odd_imap() as running:
        running.tokens = provider.access_tokens
        yield running


def _connect(world: World, provider: TokenServer, server: OddImap, refresh_token: str = "refresh-0") -> None:
    oauth = {"token_url": f"{provider.url}/token", "client_id": "mailgate"}
    connect_mailbox(world, server.port, TokenSecret(refresh_token, "").packed(), oauth=oauth)


def test_from_the_device_code_to_the_mail(
    world: World, provider: TokenServer, server: OddImap, mailgate: Mailgate
) -> None:
    provider.answers = [PENDING, PENDING]
    provider.lasts = 7 * 86400
    said = mailgate(
        *("mailbox", "connect", DESK, "--imap", f"imap://127.0.0.1:{server.port}", "--oauth", "other"),
        *("--client-id", "mailgate", "--client-secret-stdin", "--scope", "mail offline_access"),
        *("--token-url", f"{provider.url}/token", "--device-url", f"{provider.url}/device"),
        stdin=b"client's own secret\n",
    )
    assert said.code == 0, said.err
    assert "https://login.example/device" in said.err
    assert "WDJB-MJHT" in said.err
    assert [asked.get("grant_type") for asked in provider.asked] == [None, DEVICE, DEVICE, DEVICE]
    assert provider.asked[-1]["client_secret"] == "client's own secret"
    health = how_it_goes(world)
    assert "ends on" in str(health.words(datetime.now(UTC)))
    server.put(mail())
    with fetching(world):
        eventually(lambda: world.count(KEPT) == 1)
    assert provider.asked[-1]["grant_type"] == "refresh_token"
    assert provider.asked[-1]["client_secret"] == "client's own secret"


def test_a_replaced_token_is_kept_for_the_next_time(world: World, provider: TokenServer, server: OddImap) -> None:
    _connect(world, provider, server)
    with fetching(world):
        for number in range(1, 4):
            server.put(mail())
            eventually(lambda: world.count(KEPT) == number)  # noqa: B023 - asked at once
            visits = server.visits
            server.cut_all()
            eventually(lambda: server.visits > visits)  # noqa: B023 - as above
    assert [asked["refresh_token"] for asked in provider.asked][:3] == ["refresh-0", "refresh-1", "refresh-2"]


def test_a_token_that_the_server_refuses_is_no_hang(world: World, provider: TokenServer, server: OddImap) -> None:
    server.tokens = set()
    _connect(world, provider, server)
    with fetching(world):
        eventually(lambda: how_it_goes(world).account.complaint)
        assert "Token refused" in str(how_it_goes(world).account.complaint)
        server.tokens = provider.access_tokens
        server.put(mail())
        eventually(lambda: world.count(KEPT) == 1)


def test_a_server_that_wants_the_token_on_a_line_of_its_own(
    world: World, provider: TokenServer, server: OddImap
) -> None:
    server.capabilities = "IMAP4rev1 AUTH=XOAUTH2"
    server.put(mail())
    _connect(world, provider, server)
    with fetching(world):
        eventually(lambda: world.count(KEPT) == 1)


def test_a_revoked_token_asks_for_somebody_to_sign_in(world: World, provider: TokenServer, server: OddImap) -> None:
    _connect(world, provider, server, "stolen")
    with fetching(world):
        eventually(lambda: how_it_goes(world).account.complaint)
    assert "revoked" in str(how_it_goes(world).account.complaint)
    assert "mailbox connect" in str(how_it_goes(world).account.complaint)
    assert server.asked("AUTHENTICATE") == 0


def test_a_provider_that_is_down_is_asked_again(world: World, provider: TokenServer, server: OddImap) -> None:
    provider.answers = [(503, {}), (429, {})]
    server.put(mail())
    _connect(world, provider, server)
    with fetching(world):
        eventually(lambda: world.count(KEPT) == 1)


def test_a_password_beyond_ascii_goes_through(world: World, server: OddImap) -> None:
    server.password = "Grüße aus Köln"
    server.put(mail())
    connect_mailbox(world, server.port, server.password)
    with fetching(world):
        eventually(lambda: world.count(KEPT) == 1)


def test_a_browser_is_trusted_only_with_our_own_question() -> None:
    asked: list[str] = []

    def ended_elsewhere(address: str) -> str:
        asked.append(address)
        return "http://127.0.0.1:8029/?code=x&state=another"

    with pytest.raises(BadInput):
        by_browser(PROVIDERS["google"], Client("id"), ended_elsewhere)
    question = parse_qs(urlsplit(asked[0]).query)
    assert question["scope"] == ["https://mail.google.com/"]
    assert question["code_challenge_method"] == ["S256"]


def test_a_browser_brings_a_token(provider: TokenServer) -> None:
    from dataclasses import replace

    google = replace(PROVIDERS["google"], token_url=f"{provider.url}/token")

    def ended_well(address: str) -> str:
        state = parse_qs(urlsplit(address).query)["state"][0]
        return f"http://127.0.0.1:8029/?state={state}&code=abc"

    assert by_browser(google, Client("id", "s"), ended_well).refresh_token == provider.refresh_token
    assert {"code", "code_verifier", "client_secret"} <= provider.asked[0].keys()
    provider.answers = [(200, {"access_token": "a"})]
    with pytest.raises(Permanent, match="offline"):
        by_browser(google, Client("id"), ended_well)


@pytest.mark.skipif(dovecot.PROGRAM is None, reason="Dovecot is not installed")
def test_dovecot_takes_tokens_and_refuses_one_that_has_ended(world: World, provider: TokenServer) -> None:
    with dovecot.dovecot(tokens=f"{provider.url}/introspect") as box:
        box.put(DESK, mail())
        provider.answers = [(200, {"access_token": "ended", "refresh_token": "refresh-0", "expires_in": 3600})]
        oauth = {"token_url": f"{provider.url}/token", "client_id": "mailgate"}
        connect_mailbox(world, box.port, TokenSecret("refresh-0", "").packed(), oauth=oauth)
        with fetching(world):
            eventually(lambda: how_it_goes(world).account.complaint or world.count(KEPT))
            assert world.count(KEPT) == 0
            eventually(lambda: world.count(KEPT) == 1)
            eventually(lambda: how_it_goes(world).account.complaint is None)  # noted once the visit is over
