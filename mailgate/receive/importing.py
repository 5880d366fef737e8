"""Import mails from files in batches: each commit keeps many, and what was kept before is skipped."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from itertools import groupby

from mailgate.receive.accept import Incoming, Keeper
from mailgate.receive.archive import Lying
from mailgate.receive.pipe import dated, incoming, is_mail, recipients_of
from mailgate.store.db import Database
from mailgate.store.door import DoorDatabase, Found
from mailgate.store.kept import imported_before

_BATCH, _BATCH_BYTES = 64, 16 * 2**20
_COMMIT_SECONDS = 120


@dataclass
class Import:
    """One run, and what came of it so far."""

    database: Database
    door: DoorDatabase
    keeper: Keeper
    is_answered: bool = False
    kept: int = 0
    known: int = 0
    homeless: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)
    _batch: list[Incoming] = field(default_factory=list)
    _mailboxes: dict[str, Found | None] = field(default_factory=dict)

    def take(self, lying: Lying, mailbox: str | None) -> None:
        """Keep this mail, soon."""
        if lying.raw is None:
            self.left_out.append((lying.place, "is larger than MAILGATE_MESSAGE_SIZE allows."))
        elif not is_mail(lying.raw):
            self.left_out.append((lying.place, "is not a mail."))
        elif (whose := self.mailbox_for(lying.raw, mailbox)) is None:
            self.homeless += 1
            self.left_out.append((lying.place, "is for no mailbox here."))
        else:
            found, recipient = whose
            mail = incoming(lying.raw, found, door="import", peer=lying.place, recipient=recipient, sender=lying.sender)
            self._batch.append(replace(mail, dated=dated(lying.raw, mail.received_at), quiet=not self.is_answered))
            if len(self._batch) >= _BATCH or sum(len(mail.raw) for mail in self._batch) >= _BATCH_BYTES:
                self.finish()

    def finish(self) -> None:
        """Commit what was taken."""
        batch, self._batch = self._batch, []
        before = self._kept_before(batch)
        fresh = [mail for mail in batch if _digest(mail) not in before]
        if fresh:
            self.keeper.keep(fresh).result(_COMMIT_SECONDS)
        self.kept += len(fresh)
        self.known += len(batch) - len(fresh)

    def mailbox_for(self, raw: bytes, mailbox: str | None) -> tuple[Found, str] | None:
        """The mailbox this mail goes to, and the address that led there; None when it is for nobody here."""
        for address in (mailbox,) if mailbox else recipients_of(raw):
            if (found := self._look_up(address)) is not None:
                return found, address
        return None

    def summary(self) -> str:
        parts = [f"Kept {self.kept} {'mail' if self.kept == 1 else 'mails'}"]
        if self.known:
            parts.append(f"{self.known} had been imported before")
        if self.left_out:
            parts.append(f"{len(self.left_out)} left out")
        return "; ".join(parts) + "."

    def _look_up(self, address: str) -> Found | None:
        if address not in self._mailboxes:
            self._mailboxes[address] = self.door.find_mailbox(address)
        return self._mailboxes[address]

    def _kept_before(self, batch: list[Incoming]) -> set[tuple[int, bytes]]:
        known: set[tuple[int, bytes]] = set()
        for (org, mailbox_id), mails in groupby(sorted(batch, key=_whose), key=_whose):
            with self.database.desk(org) as session:
                hashes = imported_before(session, mailbox_id, [_digest(mail)[1] for mail in mails])
            known |= {(mailbox_id, digest) for digest in hashes}
        return known


def _whose(mail: Incoming) -> tuple[int, int]:
    return mail.org_id, mail.mailbox_id


def _digest(mail: Incoming) -> tuple[int, bytes]:
    return mail.mailbox_id, hashlib.sha256(mail.raw).digest()
