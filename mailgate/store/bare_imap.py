"""Wait until there is a mailbox to fetch by IMAP, with a bare connection that is gone between two questions.

`mailgate up` starts no IMAP process before one is needed, and what waits for that moment should weigh little.
"""

from __future__ import annotations

import contextlib
import time

import psycopg

_PAUSE = 3.0  # seconds


def wait_for_account(url: str) -> None:
    """Return as soon as there is one. A database that is away, or not yet of this version, is asked again."""
    while True:
        with contextlib.suppress(psycopg.Error), psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            if connection.execute("SELECT EXISTS (SELECT FROM imap_wanted())").fetchone() == (True,):
                return
        time.sleep(_PAUSE)
