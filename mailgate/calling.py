"""Connections to servers that somebody else names: looked up once, and not within our own network."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Sequence

from mailgate.errors import Permanent, Temporary
from mailgate.networks import is_in, is_public

_PATIENCE = 10.0  # seconds for each step of the conversation
# What carries another address within itself, and so may lead into our own network.
_WRAPPED = ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")


def public_addresses(host: str, port: int) -> list[str]:
    """Where a name leads, asked once: whoever checks one address and calls another is fooled by the second answer."""
    found = addresses(host, port)
    if not all(may_be_called(address) for address in found):
        raise Permanent(f"{host} lies in a private network: it is not called.")
    return found


def addresses(host: str, port: int) -> list[str]:
    """Where a name leads, wherever that is."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Temporary(f"{host} cannot be found.") from None
    if not found:
        raise Temporary(f"{host} has no address.")
    return [str(each[4][0]) for each in found]


def may_be_called(address: str) -> bool:
    """Whether an address is one of the Internet's own, of one machine, and carries no other within it."""
    if not is_public(address) or is_in(address, _WRAPPED):
        return False
    return not ipaddress.ip_address(address.partition("%")[0]).is_multicast


class Connection(http.client.HTTPConnection):
    """To the very addresses that were looked up, under the name that was asked for. It follows no redirect."""

    def __init__(self, host: str, port: int, addresses: Sequence[str], *, is_tls: bool) -> None:
        super().__init__(host, port, timeout=_PATIENCE)
        self._addresses, self._is_tls = addresses, is_tls
        self.default_port = http.client.HTTPS_PORT if is_tls else http.client.HTTP_PORT

    def connect(self) -> None:
        self.sock = self._reached()
        if self._is_tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def _reached(self) -> socket.socket:
        """The first that answers: a name often has an address of a kind that this machine cannot reach."""
        *others, last = self._addresses
        for address in others:
            try:
                return socket.create_connection((address, self.port), _PATIENCE)
            except OSError:
                continue
        return socket.create_connection((last, self.port), _PATIENCE)
