"""How much one address may send: beyond it mail is put off. This machine and named networks are exempt."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from mailgate.queue.limits import Limits
from tests.support.databases import Fresh
from tests.support.doors import Afar, mail_door
from tests.support.mails import mail
from tests.support.world import DESK, World

CLIENT = "203.0.113.7"


@contextmanager
def _door(world: World, redis_url: str, **more: Any) -> Iterator[int]:
    limits = {"limits": Limits(redis_url), "mails_per_minute": 2, "proxies": ("127.0.0.0/8",), **more}
    with mail_door("smtp", world, **limits) as port:
        yield port


def _codes(port: int, client: str, mails: int = 4) -> list[int]:
    """What is said to MAIL, for so many mails in a row."""
    with Afar(client, "127.0.0.1", port) as line:
        line.ehlo()
        return [_code(line) for _ in range(mails)]


def _code(line: smtplib.SMTP) -> int:
    code = line.mail("ana@lusitel.example")[0]
    if code == 250:
        assert line.rcpt(DESK)[0] == 250
        assert line.data(mail())[0] == 250
    return code


def test_more_than_the_limit_is_put_off_over_all_connections_of_an_address(world: World, fresh: Fresh) -> None:
    with _door(world, fresh.redis_url) as port:
        assert _codes(port, CLIENT) == [250, 250, 450, 450]
        assert _codes(port, CLIENT, 1) == [450]
        assert _codes(port, "203.0.113.8", 1) == [250]
    assert world.count("SELECT count(*) FROM kept_mail") == 3


def test_whoever_has_a_whole_network_of_addresses_is_counted_once(world: World, fresh: Fresh) -> None:
    with _door(world, fresh.redis_url) as port:
        assert _codes(port, "2001:db8:1:2::1", 2) == [250, 250]
        assert _codes(port, "2001:db8:1:2:ffff::9", 1) == [450]
        assert _codes(port, "2001:db8:1:3::1", 1) == [250]


def test_named_networks_and_this_machine_are_exempt(world: World, fresh: Fresh) -> None:
    with _door(world, fresh.redis_url, unlimited=("203.0.113.0/24",)) as port:
        assert _codes(port, CLIENT) == [250] * 4
        assert _codes(port, "127.0.0.1") == [250] * 4


def test_without_redis_nobody_is_put_off(world: World) -> None:
    with _door(world, "redis://127.0.0.1:1/0") as port:
        assert _codes(port, CLIENT) == [250] * 4


def test_connections_of_one_address_are_counted_together(world: World, fresh: Fresh) -> None:
    with _door(world, fresh.redis_url, max_per_peer=1) as port, Afar(CLIENT, "127.0.0.1", port) as first:
        assert first.ehlo()[0] == 250
        with pytest.raises(smtplib.SMTPConnectError, match="421"):
            Afar(CLIENT, "127.0.0.1", port)
        Afar("203.0.113.8", "127.0.0.1", port).close()
