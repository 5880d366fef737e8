"""Read the mails that are attached to a mail: who wrote each, when, about what, and in which words."""

from __future__ import annotations

from collections.abc import Iterable

from mailgate.errors import Refused
from mailgate.mail import Forwarded
from mailgate.parse.addresses import read_sender
from mailgate.parse.body import read_body
from mailgate.parse.headers import Headers, own_message_id
from mailgate.parse.quotes.divide import divide
from mailgate.parse.scan import prepare
from mailgate.parse.set_aside import parsed
from mailgate.parse.structure import walk

MAX_MAILS = 10
MAX_BYTES = 2_000_000  # all together; what is larger stays a file
_MAILS = ("message/rfc822", "message/global", "message/news")


def read_attached(attached: Iterable[tuple[str, bytes]]) -> tuple[Forwarded, ...]:
    """Those that can be read, in order."""
    found: list[Forwarded] = []
    left = MAX_BYTES
    for kind, data in attached:
        left -= len(data)
        if left < 0 or len(found) == MAX_MAILS:
            break
        if kind in _MAILS and data.strip():
            found += _read(data)
    return tuple(found)


def _read(data: bytes) -> list[Forwarded]:
    try:
        mail, defects = prepare(data)
        message = parsed(mail)
    except Refused:
        return []
    headers = Headers(message)
    sender = read_sender(headers.raw_all("from"), defects)
    body = read_body(walk(message))
    return [
        Forwarded(
            sender=sender,
            subject=headers.text("subject"),
            date=headers.text("date"),
            text=body.text,
            reply=divide(body.text, body.marks, sender.name if sender else "").reply,
            message_id=own_message_id(headers),
            rule="attached mail",
        )
    ]
