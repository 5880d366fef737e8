"""What a mailbox is signed in with: a sealed password, or a sealed refresh token that is exchanged for a fresh one."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

from mailgate import clock, oauth
from mailgate.oauth import Client, Grant, TokenSecret
from mailgate.receive.imap import sign_in
from mailgate.receive.imap.connection import Connection, NotLetIn
from mailgate.receive.imap.room import Room
from mailgate.store import imap as store
from mailgate.store.db import Session
from mailgate.store.imap import ImapAccount


async def enter(room: Room, account: ImapAccount, connection: Connection) -> None:
    """Sign in."""
    secret = room.seal.open(await room.ask(account.org_id, partial(_secret, account.id)))
    if account.oauth is None:
        await sign_in.by_password(connection, account.username, secret)
        return
    known = TokenSecret.unpacked(secret)
    client = Client(account.oauth["client_id"], known.client_secret)
    try:
        grant = await asyncio.to_thread(oauth.refreshed, account.oauth["token_url"], client, known.refresh_token)
    except oauth.SignedOut as error:
        raise NotLetIn(f"{error}. Sign in again: on the page Mailboxes, or with `mailgate mailbox connect`.") from None
    if grant.refresh_token != known.refresh_token or grant.lasts is not None:
        sealed = room.seal.close(TokenSecret(grant.refresh_token, known.client_secret).packed())
        await room.ask(account.org_id, partial(_replace, account.id, sealed, grant))
    await sign_in.by_token(connection, account.username, grant.access_token)


def _secret(account_id: int, session: Session) -> bytes:
    return store.secret_of(session, account_id)


def _replace(account_id: int, sealed: bytes, grant: Grant, session: Session) -> None:
    """Not a change of the account: its task stays as it is."""
    ends = clock.now() + timedelta(seconds=grant.lasts) if grant.lasts is not None else None
    store.replace_secret(session, account_id, sealed, ends)
