"""The mail doors inside the test process, on free ports."""

import asyncio
import smtplib
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, BinaryIO

from mailgate.receive import lmtp, smtp
from mailgate.receive.accept import Keeper
from mailgate.receive.doorkeeper import Doorkeeper
from mailgate.store.door import DoorDatabase
from tests.support.relay import close_server
from tests.support.world import DESK, World

Serve = Callable[[Doorkeeper, str, int], Coroutine[Any, Any, asyncio.Server]]
DOORS: dict[str, Serve] = {"smtp": smtp.serve, "lmtp": lmtp.serve}


def smtp_door(
    world: World, database: DoorDatabase | None = None, size: int = 2**20, **more: Any
) -> AbstractContextManager[int]:
    """The SMTP door inside this process; its port."""
    return mail_door("smtp", world, database, size, **more)


@contextmanager
def mail_door(
    name: str,
    world: World,
    database: DoorDatabase | None = None,
    size: int = 2**20,
    *,
    is_secure: bool = False,
    **more: Any,
) -> Iterator[int]:
    """A door inside this process, its port; with `is_secure`, it speaks TLS from the first byte."""
    used = database or world.door
    keeper = Keeper(used, world.shop.bell)
    serve = partial(smtp.serve, is_secure=True) if is_secure else DOORS[name]
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(serve(Doorkeeper(used, keeper, size, **more), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(close_server(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        keeper.close()


GREETINGS = {"smtp": "EHLO client.example", "lmtp": "LHLO client.example"}


@contextmanager
def talk(port: int, door: str = "smtp", to: Sequence[str] = (DESK,)) -> Iterator[tuple[socket.socket, BinaryIO]]:
    """A client that has got as far as DATA, for these recipients."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client, client.makefile("rb") as reader:
        assert reader.readline().startswith(b"220")
        recipients = [f"RCPT TO:<{address}>" for address in to]
        for line in (GREETINGS[door], "MAIL FROM:<ana@lusitel.example>", *recipients):
            client.sendall(line.encode() + b"\r\n")
            assert last_line(reader).startswith(b"250")
        yield client, reader


def send_data(port: int, body: bytes, door: str = "smtp") -> bytes:
    """What is said to this after DATA."""
    with talk(port, door) as (client, reader):
        client.sendall(b"DATA\r\n")
        assert reader.readline().startswith(b"354")
        client.sendall(body)
        return reader.readline()


def last_line(reader: BinaryIO) -> bytes:
    """The last line of an answer that may have several."""
    line = reader.readline()
    while line[3:4] == b"-":
        line = reader.readline()
    return line


class Afar(smtplib.SMTP):
    """A client from another address, as a proxy on this machine tells of it."""

    def __init__(self, client: str, host: str, port: int) -> None:
        self._client = client
        super().__init__(host, port, timeout=10)

    def _get_socket(self, *where: Any) -> socket.socket:
        line: socket.socket = super()._get_socket(*where)  # type: ignore[misc] # smtplib's own way to be extended
        family = "TCP6" if ":" in self._client else "TCP4"
        line.sendall(f"PROXY {family} {self._client} {self._client} 40000 25\r\n".encode())
        return line
