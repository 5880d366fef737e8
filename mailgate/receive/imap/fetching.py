"""Take what is new in a folder: keep it, move the cursor in the same transaction, and only then touch the original."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from mailgate import log
from mailgate.failpoints import point
from mailgate.receive.accept import Incoming
from mailgate.receive.imap import mailbox
from mailgate.receive.imap.answers import Facts
from mailgate.receive.imap.connection import Connection, Lost, Unwilling
from mailgate.receive.imap.room import Room
from mailgate.receive.pipe import incoming, recipients_of
from mailgate.store import imap as store
from mailgate.store.db import Session
from mailgate.store.door import Cursor, Found, Step
from mailgate.store.imap import ImapAccount

_AT_ONCE = 100  # mails asked for in one command
_BYTES_AT_ONCE = 8 * 2**20
_TRIES = 3  # of a mail that the server does not hand out

_log = log.get("imap")


@dataclass
class Reader:
    """Reads the folders of one account over one connection."""

    room: Room
    account: ImapAccount
    box: Found
    connection: Connection
    tries: dict[tuple[str, int], int]  # of mails the server did not hand out; outlives the connection
    complaints: list[str] = field(default_factory=list)

    async def read(self, folder: str) -> None:
        """Take everything that is new in a folder, and finish what was broken off."""
        uidvalidity = await mailbox.enter(self.connection, folder)
        cursor = await self.room.ask(self.account.org_id, partial(self._cursor, folder, uidvalidity))
        cursor = await self._tidy(folder, cursor)
        while new := await mailbox.after(self.connection, cursor.uid, self.account.since):
            for start in range(0, len(new), _AT_ONCE):
                cursor = await self._take(folder, cursor, new[start : start + _AT_ONCE])

    def _cursor(self, folder: str, uidvalidity: int, session: Session) -> Cursor:
        known = store.cursor_of(session, self.account.id, folder)
        if known is not None and known.uidvalidity == uidvalidity:
            return known
        if known is not None:
            _log.warning("%s has numbered %s anew: what was kept before is recognised", self.account.host, folder)
        return store.start_folder(session, self.account.id, folder, uidvalidity)

    async def _take(self, folder: str, cursor: Cursor, uids: Sequence[int]) -> Cursor:
        """Take these mails, in their order, as many at once as their sizes allow."""
        facts = await mailbox.facts(self.connection, uids)
        for batch in _portions(uids, facts, self.room.message_size):
            cursor = await self._take_batch(folder, cursor, batch, facts)
        return cursor

    async def _take_batch(
        self, folder: str, cursor: Cursor, batch: Sequence[int], facts: Mapping[int, Facts]
    ) -> Cursor:
        ours = [uid for uid in batch if uid in facts and self._is_ours(facts[uid])]
        left = [(uid, self._too_large()) for uid in ours if facts[uid].size > self.room.message_size]
        small = [uid for uid in ours if facts[uid].size <= self.room.message_size]
        size = sum(facts[uid].size for uid in small)
        async with self.room.budget.share(2 * size):
            raws = await mailbox.mails(self.connection, small, size) if small else {}
            stubborn = await mailbox.still_there(self.connection, [uid for uid in small if uid not in raws])
            reach, gave_up = self._reach(folder, batch, stubborn)
            left += [(uid, "The server does not hand it out.") for uid in gave_up]
            taken = {uid: raw for uid, raw in raws.items() if uid <= reach}
            step = Step(
                *(self.account.org_id, self.account.id, folder, cursor, reach, tuple(taken)),
                left=tuple(sorted(each for each in left if each[0] <= reach)),
            )
            if reach > cursor.uid:
                cursor = await self._keep(step, taken)
        cursor = await self._tidy(folder, cursor)
        if reach < batch[-1]:
            raise Lost(f"the server does not hand out mail {min(set(stubborn) - set(gave_up))} of {folder}")
        return cursor

    def _reach(self, folder: str, batch: Sequence[int], stubborn: Sequence[int]) -> tuple[int, list[int]]:
        """How far we get for now, and which mails we give up: one that is not handed out stops us for a few tries."""
        gave_up: list[int] = []
        for uid in stubborn:
            tries = self.tries[folder, uid] = self.tries.get((folder, uid), 0) + 1
            if tries < _TRIES:
                return uid - 1, gave_up
            gave_up.append(uid)
        return batch[-1], gave_up

    async def _keep(self, step: Step, raws: Mapping[int, bytes]) -> Cursor:
        """Commit mails and cursor together. Shielded: a task that is ended here must not leave us unsure."""
        mails = [self._incoming(step.folder, uid, raw) for uid, raw in raws.items()]
        kept = await asyncio.shield(asyncio.wrap_future(self.room.keeper.keep(mails, step)))
        point("imap.after_keep")
        for uid, kept_id in zip(raws, kept, strict=True):
            _log.info("kept %s for %s from %s, mail %s", kept_id, self.box.address, step.folder, uid)
        for uid, why in step.left:
            _log.error("left mail %s of %s in %s where it lies: %s", uid, self.box.address, step.folder, why)
        return replace(step.before, uid=step.uid, tidy=(*step.before.tidy, *step.kept))

    def _incoming(self, folder: str, uid: int, raw: bytes) -> Incoming:
        peer = f"{self.account.host} {folder} {uid}"
        mail = incoming(raw, self.box, door="imap", peer=peer, recipient=_recipient(raw, self.box.address))
        return replace(mail, folder=folder, is_junk=folder in self.account.junk)

    async def _tidy(self, folder: str, cursor: Cursor) -> Cursor:
        """Flag, move or delete what is safely kept. A server that refuses does not stop us from taking more."""
        account, uids = self.account, cursor.tidy[:_AT_ONCE]
        if not cursor.tidy:
            return cursor
        try:
            if account.after == "seen":
                await mailbox.flag(self.connection, uids, "\\Seen")
            elif account.after == "move" and account.move_to is not None and account.move_to != folder:
                await mailbox.move(self.connection, uids, account.move_to)
            elif account.after == "delete":
                await mailbox.delete(self.connection, uids)
        except Unwilling as refusal:
            self.complaints.append(f"Mail of {folder} is kept, but cannot be tidied away: {refusal}")
            return cursor
        point("imap.after_tidy")
        done = partial(_tidied, account.id, folder, cursor.uidvalidity, uids)
        await self.room.ask(account.org_id, done)
        return await self._tidy(folder, replace(cursor, tidy=cursor.tidy[_AT_ONCE:]))

    def _is_ours(self, facts: Facts) -> bool:
        since = self.account.since
        return since is None or facts.came_at is None or facts.came_at >= since

    def _too_large(self) -> str:
        return f"It is larger than {self.room.message_size} bytes (MAILGATE_MESSAGE_SIZE)."


def _tidied(account_id: int, folder: str, uidvalidity: int, uids: Sequence[int], session: Session) -> None:
    store.tidied(session, account_id, folder, uidvalidity, uids)


def _portions(uids: Sequence[int], facts: Mapping[int, Facts], largest: int) -> Iterator[list[int]]:
    """Cut into batches of not too many bytes; what will not be fetched counts nothing."""
    batch: list[int] = []
    size = 0
    for uid in uids:
        own = facts[uid].size if uid in facts and facts[uid].size <= largest else 0
        if batch and size + own > _BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(uid)
        size += own
    if batch:
        yield batch


def _recipient(raw: bytes, address: str) -> str:
    """IMAP knows no envelope: the address of ours in the head, plus-part included, else whoever else stands there."""
    found = recipients_of(raw)
    ours = (each for each in found if _bare(each) == address)
    return next(ours, found[0] if found else "")


def _bare(address: str) -> str:
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
