"""Passwords go only to a server that proves who it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.certificates import write_certificate
from tests.support.dovecot import PROGRAM, Dovecot, dovecot
from tests.support.fetching import connect_mailbox, fetching, how_it_goes
from tests.support.imap_server import PASSWORD
from tests.support.mails import mail
from tests.support.odd_imap import odd_imap
from tests.support.processes import eventually
from tests.support.world import DESK, World

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Dovecot is not installed")

KEPT = "SELECT count(*) FROM kept_mail"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def server(certificate: Path) -> Iterator[Dovecot]:
    with dovecot(certificate=(certificate, certificate)) as running:
        yield running


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_we_trust_lets_us_talk(
    world: World, server: Dovecot, certificate: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    server.wipe(DESK)
    server.put(DESK, mail())
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    port = server.tls_port if security == "tls" else server.port
    connect_mailbox(world, port, PASSWORD, host="localhost", security=security)
    with fetching(world):
        eventually(lambda: world.count(KEPT) == 1)


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize(("host", "is_known"), [("localhost", False), ("127.0.0.1", True)])
def test_a_certificate_of_nobody_or_of_somebody_else_gets_no_password(
    world: World, server: Dovecot, certificate: Path, monkeypatch: pytest.MonkeyPatch, security: str, host: str,
    is_known: bool,
) -> None:  # fmt: skip
    if is_known:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    port = server.tls_port if security == "tls" else server.port
    logins = server.log().count("Login: user=")
    connect_mailbox(world, port, PASSWORD, host=host, security=security)
    with fetching(world):
        eventually(lambda: how_it_goes(world).account.complaint)
    assert "certificate" in str(how_it_goes(world).account.complaint)
    assert server.log().count("Login: user=") == logins


def test_a_server_that_does_not_encrypt_gets_no_password(world: World) -> None:
    with odd_imap() as server:
        connect_mailbox(world, server.port, server.password, host="localhost", security="starttls")
        with fetching(world):
            eventually(lambda: how_it_goes(world).account.complaint)
        assert server.asked("STARTTLS") > 0
        assert server.asked("LOGIN") == 0
