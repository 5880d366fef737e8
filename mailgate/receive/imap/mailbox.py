"""What we ask of a mailbox: its folders, what is new in one, mails, and to flag, move or delete them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from aioimaplib.aioimaplib import IdleCommand

from mailgate.errors import Temporary
from mailgate.receive.imap import answers
from mailgate.receive.imap.answers import Facts, Folder
from mailgate.receive.imap.connection import Connection, Lost, Unwilling
from mailgate.receive.imap.names import encoded, quoted

_AROUND = 2**20  # bytes an answer with mails may have beside them
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


async def folders(connection: Connection) -> list[Folder]:
    """Every folder that can hold mail."""
    return [folder for folder in answers.folders((await connection.say("LIST", '""', "*")).lines) if folder.holds_mail]


async def enter(connection: Connection, folder: str) -> int:
    """Go into a folder: its UIDVALIDITY."""
    selected = await connection.answered(connection.wire.select(_named(folder)), f"to open {folder}")
    connection.wire.news.clear()  # how many there are is part of the answer; what comes from here on is news
    uidvalidity = answers.code(selected.lines, b"UIDVALIDITY")
    if uidvalidity is None:
        raise Unwilling(f"the server does not say which UIDs are valid in {folder}")
    return uidvalidity


async def after(connection: Connection, uid: int, since: datetime | None) -> list[int]:
    """The UIDs above this one, of mails that came since. A server answers `n:*` with the last mail at least."""
    criteria = [f"UID {uid + 1}:*"]
    if since is not None:
        day = since - timedelta(days=1)  # the server's days may begin elsewhere; `facts` tells to the second
        criteria.append(f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}")
    found = await connection.say("SEARCH", *criteria, prefix="UID")
    return [each for each in answers.uids(found.lines) if each > uid]


async def still_there(connection: Connection, uids: Sequence[int]) -> list[int]:
    """Those of these mails that nobody has removed."""
    if not uids:
        return []
    return answers.uids((await connection.say("SEARCH", f"UID {_set(uids)}", prefix="UID")).lines)


async def with_message_id(connection: Connection, message_id: str) -> list[int]:
    found = await connection.say("SEARCH", f"HEADER Message-ID {quoted(message_id)}", prefix="UID")
    return answers.uids(found.lines)


async def facts(connection: Connection, uids: Sequence[int]) -> dict[int, Facts]:
    """Size and date of those of these mails that are still there."""
    asked = await connection.say("FETCH", _set(uids), "(UID RFC822.SIZE INTERNALDATE)", prefix="UID")
    return answers.facts(asked.lines)


async def mails(connection: Connection, uids: Sequence[int], size: int) -> dict[int, bytes]:
    """The bytes of these mails, altogether of about this size, without flagging them as seen.

    Who will not hand out all hands out some: a mail alone that is refused is simply not among them.
    """
    try:
        most = 2 * size + _AROUND  # servers are not always exact about sizes
        asked = await connection.say("FETCH", _set(uids), "(UID BODY.PEEK[])", prefix="UID", most=most)
        found = answers.bodies(asked.lines)
    except Unwilling:
        found = {}
    missing = [uid for uid in uids if uid not in found]
    if missing and len(uids) > 1:
        for uid in missing:
            found |= await mails(connection, [uid], size)
    return {uid: found[uid] for uid in uids if uid in found}


async def flag(connection: Connection, uids: Sequence[int], what: str) -> None:
    await connection.say("STORE", _set(uids), "+FLAGS.SILENT", f"({what})", prefix="UID")


async def move(connection: Connection, uids: Sequence[int], folder: str) -> None:
    """Into another folder, which is made if need be. Without MOVE it is copied and deleted."""
    verb = "MOVE" if connection.can("MOVE") else "COPY"
    try:
        await connection.say(verb, _set(uids), _named(folder), prefix="UID")
    except Unwilling as refusal:
        if "[TRYCREATE]" not in str(refusal):
            raise
        await connection.say("CREATE", _named(folder))
        await connection.say(verb, _set(uids), _named(folder), prefix="UID")
    if verb == "COPY":
        await delete(connection, uids)


async def delete(connection: Connection, uids: Sequence[int]) -> None:
    """Without UIDPLUS they are only flagged: a plain EXPUNGE would take away what others have flagged."""
    await flag(connection, uids, "\\Deleted")
    if connection.can("UIDPLUS"):
        await connection.say("EXPUNGE", _set(uids), prefix="UID")


async def wait_for_news(connection: Connection, seconds: float) -> None:
    """Until the server tells of new mail in the folder we are in, or so long."""
    wire = connection.wire
    if wire.news.is_set():
        return
    idling = None
    if connection.can("IDLE"):
        idling = asyncio.ensure_future(wire.execute(IdleCommand(wire.new_tag(), wire.idle_queue, loop=wire.loop)))
        wire.allow(_AROUND)
    heard = asyncio.ensure_future(wire.news.wait())
    try:
        await asyncio.wait(
            [heard, wire.gone, *([idling] if idling else [])], timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        if wire.gone.done():
            raise Lost(wire.gone.result())
        if idling is not None:
            await _stop_idling(connection, idling)
    finally:
        heard.cancel()
        if idling is not None and not idling.done():
            idling.cancel()


async def _stop_idling(connection: Connection, idling: asyncio.Future[object]) -> None:
    if idling.done():  # refused: it does not do what it says it can
        connection.capabilities -= {"IDLE"}
        return
    await connection.within_reason(connection.wire.wait_for_idle_response())
    connection.wire.idle_done()
    await connection.within_reason(_ended(idling))


async def _ended(idling: asyncio.Future[object]) -> None:
    try:
        await idling
    except Exception as error:
        raise Temporary("IDLE ended oddly") from error


def _named(folder: str) -> str:
    return quoted(encoded(folder))


def _set(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))
