"""All mailboxes of all organisations: a task for each, started, ended and started anew as admins decide."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from functools import partial

from mailgate import clock, log
from mailgate.errors import MailgateError, Temporary
from mailgate.receive.imap.room import Room
from mailgate.receive.imap.watching import Watcher
from mailgate.store import imap as store
from mailgate.store.db import Session
from mailgate.store.door import Found
from mailgate.store.imap import ImapAccount, Wanted
from mailgate.store.leases import take_lease
from mailgate.store.office import mailbox_by_id

_LEASE = timedelta(seconds=15)

_log = log.get("imap")


class Post:
    """The tasks of this process. Of several processes one fetches; another takes over when it is gone."""

    def __init__(self, room: Room, holder: str) -> None:
        self._room = room
        self._holder = holder
        self._tasks: dict[Wanted, asyncio.Task[None]] = {}
        self._leads: bool | None = None

    async def fetch_until(self, stop: asyncio.Event) -> None:
        """Fetch until told to stop."""
        try:
            while not stop.is_set():
                try:
                    await self._compare(await asyncio.to_thread(self._wanted))
                except Temporary as error:
                    _log.warning("cannot see which mailboxes to fetch: %s", error)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._room.pace.tick)
        finally:
            await self._compare(set())
            await asyncio.to_thread(self._let_go)

    def _wanted(self) -> set[Wanted]:
        """What we should fetch now: all there is while we lead, nothing while another process does."""
        now = clock.now()
        with self._room.database.crossing() as connection:
            leads = take_lease(connection, "imap", self._holder, now, now + _LEASE) is not None
            found = set(store.wanted(connection)) if leads else set()
        if leads is not self._leads:
            _log.info("this process fetches" if leads else "another process fetches")
        self._leads = leads
        return found

    def _let_go(self) -> None:
        """Whoever stands by need not wait until our lease has run out."""
        if self._leads:
            with contextlib.suppress(Temporary), self._room.database.crossing() as connection:
                take_lease(connection, "imap", self._holder, clock.now(), clock.now())

    async def _compare(self, wanted: set[Wanted]) -> None:
        """End what is no longer wanted as it is, then start what is wanted and not there."""
        over = {key: task for key, task in self._tasks.items() if key not in wanted}
        for task in over.values():
            task.cancel()
        if over:
            await asyncio.wait(over.values())
        for key in over:
            del self._tasks[key]
        for key in wanted - set(self._tasks):
            self._tasks[key] = asyncio.create_task(self._watch(key))

    async def _watch(self, key: Wanted) -> None:
        try:
            found = await self._room.ask(key.org_id, partial(_account, key.id))
        except MailgateError as error:
            _log.warning("cannot read account %s: %s", key.id, error)
            found = None
        if found is None:
            await asyncio.sleep(self._room.pace.first_pause)
            self._tasks.pop(key, None)  # the next look decides anew
            return
        account, box = found
        await Watcher(self._room, account, box).watch()


def _account(account_id: int, session: Session) -> tuple[ImapAccount, Found] | None:
    account = store.account_by_id(session, account_id)
    if account is None:
        return None
    mailbox = mailbox_by_id(session, account.mailbox_id)
    return account, Found(mailbox.org_id, mailbox.id, mailbox.address)
