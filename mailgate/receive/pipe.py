"""The pipe: a mail that an MTA or a file hands over, and what its head says of its envelope."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from mailgate import clock
from mailgate.receive.accept import Incoming
from mailgate.store.door import Found

_SHOWN = 2**16  # how far the headers looked at can reach
_MOST_ADDRESSES = 100
_LONGEST_DATE = 100
_FIRST_MAIL = datetime(1971, 1, 1, tzinfo=UTC)  # nobody wrote any before

# Every mail has at least one of these; a list of settings or a poem has not, though its first line may look the part.
_OF_MAIL = frozenset(
    {
        *("from", "to", "cc", "bcc", "subject", "date", "sender", "received", "message-id"),
        *("return-path", "delivered-to", "mime-version", "content-type"),
    }
)
# Where whoever delivered it noted for whom, and then where its sender did, most trustworthy first.
_FOR_WHOM = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
_IN_BRACKETS = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
_BARE = re.compile(r"[^\s<>(),;:\"]+@[^\s<>(),;:\"]+")


class Unboxed(NamedTuple):
    """A mail without the line that mailbox files and pipes put before it, and the sender that line names."""

    raw: bytes
    sender: str | None


def unboxed(raw: bytes) -> Unboxed:
    """Take off a leading `From sender date` line."""
    if not raw.startswith((b"From ", b">From ")):
        return Unboxed(raw, None)
    line, _, rest = raw.partition(b"\n")
    words = line.decode("utf-8", "replace").replace("\0", "").split()
    sender = words[1] if len(words) > 1 and "@" in words[1] else None
    return Unboxed(rest, sender)


def is_mail(raw: bytes) -> bool:
    """Whether these bytes look like a mail at all: they begin with headers, and one of them is a mail's."""
    names = [name for name, _ in _headers(raw)]
    return any(name in _OF_MAIL for name in names) and _starts_with_a_header(raw)


def incoming(
    raw: bytes, mailbox: Found, *, door: str, peer: str, recipient: str, sender: str | None = None
) -> Incoming:
    """A mail for this mailbox. `sender`: the envelope's, where it was told otherwise than in the head."""
    known = sender if sender is not None else sender_of(raw)
    return Incoming(mailbox.org_id, mailbox.id, door, peer, known, recipient, raw, clock.now())


def sender_of(raw: bytes) -> str:
    """The envelope's sender as the MTA noted it, "" for the null sender; where nobody did, the From header's."""
    headers = dict(reversed(list(_headers(raw))))  # the topmost of each
    if "return-path" in headers:
        return next(iter(_addresses(headers["return-path"])), "")
    return next(iter(_addresses(headers.get("from", ""))), "")


def dated(raw: bytes, now: datetime) -> datetime | None:
    """When a mail came, as who took it last noted; else when it was written, as it says itself. Never in the future."""
    topmost = dict(reversed(list(_headers(raw))))
    for value in (topmost.get("received", "").rpartition(";")[2], topmost.get("date", "")):
        moment = _moment(value)
        if moment is not None and _FIRST_MAIL <= moment <= now:
            return moment
    return None


def recipients_of(raw: bytes) -> list[str]:
    """The addresses it was sent to, as far as its head tells: those noted on delivery before To and Cc."""
    headers = list(_headers(raw))
    found = [
        address for wanted in _FOR_WHOM for name, value in headers if name == wanted for address in _addresses(value)
    ]
    return list(dict.fromkeys(found))[:_MOST_ADDRESSES]


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value.strip()[:_LONGEST_DATE])
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _starts_with_a_header(raw: bytes) -> bool:
    first = raw[:_SHOWN].lstrip(b"\r\n\t >").partition(b"\n")[0]
    return re.match(rb"[!-9;-~]{1,78}[ \t]*:", first) is not None


def _addresses(value: str) -> list[str]:
    return _IN_BRACKETS.findall(value) or _BARE.findall(value)


def _headers(raw: bytes) -> Iterator[tuple[str, str]]:
    """Names, in lower case, and unfolded values."""
    head = raw[:_SHOWN].lstrip(b"\r\n\t >").replace(b"\r\n", b"\n").replace(b"\r", b"\n").partition(b"\n\n")[0]
    text = re.sub(r"\n[ \t]+", " ", head.decode("utf-8", "replace").replace("\0", ""))
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()
