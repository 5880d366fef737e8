"""Can a mailbox be reached? Sign in to its IMAP server and its relay as it is set up, and look no further.

Nothing is read there and nothing is sent; `mailgate mailbox check` does more, and sends the mailbox a mail. The servers
are asked outside of any transaction, and not for long.
"""

from __future__ import annotations

import imaplib
import smtplib
import ssl
from collections.abc import Iterator
from typing import NamedTuple

from mailgate.seal import Seal
from mailgate.store.imap import ImapAccount
from mailgate.store.relays import RelayAccount

_PATIENCE = 10.0
_LONGEST = 200


class Reached(NamedTuple):
    """One line: `state` is ok, warn or fail."""

    what: str
    state: str
    words: str


class Signing(NamedTuple):
    """Where to sign in, and how; read in a transaction, used after it."""

    what: str  # IMAP or relay
    host: str
    port: int
    security: str
    username: str | None
    secret: bytes | None  # sealed
    is_by_token: bool


def signing_of(account: ImapAccount | RelayAccount) -> Signing:
    what = "IMAP" if isinstance(account, ImapAccount) else "Relay"
    is_by_token = account.oauth is not None
    return Signing(what, account.host, account.port, account.security, account.username, account.secret, is_by_token)


def reach(signings: list[Signing], seal: Seal) -> Iterator[Reached]:
    """Try each."""
    for signing in signings:
        if signing.is_by_token:
            words = f"It signs in at {signing.host} by token; whether that holds shows at each fetch or letter."
            yield Reached(signing.what, "warn", words)
            continue
        password = seal.open(signing.secret) if signing.secret is not None else None
        try:
            yield Reached(
                signing.what, "ok", _imap(signing, password) if signing.what == "IMAP" else _relay(signing, password)
            )
        except (OSError, imaplib.IMAP4.error, smtplib.SMTPException) as error:
            said = " ".join(str(error).split())[:_LONGEST] or type(error).__name__
            yield Reached(signing.what, "fail", f"{signing.host}:{signing.port} says: {said}")


def _imap(signing: Signing, password: str | None) -> str:
    if signing.security == "tls":
        context = ssl.create_default_context()
        client: imaplib.IMAP4 = imaplib.IMAP4_SSL(signing.host, signing.port, ssl_context=context, timeout=_PATIENCE)
    else:
        client = imaplib.IMAP4(signing.host, signing.port, timeout=_PATIENCE)
    try:
        if signing.security == "starttls":
            client.starttls(ssl.create_default_context())
        client.login(signing.username or "", password or "")
        _, folders = client.list()
        count = len([each for each in folders if each])
        return f"{signing.host} lets {signing.username} in, and shows {count} folders."
    finally:
        client.shutdown()


def _relay(signing: Signing, password: str | None) -> str:
    if signing.security == "tls":
        context = ssl.create_default_context()
        client: smtplib.SMTP = smtplib.SMTP_SSL(signing.host, signing.port, timeout=_PATIENCE, context=context)
    else:
        client = smtplib.SMTP(signing.host, signing.port, timeout=_PATIENCE)
    try:
        if signing.security == "starttls":
            client.starttls(context=ssl.create_default_context())
        if password is not None:
            client.login(signing.username or "", password)
        else:
            client.ehlo_or_helo_if_needed()
        return f"{signing.host} greets us{' and lets us sign in' if password is not None else ''}."
    finally:
        client.close()
