"""Cursors: where a walk through a list goes on. Opaque to whoever holds one, and checked when it comes back."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from mailgate.errors import BadInput
from mailgate.store.listing import Place, place_of
from mailgate.store.tickets import PRIORITIES, Ticket

Row = TypeVar("Row")
_LARGEST_ID = 2**63 - 1


def make(*parts: str | int) -> str:
    """A cursor that holds these values."""
    packed = json.dumps(parts, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read(cursor: str, *kinds: type[str | int]) -> list[str | int]:
    """The values in a cursor, of these kinds."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise not_ours() from None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(kinds):
        raise not_ours()
    if any(isinstance(part, str) and "\0" in part for part in parts):
        raise not_ours()
    if any(isinstance(part, int) and not 0 <= part <= _LARGEST_ID for part in parts):
        raise not_ours()
    return parts


def read_id(cursor: str | None) -> int | None:
    return int(read(cursor, int)[0]) if cursor else None


def read_text(cursor: str | None) -> str | None:
    return str(read(cursor, str)[0]) if cursor else None


def read_moment(cursor: str | None) -> tuple[datetime, int] | None:
    """A moment and the id of what happened then."""
    if not cursor:
        return None
    at, row_id = read(cursor, str, int)
    return moment(str(at)), int(row_id)


def of_ticket(ticket: Ticket, sort: str) -> str:
    """Where a list of tickets in this order goes on after a ticket."""
    return make(sort, *(part.isoformat() if isinstance(part, datetime) else part for part in place_of(ticket, sort)))


def read_place(cursor: str, sort: str) -> Place:
    """Where a list of tickets in this order goes on."""
    match sort.removeprefix("-"):
        case "priority":
            made_for, rank, at, ticket_id = read(cursor, str, int, str, int)
            if int(rank) >= len(PRIORITIES):
                raise not_ours()
            place: Place = (int(rank), moment(str(at)), int(ticket_id))
        case _:
            made_for, at, ticket_id = read(cursor, str, str, int)
            place = (moment(str(at)), int(ticket_id))
    if made_for != sort:
        raise BadInput("This cursor belongs to another order.", cursor=f"was made with sort={made_for}")
    return place


def moment(text: str) -> datetime:
    """A moment as a cursor holds it."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise not_ours() from None
    if at.tzinfo is None:
        raise not_ours()
    return at


def not_ours() -> BadInput:
    return BadInput("This cursor is not one of ours, or of another list.", cursor="must be `next` of an earlier answer")


def cut(rows: Sequence[Row], limit: int, key: Callable[[Row], str]) -> tuple[list[Row], str | None]:
    """A page of rows, asked for with one more than its limit, and the cursor of its last one if more follow."""
    page = list(rows[:limit])
    return page, key(page[-1]) if len(rows) > limit else None
