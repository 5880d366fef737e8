"""F3: a client that drops after the final dot cannot stop the commit; its retry is one ticket."""

import socket
import struct

import pytest

from tests.support.doors import smtp_door
from tests.support.mails import mail
from tests.support.processes import eventually
from tests.support.world import DESK, World


@pytest.mark.parametrize("how", ["RST", "FIN"])
def test_f3_a_client_that_drops_after_the_dot_and_comes_again_is_one_ticket(world: World, how: str) -> None:
    raw = mail()
    with smtp_door(world) as port:
        _deliver_and_drop(port, raw, how)
        eventually(lambda: world.count("SELECT count(*) FROM kept_mail") == 1, within=10)
        _deliver_and_drop(port, raw, "FIN")
        eventually(lambda: world.count("SELECT count(*) FROM kept_mail") == 2, within=10)
    world.work()
    assert world.count("SELECT count(*) FROM tickets") == 1
    assert world.count("SELECT count(*) FROM kept_mail WHERE outcome = 'duplicate'") == 1
    assert world.reconciles()


def _deliver_and_drop(port: int, raw: bytes, how: str) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        reader = client.makefile("rb")
        reader.readline()
        for line in ("HELO client.example", "MAIL FROM:<ana@lusitel.example>", f"RCPT TO:<{DESK}>", "DATA"):
            client.sendall(line.encode() + b"\r\n")
            assert reader.readline()[:1] in b"23"
        client.sendall(raw + b"\r\n.\r\n")
        if how == "RST":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
