"""What the clock asks, over one bare connection: whatever only ticks need not weigh what the others do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg

from mailgate.errors import Temporary


class ClockDatabase:
    """A connection that is opened when it is needed, and anew when it was lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[Any] | None = None

    def take_lease(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """Take or renew a lease; False while somebody else holds it."""
        return self._ask("SELECT take_lease(%s, %s, %s, %s) IS NOT NULL", name, holder, now, until)

    def has_imap(self) -> bool:
        """Whether there is a mailbox to fetch by IMAP."""
        return self._ask("SELECT EXISTS (SELECT FROM imap_wanted())")

    def close(self) -> None:
        """Hang up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _ask(self, question: str, *values: object) -> bool:
        """A database that is away, or not yet of this version, is asked again at the next tick."""
        try:
            if self._connection is None:
                self._connection = psycopg.connect(
                    self._url, autocommit=True, connect_timeout=5, application_name="mailgate"
                )
            row = self._connection.execute(question, values).fetchone()
        except psycopg.Error as error:
            self.close()
            raise Temporary(f"The database does not answer the clock: {type(error).__name__}.") from error
        assert row is not None
        return bool(row[0])
