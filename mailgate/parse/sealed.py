"""Sealed mail: what was only signed is opened, what is encrypted says so."""

from __future__ import annotations

import re

from mailgate.mail import File
from mailgate.parse import ber

MAX_OPENED = 10  # in one mail, beside and within each other
MAX_SIZE = 10_000_000
MAX_ARMOURED = 20

_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_UNNAMED = frozenset({"application/octet-stream", "application/x-unknown"})
_SIGNED = bytes.fromhex("2a864886f70d010702")  # 1.2.840.113549.1.7.2
_HEADER = re.compile(rb"(?i)(?:content-[a-z-]+|mime-version|x-[a-z-]+|from|subject|date)[ \t]*:")
_ARMOUR = "-----BEGIN PGP MESSAGE-----"
_ARMOUR_END = "-----END PGP MESSAGE-----"


class ClosedError(ValueError):
    """A seal that cannot be opened here; the message says why."""


def seal_of(kind: str, name: str) -> str | None:
    """Whose seal a part of this type and name bears."""
    if kind in _SMIME or (kind in _UNNAMED and name.lower() == "smime.p7m"):
        return "S/MIME"
    return "PGP" if kind == "application/pgp-encrypted" else None


def signed_content(data: bytes) -> bytes:
    """What an S/MIME signature is about: b"" when there are only certificates. Raises ClosedError for anything else."""
    if len(data) > MAX_SIZE:
        raise ClosedError("too large to be opened")
    try:
        return _signed_content(data)
    except ber.NotBerError as error:
        raise ClosedError("damaged") from error


def is_mail_part(data: bytes) -> bool:
    """A part of a mail begins with a header; a signed contract does not."""
    return _HEADER.match(data.lstrip(b"\r\n")) is not None


def in_words(seal: str, why: str) -> str:
    """What stands in the place of words that nobody here can read."""
    return f"This mail is {why} ({seal}); its words cannot be read here. The sealed part is kept as a file."


def take_out_armour(text: str) -> tuple[str, list[File]]:
    """The text without its PGP messages, and these as files."""
    kept: list[str] = []
    files: list[File] = []
    place = 0
    while len(files) < MAX_ARMOURED:
        begin = _line(text, _ARMOUR, place)
        end = _line(text, _ARMOUR_END, begin) if begin >= 0 else -1
        if end < 0:
            break
        kept.append(text[place:begin])
        place = end + len(_ARMOUR_END)
        files.append(File("message.asc", "application/pgp-encrypted", text[begin:place].encode("utf-8", "replace")))
    return "".join((*kept, text[place:])), files


def _line(text: str, line: str, start: int) -> int:
    """Where a line begins so; -1 when none does."""
    place = text.find(line, start)
    while place > 0 and text[place - 1] != "\n":
        place = text.find(line, place + 1)
    return place


def _signed_content(data: bytes) -> bytes:
    """RFC 5652: ContentInfo { type, [0] SignedData { version, algorithms, { type, [0] OCTET STRING } … } }."""
    info = ber.element(data, 0, ber.SEQUENCE)
    kind = ber.element(data, info.start, ber.OBJECT_ID)
    if data[kind.start : kind.end] != _SIGNED:
        raise ClosedError("encrypted")
    explicit = ber.element(data, ber.after(data, kind), ber.CONTEXT_0)
    signed = ber.element(data, explicit.start, ber.SEQUENCE)
    version = ber.element(data, signed.start)
    algorithms = ber.element(data, ber.after(data, version))
    inner = ber.element(data, ber.after(data, algorithms), ber.SEQUENCE)
    inner_kind = ber.element(data, inner.start, ber.OBJECT_ID)
    place = ber.after(data, inner_kind)
    if place == inner.end or data[place : place + 2] == b"\x00\x00":
        return b""
    content = ber.element(data, place, ber.CONTEXT_0)
    return ber.octets(data, ber.element(data, content.start))
