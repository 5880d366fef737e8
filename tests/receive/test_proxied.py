"""The PROXY line: believed from named proxies, demanded of them, and a foreign word from anybody else."""

import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import BinaryIO

import pytest

from tests.support.doors import last_line, mail_door
from tests.support.mails import mail
from tests.support.world import DESK, World

HERE = ("127.0.0.0/8",)
CLIENT = "203.0.113.7"
V1 = f"PROXY TCP4 {CLIENT} 192.0.2.1 40000 25\r\n".encode()
SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"


def _v2(client: str, command: int = 1, tail: bytes = b"") -> bytes:
    packed = ip_address(client).packed
    family = 0x11 if len(packed) == 4 else 0x21
    body = packed + packed + struct.pack("!HH", 40000, 25) + tail
    return SIGNATURE + struct.pack("!BBH", 0x20 | command, family, len(body)) + body


@contextmanager
def _line(port: int, first: bytes) -> Iterator[tuple[socket.socket, BinaryIO]]:
    with socket.create_connection(("127.0.0.1", port), 10) as client, client.makefile("rb") as reader:
        client.sendall(first)
        yield client, reader


def _deliver(client: socket.socket, reader: BinaryIO) -> None:
    assert reader.readline().startswith(b"220")
    for words in ("EHLO x", "MAIL FROM:<ana@lusitel.example>", f"RCPT TO:<{DESK}>"):
        client.sendall(words.encode() + b"\r\n")
        assert last_line(reader).startswith(b"250")
    client.sendall(b"DATA\r\n")
    assert reader.readline().startswith(b"354")
    client.sendall(mail() + b"\r\n.\r\n")
    assert reader.readline().startswith(b"250")


def _peers(world: World) -> list[str]:
    with world.owner.engine.begin() as connection:
        return list(connection.exec_driver_sql("SELECT peer FROM kept_mail ORDER BY id").scalars())


@pytest.mark.parametrize(
    ("first", "peer"),
    [
        (V1, CLIENT),
        (b"PROXY TCP6 2001:db8::7 2001:db8::1 40000 25\r\n", "2001:db8::7"),
        (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
        (_v2(CLIENT), CLIENT),
        (_v2("2001:db8::7", tail=b"\x04\x00\x03abc"), "2001:db8::7"),
        (_v2(CLIENT, command=0), "127.0.0.1"),
    ],
    ids=["v1", "v1-six", "v1-unknown", "v2", "v2-six-with-more", "v2-local"],
)
def test_a_named_proxy_tells_who_the_client_is(world: World, first: bytes, peer: str) -> None:
    with mail_door("smtp", world, proxies=HERE) as port, _line(port, first) as (client, reader):
        _deliver(client, reader)
    assert _peers(world) == [peer]


@pytest.mark.parametrize(
    "first",
    [
        b"EHLO client.example\r\n",
        b"PROXY TCP4 1.2.3.4\r\n",
        b"PROXY TCP4 " + b"1" * 200 + b"\r\n",
        b"PROXY TCP4 ::1 ::1 1 1\r\n",
        SIGNATURE + b"\x31\x11\x00\x0c" + b"\x00" * 12,
        SIGNATURE + b"\x21\x11\x00\x02ab",
        b"\r\n\r\n\x00\r\nQUIX\n" + b"\x00" * 20,
    ],
    ids=["none", "short", "endless", "wrong-family", "v2-version", "v2-truncated", "v2-signature"],
)
def test_a_named_proxy_that_begins_otherwise_gets_no_word(world: World, first: bytes) -> None:
    with mail_door("smtp", world, proxies=HERE, max_connections=1) as port:
        with _line(port, first) as (_, reader):
            assert _rest(reader) == b""
        with _line(port, V1) as (client, reader):
            _deliver(client, reader)


def test_from_anybody_else_it_is_no_command(world: World) -> None:
    with mail_door("smtp", world, proxies=("192.0.2.0/24",)) as port, _line(port, V1) as (client, reader):
        assert reader.readline().startswith(b"220")
        assert reader.readline().startswith(b"500")
        client.sendall(b"QUIT\r\n")


def test_what_comes_in_one_piece_with_the_line_is_not_lost(world: World) -> None:
    with mail_door("smtp", world, proxies=HERE) as port, _line(port, V1 + b"EHLO x\r\nNOOP\r\n") as (_, reader):
        assert reader.readline().startswith(b"220")
        assert last_line(reader) == b"250 HELP\r\n"
        assert reader.readline() == b"250 OK\r\n"


def test_tls_from_the_first_byte_begins_behind_the_line(
    world: World, tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with (
        mail_door("smtp", world, tls=tls, is_secure=True, proxies=HERE) as port,
        socket.create_connection(("127.0.0.1", port), 10) as plain,
    ):
        plain.sendall(V1)
        with trusting.wrap_socket(plain, server_hostname="localhost") as line, line.makefile("rb") as reader:
            _deliver(line, reader)
    assert _peers(world) == [CLIENT]


def _rest(reader: BinaryIO) -> bytes:
    try:
        return reader.read()
    except ConnectionError:
        return b""
