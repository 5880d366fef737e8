"""`mailgate mailbox check`: sign in, list the folders, send a mail to itself and see it come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from email.utils import format_datetime
from typing import TYPE_CHECKING

from mailgate import clock
from mailgate.cli.doctor import Finding
from mailgate.cli.house import House
from mailgate.errors import MailgateError

if TYPE_CHECKING:
    from mailgate.receive.imap.connection import Connection
    from mailgate.send import Carrier
    from mailgate.store.db import Database
    from mailgate.store.imap import ImapAccount
    from mailgate.store.office import Mailbox

_PATIENCE = 20.0  # seconds for an answer
_LOOK_EVERY = 1.0


async def check(
    here: House, database: Database, mailbox: Mailbox, account: ImapAccount | None, wait: float
) -> AsyncIterator[Finding]:
    """What was found, one after the other. A mailbox without IMAP is checked by its mail alone."""
    if account is None:
        for finding in _sent(here, database, mailbox, message_id := _message_id(here, mailbox)):
            yield finding
            if finding.state == "ok":
                yield await _awaited(database, mailbox, None, None, message_id, wait)
        return
    try:
        async for finding in _by_imap(here, database, mailbox, account, wait):
            yield finding
    except MailgateError as error:
        yield Finding("imap", "fail", str(error))


async def _by_imap(
    here: House, database: Database, mailbox: Mailbox, account: ImapAccount, wait: float
) -> AsyncIterator[Finding]:
    from mailgate.queue.nudges import Bell
    from mailgate.receive.accept import Keeper
    from mailgate.receive.imap import trying
    from mailgate.receive.imap.room import Pace, Room
    from mailgate.store.door import DoorDatabase

    with (
        closing(DoorDatabase(here.servers.database_url)) as door,
        closing(Keeper(door, Bell(here.servers.redis_url))) as keeper,
    ):
        room = Room(database, keeper, here.seal, here.settings.message_size, Pace(patience=_PATIENCE))
        async with trying.signed_in(room, account) as connection:
            ways = " and ".join(way for way in ("IDLE", "MOVE", "UIDPLUS") if connection.can(way)) or "no extension"
            yield Finding("imap", "ok", f"{account.host} lets {account.username} in, and knows {ways}.")
            names = await trying.folders(connection)
            yield Finding("folders", "ok", ", ".join(names))
            for missing in sorted(set(account.folders) - {*names, "INBOX"}):
                yield Finding("folders", "fail", f"There is no folder {missing}.")
            for finding in _sent(here, database, mailbox, message_id := _message_id(here, mailbox)):
                yield finding
                if finding.state == "ok":
                    yield await _awaited(database, mailbox, account, connection, message_id, wait)


def _message_id(here: House, mailbox: Mailbox) -> str:
    from mailgate.tokens import Marks

    return Marks(here.servers.secret_key).check_id(mailbox.domain)


def _sent(here: House, database: Database, mailbox: Mailbox, message_id: str) -> Iterator[Finding]:
    from mailgate.send import Parcel

    carrier = None if here.settings.sending == "hold" else _carrier(here, database, mailbox)
    if carrier is None:
        yield Finding("mail", "skip", "No mail was sent: there is no relay, or MAILGATE_SENDING is hold.")
        return
    lines = [
        f"From: <{mailbox.address}>",
        f"To: <{mailbox.address}>",
        "Subject: Mailgate checks this mailbox",
        f"Date: {format_datetime(clock.now())}",
        f"Message-ID: <{message_id}>",
        "Auto-Submitted: auto-generated",
        "",
        "Nobody has to answer this mail. Mailgate recognises and discards it.",
        "",
    ]
    try:
        carrier.carry(Parcel(mailbox.address, (mailbox.address,), "\r\n".join(lines).encode()))
        carrier.close()
    except MailgateError as error:
        yield Finding("mail", "fail", str(error))
    else:
        yield Finding("mail", "ok", "The relay took a mail from the mailbox to itself.")


def _carrier(here: House, database: Database, mailbox: Mailbox) -> Carrier | None:
    """The mailbox's own relay, else the common one, if there is any."""
    from mailgate.send import Relay
    from mailgate.steps.carriers import Secrets, carrier_of
    from mailgate.store.relays import relay_of

    with database.desk(mailbox.org_id) as session:
        account = relay_of(session, mailbox.id)
    if account is not None:
        return carrier_of(account, Secrets(database, mailbox.org_id, account, here.seal))
    common = here.settings.relay_url
    return Relay(common.get_secret_value()) if common is not None else None


async def _awaited(
    database: Database,
    mailbox: Mailbox,
    account: ImapAccount | None,
    connection: Connection | None,
    message_id: str,
    wait: float,
) -> Finding:
    """Until it lies in a folder, or has been kept already."""
    from mailgate.receive.imap import trying

    start = time.monotonic()
    while True:
        kept_id = await asyncio.to_thread(_kept, database, mailbox, message_id)
        if kept_id is not None:
            return Finding("mail", "ok", f"It was kept, as {kept_id}, after {time.monotonic() - start:.0f} s.")
        if connection is not None and account is not None:
            folder = await trying.has_come(connection, account.folders, message_id)
            if folder is not None:
                return Finding("mail", "ok", f"It came to {folder} after {time.monotonic() - start:.0f} s.")
        if time.monotonic() - start > wait:
            return Finding("mail", "fail", f"It has not come within {wait:.0f} s.")
        await asyncio.sleep(_LOOK_EVERY)


def _kept(database: Database, mailbox: Mailbox, message_id: str) -> int | None:
    from mailgate.store.kept import kept_by_message_id

    with database.desk(mailbox.org_id) as session:
        return next((kept.id for kept in kept_by_message_id(session, message_id)), None)
