"""Try a mailbox's account once, for whoever sets it up: does it let us in, which folders are there, has a mail come?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from mailgate.receive.imap import keys, mailbox
from mailgate.receive.imap.connection import Connection, Server, connected
from mailgate.receive.imap.room import Room
from mailgate.store.imap import ImapAccount


@asynccontextmanager
async def signed_in(room: Room, account: ImapAccount) -> AsyncIterator[Connection]:
    """A connection of our own beside the one that fetches."""
    server = Server(account.host, account.port, account.security)
    async with connected(server, room.pace.patience) as connection:
        await keys.enter(room, account, connection)
        yield connection


async def folders(connection: Connection) -> list[str]:
    return sorted(folder.name for folder in await mailbox.folders(connection))


async def has_come(connection: Connection, wanted: Iterable[str], message_id: str) -> str | None:
    """In which of these folders a mail lies; None while it has not come."""
    for folder in wanted:
        await mailbox.enter(connection, folder)
        if await mailbox.with_message_id(connection, message_id):
            return folder
    return None
