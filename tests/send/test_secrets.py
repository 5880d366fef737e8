"""Credentials are shown to the right host, through TLS, and to nobody else."""

import logging
import ssl
import traceback
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from mailgate.errors import BadInput
from mailgate.send import Relay, Unreachable
from mailgate.send.address import RelayAddress, read_relay_url

from .conftest import PASSWORD, Desk, Server

Start = Callable[..., Server]

FROM, TO, RAW = "support@example.org", "ana@lusitel.example", b"Subject: Hello\r\n\r\nHello Ana\r\n"


def _url(server: Server, password: str = PASSWORD, scheme: str = "smtp", host: str = "localhost") -> str:
    return f"{scheme}://mailgate:{quote(password, safe='')}@{host}:{server.port}"


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def guarded(start: Start, tls: ssl.SSLContext) -> Server:
    """A relay that wants STARTTLS and a password."""
    desk = Desk()
    return start(desk=desk, tls_context=tls, authenticator=desk.sign_in, auth_required=True)


@pytest.mark.usefixtures("trusted")
def test_a_password_goes_through_starttls_to_a_known_certificate(guarded: Server) -> None:
    with Relay(_url(guarded)) as relay:
        assert relay.deliver(FROM, TO, RAW).startswith("250")
    assert guarded.desk.users == [b"mailgate"]
    assert guarded.desk.secure == [True]


@pytest.mark.usefixtures("trusted")
def test_smtps_is_tls_from_the_first_byte(start: Start, tls: ssl.SSLContext) -> None:
    desk = Desk()
    server = start(tls, desk=desk, authenticator=desk.sign_in, auth_require_tls=False)
    with Relay(_url(server, scheme="smtps")) as relay:
        relay.deliver(FROM, TO, RAW)
    assert desk.users == [b"mailgate"]


def test_an_unknown_certificate_never_sees_the_password(guarded: Server) -> None:
    with Relay(_url(guarded)) as relay, pytest.raises(Unreachable, match="certificate verify failed"):
        relay.deliver(FROM, TO, RAW)
    assert guarded.desk.users == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_name_never_sees_the_password(guarded: Server) -> None:
    with Relay(_url(guarded, host="127.0.0.1")) as relay, pytest.raises(Unreachable, match="certificate verify failed"):
        relay.deliver(FROM, TO, RAW)
    assert guarded.desk.users == []


def test_without_starttls_the_password_stays_here(start: Start) -> None:
    desk = Desk()
    server = start(desk=desk, authenticator=desk.sign_in, auth_require_tls=False)
    with Relay(_url(server)) as relay, pytest.raises(Unreachable, match="offers no STARTTLS"):
        relay.deliver(FROM, TO, RAW)
    assert desk.users == []


def test_without_a_password_starttls_is_taken_where_offered_whatever_the_certificate(
    start: Start, tls: ssl.SSLContext
) -> None:
    server = start(tls_context=tls)
    with Relay(server.url) as relay:
        relay.deliver(FROM, TO, RAW)
    assert server.desk.secure == [True]


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_stops_the_batch_and_shows_in_no_text(
    guarded: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    relay = Relay(_url(guarded, "wrong secret"))
    with relay, pytest.raises(Unreachable, match=r"does not let us sign in: 535 5\.7\.8") as caught:
        relay.deliver(FROM, TO, RAW)
    shown = "".join(traceback.format_exception(caught.value)) + repr(relay) + repr(vars(relay)) + caplog.text
    assert "wrong secret" not in shown
    assert "d3Jvbmcgc2VjcmV0" not in shown


@pytest.mark.usefixtures("trusted")
def test_a_relay_that_repeats_the_password_is_not_repeated(guarded: Server) -> None:
    guarded.desk.answers["RCPT"] = [f"451 you said {PASSWORD}, did you not"]
    with Relay(_url(guarded)) as relay, pytest.raises(Exception, match=r"451 you said \*\*\*, did you not"):
        relay.deliver(FROM, TO, RAW)


def test_a_relay_without_sign_in_is_unreachable(start: Start, tls: ssl.SSLContext, trusted: None) -> None:
    server = start(tls_context=tls, desk=Desk(answers={"hidden": ["AUTH"]}))
    with Relay(_url(server)) as relay, pytest.raises(Unreachable, match="AUTH") as caught:
        relay.deliver(FROM, TO, RAW)
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("smtp://relay.example", RelayAddress("relay.example", 25, is_tls=False)),
        ("smtp://relay.example:2525/", RelayAddress("relay.example", 2525, is_tls=False)),
        ("smtp://me:p%40ss@relay.example", RelayAddress("relay.example", 587, False, "me", "p@ss")),
        ("smtps://me%40x.example:p@relay.example", RelayAddress("relay.example", 465, True, "me@x.example", "p")),
        ("smtp://[::1]:26", RelayAddress("::1", 26, is_tls=False)),
    ],
)
def test_a_url_says_where_and_how(url: str, address: RelayAddress) -> None:
    assert read_relay_url(url) == address
    assert "p@ss" not in repr(read_relay_url(url))


@pytest.mark.parametrize(
    "url", ["", "relay.example", "http://me:secret@x", "smtp://", "smtp://me:secret@x:port", "smtp://me:secrät@x"]
)
def test_a_bad_url_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(BadInput) as caught:
        Relay(url)
    assert "secr" not in "".join(traceback.format_exception(caught.value)).partition("read_relay_url(url)")[2]
