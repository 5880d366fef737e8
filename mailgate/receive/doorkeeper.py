"""What all connections of the mail doors share: who may come in, whose address this is, and the keeper of mails."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

from mailgate import clock
from mailgate.networks import LOOPBACK, counted_as, is_in
from mailgate.queue.limits import Limits
from mailgate.receive.accept import Incoming, Keeper
from mailgate.rights import Right, may
from mailgate.store.door import Application, DoorDatabase, Found
from mailgate.tokens import hashed

_MAX_CONNECTIONS = 400
_MAX_PER_PEER = 50
_IDLE_SECONDS = 120
_KNOWN, _KNOWN_SECONDS = 1000, 1.0  # addresses of ours that are remembered, and for how long


@dataclass
class Doorkeeper:
    """One process's doors."""

    database: DoorDatabase
    keeper: Keeper
    message_size: int
    tls: ssl.SSLContext | None = None
    limits: Limits | None = None
    mails_per_minute: int = 0  # from one address; 0: no limit
    unlimited: tuple[str, ...] = ()  # networks no limit applies to, besides this machine
    proxies: tuple[str, ...] = ()  # networks whose connections begin with a PROXY line
    max_connections: int = _MAX_CONNECTIONS
    max_per_peer: int = _MAX_PER_PEER
    idle_seconds: float = _IDLE_SECONDS
    peers: Counter[str] = field(default_factory=Counter)
    known: dict[str, tuple[float, Found]] = field(default_factory=dict)  # address: until when, what

    def admit(self, peer: str) -> bool:
        """Count one more connection from there, if it is welcome. Loopback is where our own relay and proxies live."""
        whom = counted_as(peer)
        if self.peers.total() >= self.max_connections:
            return False
        if self.peers[whom] >= self.max_per_peer and not self.is_unlimited(peer):
            return False
        self.peers[whom] += 1
        return True

    def dismiss(self, peer: str) -> None:
        """One that was admitted is gone."""
        self.peers[counted_as(peer)] -= 1
        self.peers += Counter()  # forget who is gone

    def is_proxy(self, peer: str) -> bool:
        return is_in(peer, self.proxies)

    def is_unlimited(self, peer: str) -> bool:
        return is_in(peer, (*LOOPBACK, *self.unlimited))

    async def may_send(self, peer: str) -> bool:
        """Count one more mail from there; whether it is still within the limit."""
        if self.limits is None or not self.mails_per_minute or self.is_unlimited(peer):
            return True
        times, whom = self.mails_per_minute, counted_as(peer)
        return await asyncio.to_thread(self.limits.is_within, "mail", whom, times=times, seconds=60)

    async def mailbox(self, address: str) -> Found | None:
        """Whose address this is. Known ones are asked for once a second, so a burst costs little."""
        until, found = self.known.get(address, (0.0, None))
        if monotonic() < until:
            return found
        found = await asyncio.to_thread(self.database.find_mailbox, address)
        if len(self.known) >= _KNOWN:
            self.known.clear()
        if found is not None:
            self.known[address] = (monotonic() + _KNOWN_SECONDS, found)
        return found

    async def application(self, secret: str) -> Application | None:
        """Who signs in with this token; None if nobody may who has it."""
        found = await asyncio.to_thread(self.database.find_application, hashed(secret))
        if found is None or not may(found.role, Right.WORK):
            return None
        return None if found.expires_at is not None and found.expires_at <= clock.now() else found

    def keep(self, mails: Sequence[Incoming]) -> asyncio.Future[list[int]]:
        """Keep these mails, all or none; begun at once, whatever becomes of the client (THREATS F3)."""
        return asyncio.shield(asyncio.wrap_future(self.keeper.keep(mails)))
