"""Read what follows DATA: whole, unstuffed, bounded in memory, however long its lines are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

END = b".\r\n"


class TooLarge(Exception):  # noqa: N818 - named for what is said to the client
    """More bytes than we take; all of them were read, none kept."""


async def read_data(reader: asyncio.StreamReader, limit: int, *, moving: Callable[[], None]) -> bytes:
    """The mail up to <CRLF>.<CRLF>. A bare LF or CR around a dot ends nothing (CVE-2023-51764).

    Read from one ".CRLF" to the next instead of line by line: far fewer steps, and a line may be as long as the mail.
    `moving` is called as bytes come in, so that the caller's clock watches standstill rather than size.
    """
    data, total, is_too_large = bytearray(), 0, False
    before = b"\r\n"  # the two bytes before what comes next: DATA itself starts a line
    while True:
        try:
            piece = await reader.readuntil(END)
            is_end = (before + piece[:-3])[-2:] == b"\r\n"
        except asyncio.LimitOverrunError as overrun:
            piece, is_end = await reader.readexactly(overrun.consumed), False
        total += len(piece)
        moving()
        if not is_too_large and total > limit + len(END):
            is_too_large = True
            data.clear()
        if not is_too_large:
            data += piece
        if is_end:
            break
        before = (before + piece)[-2:]
    if is_too_large:
        raise TooLarge
    return _unstuffed(bytes(data[: -len(END)]))


def _unstuffed(data: bytes) -> bytes:
    """Take off the dot a client puts before lines that start with one (RFC 5321 4.5.2)."""
    data = data.removeprefix(b".") if data.startswith(b"..") else data
    return data.replace(b"\r\n..", b"\r\n.")
