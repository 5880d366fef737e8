"""Connect a mailbox to the IMAP server that hosts it, and change or end that."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from mailgate.errors import BadInput, NotFound
from mailgate.oauth import Client, Grant, Provider, TokenSecret
from mailgate.seal import Seal
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.dkim import DkimKey, dkim_keys
from mailgate.store.imap import ImapAccount, account_of, every_secret, forget_folders, forget_left
from mailgate.store.office import Mailbox
from mailgate.store.relays import sealed_secrets

_PORTS = {"imaps": 993, "imap": 143}
_FORM = "The IMAP server's URL must be imaps://[user@]host[:port], or imap://… for STARTTLS."
AFTER = ("seen", "nothing", "delete", "move:FOLDER")


@dataclass(frozen=True, slots=True)
class ImapAddress:
    """Where a mailbox lies, and as whom to sign in."""

    host: str
    port: int
    security: str
    username: str | None


@dataclass(frozen=True, slots=True)
class Wishes:
    """Which folders are read, and what becomes of a mail there once it is kept."""

    folders: tuple[str, ...] = ("INBOX",)
    junk: tuple[str, ...] = ()
    after: str = "seen"
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ByToken:
    """What somebody's signing in has given us, where, and as which application."""

    provider: Provider
    client: Client
    grant: Grant

    def known(self) -> dict[str, str]:
        """What of it is no secret: whom to ask for tokens, and as whom."""
        return {"token_url": self.provider.token_url, "client_id": self.client.client_id}

    def ends(self, at: datetime) -> datetime | None:
        return at + timedelta(seconds=self.grant.lasts) if self.grant.lasts is not None else None


def read_imap_url(url: str) -> ImapAddress:
    """`imaps://host`, `imaps://user@host:993`, `imap://host` (STARTTLS; on this machine without)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadInput(_FORM, imap="is not such a URL") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise BadInput(_FORM, imap="is not such a URL")
    if parts.password is not None:
        raise BadInput("A password does not belong into the URL: give it by itself.", imap="has a password")
    security = "tls" if parts.scheme == "imaps" else "none" if _is_here(parts.hostname) else "starttls"
    return ImapAddress(parts.hostname, port or _PORTS[parts.scheme], security, unquote(parts.username or "") or None)


def connect(
    session: Session,
    mailbox: Mailbox,
    where: ImapAddress,
    wishes: Wishes,
    secret: str,
    seal: Seal,
    at: datetime,
    *,
    oauth: dict[str, Any] | None = None,
    expires_at: datetime | None = None,
) -> ImapAccount:
    """Have a mailbox fetched from now on, or otherwise than so far."""
    after, move_to = checked_after(wishes.after)
    if not secret or any(character in secret for character in "\0\r\n"):
        raise BadInput("The password is empty, or not one line.", secret="is empty or not one line")  # noqa: S106 - no secret
    account = account_of(session, mailbox.id, lock=True)
    if account is None:
        account = add(session, ImapAccount(mailbox_id=mailbox.id))
    username = where.username or mailbox.address
    if (account.host, account.username) != (where.host, username):
        forget_folders(session, account.id)
    forget_left(session, account.id)
    account.host, account.port, account.security = where.host, where.port, where.security
    account.username = username
    account.folders = list(dict.fromkeys((*wishes.folders, *wishes.junk)))
    account.junk = list(wishes.junk)
    account.after, account.move_to, account.since = after, move_to, wishes.since
    account.oauth, account.secret, account.expires_at = oauth, seal.close(secret), expires_at
    account.changed_at, account.good_at, account.failing_since, account.complaint = at, None, None, None
    return account


def sign_in_anew(
    session: Session, mailbox: Mailbox, way_in: ByToken, seal: Seal, at: datetime, *, username: str | None = None
) -> ImapAccount:
    """Have a mailbox fetched by token. Where it lay at this provider before, its folders are read as they were."""
    provider, grant = way_in.provider, way_in.grant
    known = account_of(session, mailbox.id)
    wishes = _wishes_of(known) if known is not None and known.host == provider.host else Wishes()
    where = ImapAddress(provider.host, _PORTS["imaps"], "tls", username)
    return connect(
        session, mailbox, where, wishes, TokenSecret(grant.refresh_token, way_in.client.client_secret).packed(), seal,
        at, oauth=way_in.known(), expires_at=way_in.ends(at),
    )  # fmt: skip


def _wishes_of(account: ImapAccount) -> Wishes:
    after = f"move:{account.move_to}" if account.after == "move" else account.after
    folders = tuple(name for name in account.folders if name not in account.junk)
    return Wishes(folders, tuple(account.junk), after, account.since)


def known_account(session: Session, mailbox: Mailbox, *, lock: bool = False) -> ImapAccount:
    """How a mailbox is fetched; NotFound where it is not."""
    account = account_of(session, mailbox.id, lock=lock)
    if account is None:
        raise NotFound(f"{mailbox.address} is not fetched by IMAP.")
    return account


def disconnect(session: Session, mailbox: Mailbox) -> ImapAccount:
    """Fetch it no more. What was kept stays; how far its folders were read is forgotten."""
    account = known_account(session, mailbox, lock=True)
    session.delete(account)
    return account


def reseal(session: Session, seal: Seal) -> int:
    """Seal every secret of this organisation with the present key; how many there are."""
    sealed: list[ImapAccount | DkimKey] = [*every_secret(session), *dkim_keys(session)]
    for each in sealed:
        each.secret = seal.renew(each.secret)
    relays = sealed_secrets(session)
    for relay in relays:
        relay.secret = seal.renew(relay.secret or b"")
    return len(sealed) + len(relays)


def checked_after(after: str) -> tuple[str, str | None]:
    """What becomes of a mail once it is kept, and the folder it is moved to."""
    what, _, folder = after.partition(":")
    if (what == "move") != bool(folder) or what not in {"seen", "nothing", "delete", "move"}:
        raise BadInput(f"After a mail was kept: one of {', '.join(AFTER)}.", after="is none of these")
    return what, folder or None


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
