"""The PROXY line (HAProxy's protocol, versions 1 and 2): whom a connection from a named proxy really comes from."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address

from aiosmtpd.proxy_protocol import V2_CMD, ProxyData, get_proxy

_LONGEST_LINE = 107  # of version 1, as its specification has it


class BadProxyLine(Exception):  # noqa: N818 - named for what came
    """A named proxy did not begin as it has to."""


async def client_behind(line: asyncio.Transport) -> str | None:
    """The client's address; None where the proxy speaks for itself (LOCAL, UNKNOWN).

    Not a byte more than the line is taken from the socket: what follows belongs to TLS or to the conversation.
    """
    with line.get_extra_info("socket").dup() as own:
        own.setblocking(False)
        told: ProxyData = await get_proxy(_Socket(own))
    if not told.valid:
        raise BadProxyLine(told.error or "no PROXY line")
    is_client = told.command != V2_CMD.LOCAL and isinstance(told.src_addr, IPv4Address | IPv6Address)
    return str(told.src_addr) if is_client else None


class _Socket:
    """A socket as aiosmtpd's parser wants to read it."""

    def __init__(self, own: socket.socket) -> None:
        self._own = own

    async def read(self, count: int = 1) -> bytes:
        return await asyncio.get_running_loop().sock_recv(self._own, count)

    async def readexactly(self, count: int) -> bytes:
        gathered = b""
        while len(gathered) < count:
            piece = await self.read(count - len(gathered))
            if not piece:
                raise BadProxyLine("gone before a PROXY line")
            gathered += piece
        return gathered

    async def readuntil(self, separator: bytes = b"\n") -> bytes:
        gathered = b""
        while not gathered.endswith(separator) and len(gathered) <= _LONGEST_LINE:
            gathered += await self.readexactly(1)
        return gathered
