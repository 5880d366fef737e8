"""Claimed copies with their bytes, read as plain rows: what leaves in large numbers, and changes nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg import Connection

from mailgate.store.db import Session

_AT_ONCE = 64 * 2**20  # bytes in memory; a hundred letters with large files would be gigabytes
# As it is, in PostgreSQL's own form: the hex digits of the usual one take five times as long.
_QUESTION = """
SELECT o.id, o.written_id, o.mailbox_id, o.ticket_id, o.sender, o.recipient, o.next_try, o.created_at,
       o.unless_written_since,
       CASE WHEN sum(octet_length(w.raw)) OVER (ORDER BY o.id) - octet_length(w.raw) < $2 THEN w.raw END
FROM outbox o JOIN written_letters w ON w.org_id = o.org_id AND w.id = o.written_id
WHERE o.id = ANY ($1) AND o.state = 'sending'
ORDER BY o.id
"""


class Leaving(NamedTuple):
    """One recipient's copy, about to leave."""

    id: int
    written_id: int
    mailbox_id: int
    ticket_id: int | None
    sender: str
    recipient: str
    next_try: datetime
    created_at: datetime
    unless_written_since: datetime | None
    raw: bytes


def letters_to_send(session: Session, ids: Sequence[int]) -> tuple[list[Leaving], list[int]]:
    """Claimed copies with the bytes to send, as many as memory should hold; and which of them were too many."""
    driver = session.connection().connection.driver_connection
    assert isinstance(driver, Connection)
    with driver.cursor(binary=True) as cursor:
        cursor.execute(_QUESTION, [list(ids), _AT_ONCE])
        rows = [Leaving(*row) for row in cursor.fetchall()]
    return [row for row in rows if row.raw is not None], [row.id for row in rows if row.raw is None]
