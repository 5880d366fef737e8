"""Look after one mailbox for as long as it is wanted: connect, read, wait for news, and come again after a failure."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from mailgate import clock, log
from mailgate.errors import MailgateError
from mailgate.receive.imap import keys, mailbox
from mailgate.receive.imap.connection import Connection, NotLetIn, Server, connected
from mailgate.receive.imap.fetching import Reader
from mailgate.receive.imap.room import Room
from mailgate.store import imap as store
from mailgate.store.db import Session
from mailgate.store.door import Found
from mailgate.store.imap import ImapAccount

_TOLD_EVERY = timedelta(seconds=30)  # that all is well need not be written more often

_log = log.get("imap")


@dataclass
class Watcher:
    """One mailbox's task."""

    room: Room
    account: ImapAccount
    box: Found
    _pause: float = 0.0
    _tries: dict[tuple[str, int], int] = field(default_factory=dict)
    _complaint: str | None = None

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            pace = self.room.pace
            try:
                await self._visit()
            except NotLetIn as error:
                await self._rest(str(error), pace.refused_pause, pace.longest_refused_pause)
            except MailgateError as error:
                await self._rest(str(error), pace.first_pause, pace.longest_pause)
            except Exception as error:  # noqa: BLE001 - a door: one mailbox must not stop the others
                _log.exception("fetching %s failed", self.box.address)
                await self._rest(f"{type(error).__name__}: {error}", pace.first_pause, pace.longest_pause)

    async def _visit(self) -> None:
        """Stay connected for as long as that goes well. Mailboxes come in one after the other, not all at once."""
        account = self.account
        async with AsyncExitStack() as stack:
            async with self.room.connecting:
                server = Server(account.host, account.port, account.security)
                connection = await stack.enter_async_context(connected(server, self.room.pace.patience))
                await keys.enter(self.room, account, connection)
            while True:
                await self._round(connection)
                waits = connection.can("IDLE") and len(account.folders) == 1
                await mailbox.wait_for_news(connection, self.room.pace.idle if waits else self.room.pace.poll)

    async def _round(self, connection: Connection) -> None:
        """Look through all folders; the first comes last, so that we wait for news in it."""
        reader = Reader(self.room, self.account, self.box, connection, self._tries)
        for folder in reversed(self.account.folders):
            await reader.read(folder)
        await self._went_well("; ".join(dict.fromkeys(reader.complaints)) or None)

    async def _went_well(self, complaint: str | None) -> None:
        self._pause = 0.0
        now = clock.now()
        known = self.account.good_at
        if known is not None and now - known < _TOLD_EVERY and complaint == self._complaint:
            return
        if complaint is not None and complaint != self._complaint:
            _log.warning("%s: %s", self.box.address, complaint)
        elif self._complaint is not None or known is None:
            _log.info("fetching %s from %s", self.box.address, self.account.host)
        self._complaint, self.account.good_at = complaint, now
        await self.room.ask(self.account.org_id, partial(_well, self.account.id, complaint))

    async def _rest(self, why: str, first: float, longest: float) -> None:
        """Say what is wrong, once, and wait longer each time."""
        if why != self._complaint:
            _log.warning("cannot fetch %s: %s", self.box.address, why)
        self._complaint = why
        self._pause = min(max(first, self._pause * 2), longest)
        try:
            await self.room.ask(self.account.org_id, partial(_wrong, self.account.id, why))
        except MailgateError as error:  # the database is away, too; it is asked again after the pause
            _log.warning("cannot note that %s fails: %s", self.box.address, error)
        await asyncio.sleep(self._pause * random.uniform(0.8, 1.2))  # noqa: S311 - spreads tries, hides nothing


def _well(account_id: int, complaint: str | None, session: Session) -> None:
    store.went_well(session, account_id, clock.now(), complaint)


def _wrong(account_id: int, why: str, session: Session) -> None:
    store.went_wrong(session, account_id, clock.now(), why)
