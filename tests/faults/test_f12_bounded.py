"""F12: whatever clients do, a door's memory is bounded, and honest clients are served."""

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.databases import Fresh
from tests.support.doors import DOORS, GREETINGS, mail_door, send_data, talk
from tests.support.mails import mail
from tests.support.processes import Gateway, eventually, gateway
from tests.support.world import World

MOST = 300 * 2**20  # bytes a door may ever take
PIECE = b"x" * 2**20


@pytest.mark.parametrize("door", DOORS)
def test_f12_a_line_that_never_ends_costs_no_memory_and_honest_clients_are_served(
    world: World, fresh: Fresh, tmp_path: Path, door: str
) -> None:
    with gateway(fresh, tmp_path) as gate:
        gate.start(door)
        with talk(gate.ports[door], door) as (client, reader):
            client.sendall(b"DATA\r\n")
            assert reader.readline().startswith(b"354")
            for _ in range(400):
                client.sendall(PIECE)
            assert gate.send(mail(), door=door)
            client.sendall(b"\r\n.\r\n")
            assert reader.readline().startswith(b"552")
        assert _most_memory(gate, door) < MOST
    assert world.count("SELECT count(*) FROM kept_mail") == 1


@pytest.mark.parametrize("door", DOORS)
def test_f12_a_command_that_never_ends_is_refused_and_costs_no_memory(
    world: World, fresh: Fresh, tmp_path: Path, door: str
) -> None:
    with gateway(fresh, tmp_path) as gate:
        gate.start(door)
        with socket.create_connection(("127.0.0.1", gate.ports[door]), 20) as client, client.makefile("rb") as reader:
            reader.readline()
            for _ in range(100):
                client.sendall(PIECE)
            client.sendall(b"\r\n")
            assert reader.readline().startswith(b"500")
        assert gate.send(mail(), door=door)
        assert _most_memory(gate, door) < MOST


@pytest.mark.parametrize("door", DOORS)
def test_f12_ten_thousand_recipients_are_put_off_beyond_the_first_hundred(world: World, door: str) -> None:
    with mail_door(door, world) as port, talk(port, door) as (client, reader):
        for number in range(100):
            client.sendall(b"".join(b"RCPT TO:<help+%d.%d@nordlicht.example>\r\n" % (number, i) for i in range(100)))
        answers = [reader.readline()[:3] for _ in range(10_000)]
        assert answers == [b"250"] * 99 + [b"452"] * 9_901
        client.sendall(b"DATA\r\n")
        assert reader.readline().startswith(b"354")
        client.sendall(mail() + b"\r\n.\r\n")
        assert reader.readline().startswith(b"250")
    assert world.count("SELECT count(*) FROM kept_mail") == 1


@pytest.mark.parametrize("door", DOORS)
def test_f12_idle_and_crowding_clients_are_sent_away_and_honest_ones_served(world: World, door: str) -> None:
    with mail_door(door, world, max_connections=5, idle_seconds=1.0) as port, ExitStack() as open_lines:
        crowd = [open_lines.enter_context(socket.create_connection(("127.0.0.1", port), 10)) for _ in range(5)]
        assert all(idler.recv(3) == b"220" for idler in crowd)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as late:
            assert late.recv(3) == b"421"
        eventually(lambda: all(_is_closed(idler) for idler in crowd), within=10)
        assert send_data(port, b"Subject: x\r\n\r\nhonest\r\n.\r\n", door).startswith(b"250")


@pytest.mark.parametrize("door", DOORS)
def test_f12_a_client_that_sends_a_byte_at_a_time_is_not_waited_for_forever(world: World, door: str) -> None:
    with mail_door(door, world, max_connections=1, idle_seconds=1.0) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
            slow.recv(100)
            slow.sendall(GREETINGS[door].encode())  # never a whole line: what moves the clock is a command
            for _ in range(20):
                try:
                    slow.sendall(b"x")
                except OSError:
                    break
                if _is_closed(slow, within=0.2):
                    break
            else:
                pytest.fail("still waited for")
        eventually(lambda: send_data(port, b"Subject: x\r\n\r\nhonest\r\n.\r\n", door).startswith(b"250"))


def _most_memory(gate: Gateway, role: str) -> int:
    status = Path(f"/proc/{gate.running[role].pid}/status")
    if not status.exists():
        pytest.skip("no /proc on this system")
    return int(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


def _is_closed(connection: socket.socket, within: float = 0.0) -> bool:
    connection.settimeout(within)
    try:
        while connection.recv(4096):
            pass
    except (BlockingIOError, TimeoutError):
        return False
    except ConnectionError:
        return True
    return True
