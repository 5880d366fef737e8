"""What all tasks of the IMAP process share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TypeVar

from mailgate.receive.accept import Keeper
from mailgate.receive.imap.budget import Budget
from mailgate.seal import Seal
from mailgate.store.db import Database, Session

_UNDER_WAY = 96 * 2**20  # bytes of mail fetched and not yet committed, over all mailboxes
_CONNECTING = 20  # mailboxes that sign in at the same time

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. After a failure the pause doubles, up to the longest."""

    tick: float = 2.0  # between looks at which mailboxes there are
    poll: float = 60.0  # between looks into folders whose server does not tell of new mail
    idle: float = 240.0  # a server that does is asked again all the same: shorter than any firewall forgets
    patience: float = 60.0  # of silence in the middle of an answer
    first_pause: float = 5.0
    longest_pause: float = 300.0
    refused_pause: float = 60.0  # servers lock out who tries wrong passwords too often
    longest_refused_pause: float = 1800.0


@dataclass
class Room:
    """One process's tools."""

    database: Database
    keeper: Keeper
    seal: Seal
    message_size: int
    pace: Pace = field(default_factory=Pace)
    budget: Budget = field(default_factory=lambda: Budget(_UNDER_WAY))
    connecting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_CONNECTING))

    async def ask(self, org: int, question: Callable[[Session], T]) -> T:
        """Ask the store something, beside the loop."""
        return await asyncio.to_thread(_asked, self.database.desk(org), question)


def _asked(desk: AbstractContextManager[Session], question: Callable[[Session], T]) -> T:
    with desk as session:
        return question(session)
