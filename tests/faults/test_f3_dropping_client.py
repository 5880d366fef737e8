"""F3: a client that drops after the final dot cannot stop the commit; its retry is one ticket."""

import socket
import struct

import pytest

from tests.support.doors import DOORS, mail_door, talk
from tests.support.mails import mail
from tests.support.processes import eventually
from tests.support.world import World


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("how", ["RST", "FIN"])
def test_f3_a_client_that_drops_after_the_dot_and_comes_again_is_one_ticket(world: World, door: str, how: str) -> None:
    raw = mail()
    with mail_door(door, world) as port:
        _deliver_and_drop(door, port, raw, how)
        eventually(lambda: world.count("SELECT count(*) FROM kept_mail") == 1, within=10)
        _deliver_and_drop(door, port, raw, "FIN")
        eventually(lambda: world.count("SELECT count(*) FROM kept_mail") == 2, within=10)
    world.work()
    assert world.count("SELECT count(*) FROM tickets") == 1
    assert world.count("SELECT count(*) FROM kept_mail WHERE outcome = 'duplicate'") == 1
    assert world.reconciles()


def _deliver_and_drop(door: str, port: int, raw: bytes, how: str) -> None:
    with talk(port, door) as (client, reader):
        client.sendall(b"DATA\r\n")
        assert reader.readline().startswith(b"354")
        client.sendall(raw + b"\r\n.\r\n")
        if how == "RST":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
