"""Keep mail: every door hands its mails to one keeper, which commits them in groups and only then says so."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from mailgate import log
from mailgate.failpoints import point
from mailgate.queue.nudges import Bell
from mailgate.store.door import DoorDatabase, Keeping, Step

_GROUP = 64  # deliveries committed together, at most
_GROUP_BYTES = 16 * 2**20
_READ_AT_ONCE = 50  # a burst of more wakes more than one worker

_log = log.get("accept")


@dataclass(frozen=True, slots=True)
class Incoming:
    """One mail for one mailbox, on its way to being kept."""

    org_id: int
    mailbox_id: int
    door: str
    peer: str
    sender: str
    recipient: str
    raw: bytes
    received_at: datetime
    folder: str | None = None  # by IMAP: where it lay
    is_junk: bool = False  # it lay in a folder for spam
    dated: datetime | None = None  # of an imported mail: when it came in the first place
    quiet: bool = False  # imported, and nobody asked for automatic answers
    helo: str | None = None


@dataclass(frozen=True, slots=True)
class _Delivery:
    """What one client waits for: all its mails, or none."""

    mails: tuple[Incoming, ...]
    step: Step | None
    done: Future[list[int]]

    @property
    def size(self) -> int:
        return sum(len(mail.raw) for mail in self.mails)


class Keeper:
    """Commits what comes in. Runs in a thread of its own, so a client that drops cannot stop a commit half-way."""

    def __init__(self, database: DoorDatabase, bell: Bell) -> None:
        self._database = database
        self._bell = bell
        self._coming: queue.SimpleQueue[_Delivery | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._thread.start()

    def keep(self, mails: Sequence[Incoming], step: Step | None = None) -> Future[list[int]]:
        """Keep these mails, all or none. The future holds their ids once they are committed, or why they are not.

        `step`: a cursor that moves on in the same transaction.
        """
        delivery = _Delivery(tuple(mails), step, Future())
        self._coming.put(delivery)
        return delivery.done

    def close(self) -> None:
        """Finish what has come so far."""
        self._coming.put(None)
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while (first := self._coming.get()) is not None:
            group, is_last = self._group(first)
            self._keep_group(group)
            if is_last:
                return

    def _group(self, first: _Delivery) -> tuple[list[_Delivery], bool]:
        """Whatever came while the last commit ran goes into the next one."""
        group, size = [first], first.size
        while len(group) < _GROUP and size < _GROUP_BYTES:
            try:
                delivery = self._coming.get_nowait()
            except queue.Empty:
                break
            if delivery is None:
                return group, True
            group.append(delivery)
            size += delivery.size
        return group, False

    def _keep_group(self, group: list[_Delivery]) -> None:
        try:
            kept = self._commit(group)
        except Exception as error:  # noqa: BLE001 - a door: each client is told to come again, the cause is logged
            if len(group) > 1:
                for delivery in group:
                    self._keep_group([delivery])
                return
            _log.error("could not keep mail from %s: %s", _peer(group[0]), error)
            group[0].done.set_exception(error)
            return
        point("accept.after_commit")
        if kept:
            self._bell.ring("read_mail", workers=-(-len(kept) // _READ_AT_ONCE))
        point("accept.before_answer")
        for delivery in group:
            delivery.done.set_result([kept[id(mail)] for mail in delivery.mails])

    def _commit(self, group: list[_Delivery]) -> dict[int, int]:
        """Write all mails of a group in one transaction, tenant by tenant; the ids by mail."""
        point("accept.received")
        writes = [write for delivery in group for write in (*delivery.mails, delivery.step) if write is not None]
        writes.sort(key=_tenant)
        kept: dict[int, int] = {}
        with self._database.keeping() as keeping:
            for org, of_tenant in groupby(writes, key=_tenant):
                keeping.sit(org)
                kept |= _write(keeping, list(of_tenant))
            point("accept.before_commit")
        return kept


def _tenant(write: Incoming | Step) -> int:
    return write.org_id


def _write(keeping: Keeping, writes: Sequence[Incoming | Step]) -> dict[int, int]:
    """Write what is one tenant's; the ids by mail."""
    mails = [write for write in writes if isinstance(write, Incoming)]
    for step in writes:
        if isinstance(step, Step):
            keeping.move_on(step)
    kept = keeping.keep([_row(mail) for mail in mails]) if mails else []
    return {id(mail): kept_id for mail, kept_id in zip(mails, kept, strict=True)}


def _peer(delivery: _Delivery) -> str:
    return delivery.mails[0].peer if delivery.mails else "an IMAP folder"


def _row(mail: Incoming) -> dict[str, Any]:
    return {
        "org_id": mail.org_id,
        "mailbox_id": mail.mailbox_id,
        "door": mail.door,
        "peer": mail.peer[:200],
        "helo": mail.helo[:255] if mail.helo else None,
        "sender": mail.sender[:1000],
        "recipient": mail.recipient[:1000],
        "size": len(mail.raw),
        "sha256": hashlib.sha256(mail.raw).digest(),
        "raw": mail.raw,
        "received_at": mail.received_at,
        "folder": mail.folder,
        "is_junk": mail.is_junk,
        "dated": mail.dated,
        "quiet": mail.quiet,
    }
