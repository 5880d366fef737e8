"""Read a line of addresses somebody typed."""

from __future__ import annotations

import re

from mailgate.errors import BadInput
from mailgate.office.setup import checked_address
from mailgate.store.db import Session
from mailgate.store.office import mailboxes

MOST = 50
_IN_ANGLES = re.compile(r"[^<>]*<([^<>]+)>")


def read_cc(session: Session, typed: str) -> list[str]:
    """The addresses of a Cc line, each once, in order. Our own mailboxes have no place in it: they would answer."""
    pieces = [piece.strip() for piece in re.split(r"[,;\n]", typed) if piece.strip()]
    if len(pieces) > MOST:
        raise BadInput(f"At most {MOST} people can be in Cc. Remove some, then send again.", cc="are too many")
    addresses = list(dict.fromkeys(_address(piece) for piece in pieces))
    own = {mailbox.address for mailbox in mailboxes(session)}
    for address in addresses:
        if address in own:
            raise BadInput(f"“{address}” is our own mailbox. Remove it, then send again.", cc="holds our own mailbox")
    return addresses


def _address(piece: str) -> str:
    in_angles = _IN_ANGLES.fullmatch(piece)
    try:
        return checked_address(in_angles[1] if in_angles else piece)
    except BadInput:
        raise BadInput(f"“{piece[:100]}” is no address. Correct it, then send again.", cc="holds no address") from None
