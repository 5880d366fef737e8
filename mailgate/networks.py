"""Addresses of clients: which network one lies in, and as whom it is counted."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import cache

LOOPBACK = ("127.0.0.0/8", "::1/128")

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_network = cache(ipaddress.ip_network)


def is_in(address: str, networks: Iterable[str]) -> bool:
    """Whether an address lies in one of these networks; what is no address lies nowhere."""
    known = _known(address)
    return known is not None and any(known in _network(network) for network in networks)


def is_public(address: str) -> bool:
    """Whether an address is one that the whole Internet can reach; what is no address is not."""
    known = _known(address)
    return known is not None and known.is_global


def counted_as(address: str) -> str:
    """Whom a limit counts: an address of IPv4, the /64 of one of IPv6, whose owner has all of it."""
    known = _known(address)
    if isinstance(known, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known) if known is not None else address


def _known(address: str) -> _Address | None:
    try:
        known = ipaddress.ip_address(address.partition("%")[0])  # a zone, as in fe80::1%eth0, is the machine's own word
    except ValueError:
        return None
    return (known.ipv4_mapped or known) if isinstance(known, ipaddress.IPv6Address) else known
