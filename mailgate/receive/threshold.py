"""Where a connection comes in: counted, named by its proxy, encrypted from the first byte; then the talk begins."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, cast

from aiosmtpd.smtp import SMTP

from mailgate import log
from mailgate.receive.doorkeeper import Doorkeeper
from mailgate.receive.proxied import BadProxyLine, client_behind

_BUSY = b"421 4.7.0 Too many connections, please try again later\r\n"
_PATIENCE = 15  # seconds a client has for its PROXY line and TLS

_log = log.get("door")


class Threshold(asyncio.Protocol):
    """One connection that nothing has been said on."""

    def __init__(self, door: Doorkeeper, begin: Callable[[str], SMTP], tls: ssl.SSLContext | None) -> None:
        self._door = door
        self._begin = begin
        self._tls = tls
        self._task: asyncio.Task[None] | None = None  # kept, or it may be collected while it runs

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        line = cast("asyncio.Transport", transport)
        peer = str((line.get_extra_info("peername") or ("local",))[0])
        is_proxy = self._door.is_proxy(peer)
        if is_proxy or self._tls is not None:
            line.pause_reading()
            self._task = asyncio.get_running_loop().create_task(self._welcome(line, peer, is_proxy=is_proxy))
        elif self._is_admitted(line, peer):
            conversation = self._begin(peer)
            line.set_protocol(conversation)
            conversation.connection_made(line)

    def _is_admitted(self, line: asyncio.WriteTransport, peer: str) -> bool:
        if self._door.admit(peer):
            return True
        line.write(_BUSY)
        line.close()
        return False

    async def _welcome(self, line: asyncio.Transport, peer: str, *, is_proxy: bool) -> None:
        """The slower way in: the PROXY line is read from the socket itself, so that TLS can follow it."""
        try:
            async with asyncio.timeout(_PATIENCE):
                client = await client_behind(line) or peer if is_proxy else peer
                if self._is_admitted(line, client):
                    await self._let_in(line, client)
        except (OSError, TimeoutError, BadProxyLine) as error:  # an ssl.SSLError is an OSError
            _log.info("%s did not come in: %s", peer, error or type(error).__name__)
            line.close()

    async def _let_in(self, line: asyncio.Transport, client: str) -> None:
        conversation, secured = self._begin(client), line
        if self._tls is None:
            line.set_protocol(conversation)
        else:
            try:
                loop = asyncio.get_running_loop()
                secured = cast("asyncio.Transport", await _started(loop, line, conversation, self._tls))
            except BaseException:
                self._door.dismiss(client)
                raise
        conversation.connection_made(secured)
        secured.resume_reading()


async def _started(loop: asyncio.AbstractEventLoop, line: Any, conversation: Any, tls: ssl.SSLContext) -> Any:
    return await loop.start_tls(line, conversation, tls, server_side=True)
