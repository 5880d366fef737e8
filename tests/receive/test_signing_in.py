"""Applications sign in with an API token, over TLS only, and reach mailboxes of the token's organisation."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from mailgate import clock
from mailgate.office.links import make_api_token
from mailgate.office.setup import add_mailbox
from mailgate.queue.limits import Limits
from mailgate.store.founding import found
from tests.support.databases import Fresh
from tests.support.doors import Afar, mail_door
from tests.support.mails import mail
from tests.support.world import DESK, World


@contextmanager
def _client(world: World, tls: ssl.SSLContext, trusting: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    with (
        mail_door("smtp", world, tls=tls) as port,
        smtplib.SMTP("localhost", port, timeout=10) as client,
    ):
        client.starttls(context=trusting)
        client.ehlo()
        yield client


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_signed_in_applications_mail_tells_which_one_it_was(
    world: World, tls: ssl.SSLContext, trusting: ssl.SSLContext, mechanism: str
) -> None:
    secret = _token(world, "monitoring")
    with _client(world, tls, trusting) as client:
        client.user, client.password = "whatever", secret
        answer = client.auth(mechanism, getattr(client, f"auth_{mechanism.lower()}"))
        assert answer[0] == 235
        assert client.sendmail("cron@lusitel.example", [DESK], mail()) == {}
    kept = world.kept(world.count("SELECT id FROM kept_mail"))
    assert (kept.door, kept.peer) == ("submission", "monitoring at 127.0.0.1")
    world.work()
    assert world.kept(kept.id).outcome == "opened"


@pytest.mark.parametrize("kind", ["wrong", "expired", "viewer"])
def test_whoever_may_not_open_tickets_is_not_signed_in(
    world: World, tls: ssl.SSLContext, trusting: ssl.SSLContext, kind: str
) -> None:
    secrets = {
        "wrong": "no such token",
        "expired": _token(world, "old", expires=clock.now() - timedelta(days=1)),
        "viewer": _token(world, "reader", role="viewer"),
    }
    with _client(world, tls, trusting) as client:
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            client.login("whatever", secrets[kind])
        assert refused.value.smtp_code == 535
        assert client.sendmail("cron@lusitel.example", [DESK], mail()) == {}  # as anybody may
    assert world.count("SELECT count(*) FROM kept_mail WHERE door = 'smtp'") == 1


def test_after_three_wrong_passwords_the_line_is_closed(
    world: World, tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with _client(world, tls, trusting) as client:
        for _ in range(3):
            assert client.docmd("AUTH", "PLAIN AGFuYQBzZWNyZXQ=")[0] == 535
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.noop()


def test_an_application_reaches_its_own_organisation_only(
    world: World, tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with world.owner.desk(0) as session:
        other = found(session, "Another desk").id
    with world.database.desk(other) as session:
        add_mailbox(session, "help@other.example", clock.now())
    with _client(world, tls, trusting) as client:
        client.login("whatever", _token(world, "monitoring"))
        client.mail("cron@lusitel.example")
        assert client.rcpt("help@other.example")[0] == 550
        assert client.rcpt(DESK)[0] == 250


def test_nothing_secret_goes_in_plain_text(world: World, tls: ssl.SSLContext) -> None:
    with mail_door("smtp", world, tls=tls) as port, smtplib.SMTP("localhost", port, timeout=10) as client:
        client.ehlo()
        assert not client.has_extn("auth")
        assert client.docmd("AUTH", "PLAIN AGFuYQBzZWNyZXQ=")[0] == 538


def test_no_limit_applies_to_a_signed_in_application(
    world: World, fresh: Fresh, tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    limits: dict[str, Any] = {"limits": Limits(fresh.redis_url), "mails_per_minute": 1, "proxies": ("127.0.0.0/8",)}
    with mail_door("smtp", world, tls=tls, **limits) as port, Afar("203.0.113.7", "localhost", port) as client:
        client.starttls(context=trusting)
        client.login("whatever", _token(world, "monitoring"))
        for _ in range(3):
            assert client.sendmail("cron@lusitel.example", [DESK], mail()) == {}


def _token(world: World, name: str, role: str = "agent", expires: datetime | None = None) -> str:
    with world.database.desk(1) as session:
        return make_api_token(session, name, role, clock.now(), expires=expires).secret
