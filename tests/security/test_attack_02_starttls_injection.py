"""Attack 2, STARTTLS injection (CVE-2024-34083): what is pipelined in plain text behind STARTTLS is never obeyed."""

import socket
import ssl

import pytest

from tests.support.doors import DOORS, GREETINGS, last_line, mail_door
from tests.support.world import World


@pytest.mark.parametrize("door", DOORS)
def test_attack_02_commands_pipelined_behind_starttls_are_dropped(
    world: World, tls: ssl.SSLContext, trusting: ssl.SSLContext, door: str
) -> None:
    greeting = GREETINGS[door].encode() + b"\r\n"
    with mail_door(door, world, tls=tls) as port, socket.create_connection(("localhost", port), 10) as plain:
        reader = plain.makefile("rb")
        assert reader.readline().startswith(b"220")
        plain.sendall(greeting)
        assert last_line(reader).startswith(b"250")
        plain.sendall(b"STARTTLS\r\nMAIL FROM:<eve@evil.example>\r\n")
        assert reader.readline().startswith(b"220")
        with trusting.wrap_socket(plain, server_hostname="localhost") as line, line.makefile("rb") as secured:
            line.sendall(greeting)
            assert last_line(secured).startswith(b"250")
            line.sendall(b"RCPT TO:<help@nordlicht.example>\r\n")
            assert secured.readline().startswith(b"503")  # nobody has said MAIL


def test_attack_02_who_signed_in_before_starttls_is_nobody_after_it(world: World, tls: ssl.SSLContext) -> None:
    with mail_door("smtp", world, tls=tls) as port, socket.create_connection(("127.0.0.1", port), 10) as plain:
        reader = plain.makefile("rb")
        reader.readline()
        plain.sendall(b"EHLO client.example\r\n")
        assert b"AUTH" not in b"".join(iter(reader.readline, b"250 HELP\r\n"))
        plain.sendall(b"AUTH PLAIN AGFuYQBzZWNyZXQ=\r\n")
        assert reader.readline().startswith(b"538")
