"""Named locks that last as long as the transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from mailgate.store.base import tenant


def lock_names(session: Session, names: Iterable[str]) -> None:
    """Take all these locks of this tenant, in one order for everybody, so that nobody waits in a circle."""
    keys = sorted({_key(tenant(session), name) for name in names})
    session.execute(
        text("SELECT pg_advisory_xact_lock(k) FROM (SELECT unnest(CAST(:keys AS bigint[])) AS k ORDER BY 1) AS sorted"),
        {"keys": keys},
    )


def _key(org: int, name: str) -> int:
    digest = hashlib.blake2b(f"{org}\0{name}".encode("utf-8", "surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
