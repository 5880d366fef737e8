"""Give a mailbox a relay of its own, and take it away again."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from mailgate.errors import BadInput, NotFound
from mailgate.seal import Seal
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.office import Mailbox
from mailgate.store.outbox import release_of_mailbox
from mailgate.store.relays import RelayAccount, relay_of

_PORTS = {"smtps": 465, "smtp": 25}
_SUBMISSION = 587
_GRAPH = ("graph.microsoft.com", 443)
_FORM = "The relay's URL must be smtps://[user@]host[:port], smtp://… for STARTTLS, or graph: for Microsoft's Graph."


@dataclass(frozen=True, slots=True)
class Way:
    """Where letters leave, and as whom."""

    kind: str
    host: str
    port: int
    security: str
    username: str | None


def read_way(url: str, *, has_secret: bool) -> Way:
    """`smtps://host`, `smtp://user@host:587` (STARTTLS; on this machine without), `graph:`."""
    if url.rstrip("/") in ("graph:", "graph"):
        return Way("graph", *_GRAPH, "tls", None)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadInput(_FORM, relay="is not such a URL") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise BadInput(_FORM, relay="is not such a URL")
    if parts.password is not None:
        raise BadInput("A password does not belong into the URL: give it by itself.", relay="has a password")
    security = "tls" if parts.scheme == "smtps" else "none" if _is_here(parts.hostname) else "starttls"
    usual = _SUBMISSION if has_secret and parts.scheme == "smtp" else _PORTS[parts.scheme]
    return Way("smtp", parts.hostname, port or usual, security, unquote(parts.username or "") or None)


def give_relay(
    session: Session,
    mailbox: Mailbox,
    way: Way,
    secret: str | None,
    seal: Seal,
    at: datetime,
    *,
    oauth: dict[str, Any] | None = None,
    expires_at: datetime | None = None,
) -> RelayAccount:
    """Have a mailbox's letters leave this way from now on; what waited for a relay leaves at once."""
    if secret is not None and (not secret or any(character in secret for character in "\0\r\n")):
        raise BadInput("The password is empty, or not one line.", secret="is empty or not one line")  # noqa: S106 - no secret
    if way.kind == "graph" and oauth is None:
        raise BadInput("Microsoft's Graph takes tokens only: use --oauth microsoft.", oauth="is missing")
    account = relay_of(session, mailbox.id, lock=True)
    if account is None:
        account = add(session, RelayAccount(mailbox_id=mailbox.id))
    account.kind, account.host, account.port, account.security = way.kind, way.host, way.port, way.security
    account.username = (way.username or mailbox.address) if secret is not None else way.username
    account.oauth, account.expires_at = oauth, expires_at
    account.secret = seal.close(secret) if secret is not None else None
    account.changed_at, account.failing_since, account.complaint = at, None, None
    release_of_mailbox(session, mailbox.id, "relay", at)
    return account


def known_relay(session: Session, mailbox: Mailbox, *, lock: bool = False) -> RelayAccount:
    """A mailbox's own relay; NotFound where it has none."""
    account = relay_of(session, mailbox.id, lock=lock)
    if account is None:
        raise NotFound(f"{mailbox.address} has no relay of its own.")
    return account


def take_relay(session: Session, mailbox: Mailbox) -> RelayAccount:
    """Have its letters leave as those of all others."""
    account = known_relay(session, mailbox, lock=True)
    session.delete(account)
    return account


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
