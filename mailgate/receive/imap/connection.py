"""One signed-in connection to an IMAP server. Every question has a limit of time and bytes; after one that failed, the
connection is closed: aioimaplib has no way back from a lost answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from aioimaplib.aioimaplib import AUTH, Command

from mailgate.errors import Permanent, Temporary
from mailgate.receive.imap import answers
from mailgate.receive.imap.wire import Wire

_TALK = 4 * 2**20  # bytes of an answer that holds no mails; a hundred thousand UIDs are one
_LONGEST = 1800.0  # seconds for one question, however lively the server is

T = TypeVar("T")


class Lost(Temporary):
    """The connection is gone, or of no more use: come again later."""


class Unwilling(Temporary):
    """The server said no. The connection is sound."""


class NotLetIn(Permanent):
    """The server knows us and does not let us in: trying again will not help, somebody has to act."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a mailbox lies. `security`: `tls` from the first byte, `starttls`, or `none` (on this machine only)."""

    host: str
    port: int
    security: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's yes: what it said before, and its last words."""

    lines: answers.Lines
    words: str


class Connection:
    """Questions and answers, one at a time."""

    def __init__(self, wire: Wire, patience: float) -> None:
        self.wire = wire
        self.capabilities: frozenset[str] = frozenset()
        self._patience = patience

    async def say(self, name: str, *words: str, prefix: str = "", most: int = _TALK) -> Answer:
        """Send a command. A no is `Unwilling`."""
        command = Command(name, self.wire.new_tag(), *words, prefix=prefix or None, loop=self.wire.loop)
        return await self.answered(self.wire.execute(command), name, most=most)

    async def answered(self, question: Coroutine[Any, Any, Any], name: str, *, most: int = _TALK) -> Answer:
        response = await self.within_reason(question, most=most)
        *lines, last = response.lines
        words = bytes(last).decode("utf-8", "replace")
        if response.result == "OK":
            return Answer(lines, words)
        raise Unwilling(f"the server refuses {name}: {words[:200]}")

    async def within_reason(self, question: Coroutine[Any, Any, T], *, most: int = _TALK) -> T:
        """The answer, or `Lost` when the server falls silent, talks without end, or goes."""
        wire = self.wire
        wire.allow(most)
        wire.heard_at = wire.loop.time()
        asked = asyncio.ensure_future(question)
        try:
            await self._while_lively(asked)
            return asked.result()
        except Lost:
            raise
        except Exception as error:
            wire.give_up(f"the conversation went astray ({type(error).__name__})")
            raise Lost(wire.gone.result()) from error
        finally:
            if not asked.done():
                asked.cancel()
                wire.give_up("we left in the middle of an answer")

    async def _while_lively(self, asked: asyncio.Future[T]) -> None:
        wire, loop = self.wire, self.wire.loop
        end = loop.time() + _LONGEST
        while not asked.done():
            left = min(wire.heard_at + self._patience, end) - loop.time()
            if left <= 0:
                wire.give_up(f"the server has said nothing for {self._patience:.0f} seconds")
            if wire.gone.done():
                raise Lost(wire.gone.result())
            await asyncio.wait((asked, wire.gone), timeout=left, return_when=asyncio.FIRST_COMPLETED)

    def can(self, what: str) -> bool:
        return what in self.capabilities

    async def learn(self) -> None:
        """Ask what the server can do. The answer differs before and after signing in."""
        self.capabilities = answers.capabilities((await self.say("CAPABILITY")).lines)
        self.wire.capabilities = set(self.capabilities)

    def signed_in(self) -> None:
        self.wire.state = AUTH


@asynccontextmanager
async def connected(server: Server, patience: float) -> AsyncIterator[Connection]:
    """A connection that nobody has signed in on yet; gone when the block ends."""
    loop = asyncio.get_running_loop()
    wire = Wire(loop)
    wire.allow(_TALK)
    connection = Connection(wire, patience)
    try:
        await _reach(connection, server, patience)
        yield connection
        with contextlib.suppress(Temporary):
            await connection.say("LOGOUT")
    finally:
        wire.give_up("closed by us")


async def _reach(connection: Connection, server: Server, patience: float) -> None:
    wire, tls = connection.wire, ssl.create_default_context()
    try:
        async with asyncio.timeout(patience):
            await wire.loop.create_connection(
                lambda: wire, server.host, server.port, ssl=tls if server.security == "tls" else None
            )
    except ssl.SSLCertVerificationError as error:
        raise Lost(f"{server.host} shows a certificate that is not to be trusted: {error.verify_message}") from error
    except (OSError, TimeoutError) as error:
        why = "no answer" if isinstance(error, TimeoutError) else error.strerror or type(error).__name__
        raise Lost(f"{server.host}:{server.port} cannot be reached: {why}") from error
    await connection.within_reason(_greeting(wire))
    if server.security == "starttls":
        await _make_safe(connection, server, tls, patience)
    await connection.learn()


async def _greeting(wire: Wire) -> None:
    await wire.greeted


async def _make_safe(connection: Connection, server: Server, tls: ssl.SSLContext, patience: float) -> None:
    """STARTTLS, without which nothing secret is said."""
    await connection.say("STARTTLS")
    wire = connection.wire
    wire.forget()
    try:
        async with asyncio.timeout(patience):
            wire.transport = await wire.loop.start_tls(wire.transport, wire, tls, server_hostname=server.host)
    except ssl.SSLCertVerificationError as error:
        raise Lost(f"{server.host} shows a certificate that is not to be trusted: {error.verify_message}") from error
    except (OSError, TimeoutError) as error:
        raise Lost(f"{server.host} does not manage to encrypt: {type(error).__name__}") from error
