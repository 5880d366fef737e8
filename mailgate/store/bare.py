"""What PostgreSQL alone can do with a mail: one insert, one commit, nothing around it. The bench measures us by it."""

from __future__ import annotations

import hashlib
from types import TracebackType
from typing import Self

import psycopg

from mailgate import clock


class Bare:
    """One connection that keeps mails of the first organisation in its first mailbox."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("SELECT set_config('mailgate.org', '1', false)")

    def keep(self, sender: str, recipient: str, raw: bytes) -> None:
        self._connection.execute(
            "INSERT INTO kept_mail (org_id, mailbox_id, door, peer, sender, recipient, size, sha256, raw, received_at)"
            " VALUES (1, 1, 'smtp', '127.0.0.1', %s, %s, %s, %s, %s, %s)",
            (sender, recipient, len(raw), hashlib.sha256(raw).digest(), raw, clock.now()),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
