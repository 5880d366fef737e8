"""The SMTP door: aiosmtpd with its defaults hardened. It says 250 only after the commit."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import Counter
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from mailgate import clock, log
from mailgate.receive.accept import Incoming, Keeper
from mailgate.receive.data import TooLarge, read_data
from mailgate.store.db import Database
from mailgate.store.office import Found, find_mailbox

_MAX_RECIPIENTS = 100
_MAX_CONNECTIONS = 400
_MAX_PER_PEER = 50
_IDLE_SECONDS = 120
_BUFFER = 2**16
_KNOWN, _KNOWN_SECONDS = 1000, 1.0  # addresses of ours that are remembered, and for how long

# <local@domain> of ordinary characters; a dot may only part others.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_PATH = re.compile(rf"<({_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)>")

_LATER = "451 4.3.0 Not now, please try again later"  # never a word about what went wrong (THREATS F2)
_UNKNOWN = "550 5.1.1 No such mailbox here"
_BUSY = b"421 4.7.0 Too many connections, please try again later\r\n"

_log = log.get("smtp")


@dataclass
class Doorkeeper:
    """What all connections of this door share."""

    database: Database
    keeper: Keeper
    message_size: int
    tls: ssl.SSLContext | None = None
    max_connections: int = _MAX_CONNECTIONS
    max_per_peer: int = _MAX_PER_PEER
    idle_seconds: float = _IDLE_SECONDS
    peers: Counter[str] = field(default_factory=Counter)
    known: dict[str, tuple[float, Found]] = field(default_factory=dict)  # address: until when, what

    def admits(self, peer: str) -> bool:
        """Whether one more connection from there is welcome. Loopback is where our own relay and proxies live."""
        if self.peers.total() >= self.max_connections:
            return False
        return peer.startswith("127.") or peer == "::1" or self.peers[peer] < self.max_per_peer

    async def mailbox(self, address: str) -> Found | None:
        """Whose address this is. Known ones are asked for once a second, so a burst costs little."""
        until, found = self.known.get(address, (0.0, None))
        if monotonic() < until:
            return found
        found = await asyncio.to_thread(self._look_up, address)
        if len(self.known) >= _KNOWN:
            self.known.clear()
        if found is not None:
            self.known[address] = (monotonic() + _KNOWN_SECONDS, found)
        return found

    def _look_up(self, address: str) -> Found | None:
        with self.database.crossing() as connection:
            return find_mailbox(connection, address)


class Conversation(SMTP):
    """One client's connection."""

    line_length_limit = _BUFFER  # of the stream's buffer; a mail's lines may be longer (THREATS row 3)

    def __init__(self, door: Doorkeeper) -> None:
        super().__init__(
            _Hooks(door),
            data_size_limit=door.message_size,
            enable_SMTPUTF8=True,
            timeout=door.idle_seconds,
            tls_context=door.tls,
            hostname="mailgate",
            ident="Mailgate",
            auth_require_tls=True,
        )
        self._door = door
        self._admitted: str | None = None

    def connection_made(self, transport: Any) -> None:
        if self._admitted is None:
            peer = str((transport.get_extra_info("peername") or ("local",))[0])
            if not self._door.admits(peer):
                transport.write(_BUSY)
                transport.close()
                return
            self._admitted = peer
            self._door.peers[peer] += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._admitted is None:
            return
        self._door.peers[self._admitted] -= 1
        self._door.peers += Counter()  # forget who is gone
        super().connection_lost(error)

    def eof_received(self) -> bool | None:
        return super().eof_received() if self._admitted is not None else None

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd finds commands by this name
        """Take the mail itself, bounded (THREATS rows 1, 3, F12), and answer once it is committed."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        try:
            content = await read_data(self._reader, self._door.message_size, moving=self._reset_timeout)
        except TooLarge:
            answer = f"552 5.3.4 Too large: at most {self._door.message_size} bytes"
        except asyncio.CancelledError:
            self._writer.close()
            raise
        else:
            self.envelope.content = content
            answer = await self._call_handler_hook("DATA")
        self._set_post_data_state()  # type: ignore[no-untyped-call] # aiosmtpd types it in part
        await self.push(answer)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The base class takes addresses apart with the standard library's slowest parser; nearly all are plain."""
        if (plain := _PLAIN_PATH.match(arg)) is not None:
            return plain[1], arg[plain.end() :]
        return super()._getaddr(arg)

    async def handle_exception(self, error: Exception) -> str:
        """Our failure: the client tries again later and learns nothing of us (THREATS F2)."""
        _log.error("while talking to %s: %s: %s", self._admitted, type(error).__name__, error)
        return _LATER


class _Hooks:
    """What aiosmtpd asks at each command."""

    def __init__(self, door: Doorkeeper) -> None:
        self._door = door
        self._found: dict[str, Found] = {}

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds hooks by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._found.clear()
        envelope.mail_from = address  # "<>" for the null sender: aiosmtpd takes "" for a missing MAIL
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - as above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= _MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients in one go"
        found = await self._door.mailbox(_storable(address))
        if found is None:
            return _UNKNOWN
        self._found[address] = found
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        peer = str((session.peer or ("local",))[0])
        assert isinstance(envelope.content, bytes)
        sender = "" if envelope.mail_from == "<>" else _storable(envelope.mail_from or "")
        mails = {
            (found.org_id, found.id): Incoming(
                found.org_id, found.id, "smtp", peer, sender, _storable(address), envelope.content, clock.now()
            )
            for address, found in reversed(self._found.items())
        }
        kept = await asyncio.shield(asyncio.wrap_future(self._door.keeper.keep(list(mails.values()))))
        for mail, kept_id in zip(mails.values(), kept, strict=True):
            _log.info("kept %s for %s from %s", kept_id, mail.recipient, mail.sender or "<>")
        return f"250 2.0.0 Kept as {', '.join(map(str, kept))}"


def _storable(address: str) -> str:
    """An address a text column takes: no NUL, no stray bytes."""
    return address.replace("\0", "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")


async def serve(door: Doorkeeper, host: str, port: int) -> asyncio.Server:
    """Open the door."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Conversation(door), host, port, backlog=200)


def tls_context(cert: str, key: str) -> ssl.SSLContext:
    """What STARTTLS offers."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return context
