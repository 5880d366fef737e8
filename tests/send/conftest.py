"""Relays to talk to: a real SMTP server that can be told to misbehave, and sockets that speak what a test says."""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = "pa ss/word%"


@dataclass
class Desk:
    """What the relay took, what it was told, and what it is to answer instead of yes: `answers["RCPT"] = [...]`."""

    taken: list[Envelope] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    is_pipelining: bool = False
    connections: int = 0
    resets: int = 0
    names: list[str] = field(default_factory=list)
    users: list[bytes] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)

    def _says(self, command: str, otherwise: str) -> str:
        waiting = self.answers.get(command)
        return waiting.pop(0) if waiting else otherwise

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, lines: list[str]
    ) -> list[str]:
        session.host_name = name
        self.names.append(name)
        offered = [*lines[:-1], "250-PIPELINING", lines[-1]] if self.is_pipelining else lines
        return [line for line in offered if not any(word in line for word in self.answers.get("hidden", []))]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._says("MAIL", "250 OK")
        if answer.startswith("250"):
            envelope.mail_from, envelope.mail_options = address, options
        return answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._says("RCPT", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self._says("DATA", f"250 2.0.0 Ok: queued as {len(self.taken) + 1:04X}")
        if answer.startswith("wait"):
            await asyncio.sleep(float(answer.removeprefix("wait")))
            answer = "250 late"
        if answer.startswith("250"):
            self.taken.append(envelope)
            self.secure.append(session.ssl is not None)
        return answer

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.resets += 1
        return self._says("RSET", "250 OK")

    def sign_in(self, server: SMTP, session: Session, envelope: Envelope, how: str, who: LoginPassword) -> AuthResult:
        self.users.append(who.login)
        return AuthResult(success=(who.login, who.password) == (b"mailgate", PASSWORD.encode()), handled=False)


@dataclass
class Server:
    """A relay that runs."""

    port: int
    desk: Desk
    _loop: asyncio.AbstractEventLoop
    _server: asyncio.AbstractServer
    _protocols: list[SMTP]

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def hang_up(self) -> None:
        """Close every connection, as a relay does that was idle for too long or restarts."""

        async def close() -> None:
            for protocol in self._protocols:
                if isinstance(protocol.transport, asyncio.WriteTransport):
                    protocol.transport.abort()
            self._protocols.clear()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(5)

    def stop_listening(self) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self.hang_up()


@contextlib.contextmanager
def _running(desk: Desk, tls: ssl.SSLContext | None, **options: Any) -> Iterator[Server]:
    loop = asyncio.new_event_loop()
    protocols: list[SMTP] = []

    def protocol() -> SMTP:
        desk.connections += 1
        protocols.append(SMTP(desk, hostname="relay.example", loop=loop, **options))
        return protocols[-1]

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    starting = loop.create_server(protocol, "127.0.0.1", 0, ssl=tls)
    listening = asyncio.run_coroutine_threadsafe(starting, loop).result(5)
    server = Server(listening.sockets[0].getsockname()[1], desk, loop, listening, protocols)
    try:
        yield server
    finally:
        server.stop_listening()
        asyncio.run_coroutine_threadsafe(_all_done(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _all_done() -> None:
    rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


@pytest.fixture(params=[False, True], ids=["a command at a time", "in one go"])
def start(request: pytest.FixtureRequest) -> Iterator[Callable[..., Server]]:
    """`start()`: an aiosmtpd relay on a free port, with its own options; it lets us pipeline, or not."""
    with contextlib.ExitStack() as servers:

        def run(tls: ssl.SSLContext | None = None, desk: Desk | None = None, **options: Any) -> Server:
            desk = desk or Desk()
            desk.is_pipelining = request.param
            return servers.enter_context(_running(desk, tls, **options))

        yield run


@pytest.fixture
def speak() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """`speak(conversation)`: a URL behind which each connection is handed to that function, and closed after it."""
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def begin(conversation: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, contextlib.suppress(OSError):
                        connection.settimeout(5)
                        conversation(connection)

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return f"smtp://127.0.0.1:{listener.getsockname()[1]}"

    yield begin
    for listener in listeners:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
