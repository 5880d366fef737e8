"""The bytes of one part: transfer encodings as they are really written, damaged ones included."""

from __future__ import annotations

import binascii
import re
from email.message import Message

from mailgate.parse.headers import raw_header
from mailgate.parse.names import named_parameter
from mailgate.parse.set_aside import put_back

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_BASE64_RUN = re.compile(rb"[A-Za-z0-9+/]+")
_UU_BEGIN = re.compile(rb"(?m)^begin [0-7]{3,4} ([^\n]{1,250})\n")


def content(part: Message) -> tuple[bytes, str | None]:
    """What the part holds, and what was wrong with its encoding."""
    raw = raw_content(part)
    encoding = raw_header(part, "content-transfer-encoding").split(";")[0].split("(")[0].strip(" \t\r\n\"'.").lower()
    if encoding == "base64":
        return _base64(raw)
    if encoding in ("quoted-printable", "quotedprintable", "quoted-printeable"):
        return binascii.a2b_qp(raw), None
    if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return _uuencoded(raw)
    if encoding not in ("", "7bit", "8bit", "binary", "8-bit", "7-bit", "none"):
        return raw, f"unknown transfer encoding {encoding[:40]}"
    return raw, None


def children_of(part: Message) -> list[Message] | None:
    """The parts inside a part; None when it holds text. (`get_payload()` may raise.)"""
    payload = part._payload  # type: ignore[attr-defined]  # noqa: SLF001 - get_payload() decodes raw bytes, with loss
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else None


def raw_content(part: Message) -> bytes:
    """The bytes as they stand in the mail, undecoded."""
    payload = part._payload  # type: ignore[attr-defined]  # noqa: SLF001 - as above
    if not isinstance(payload, str):
        return b""
    try:
        return put_back(part, payload.encode("ascii", "surrogateescape"))
    except UnicodeEncodeError:
        return payload.encode("utf-8", "replace")


def as_written(part: Message) -> bytes:
    """A part with all that is in it, put together again; the standard library's generator raises on damaged headers."""
    pieces: list[bytes] = []
    _write(part, pieces)
    return b"".join(pieces)


def _write(part: Message, pieces: list[bytes]) -> None:
    pieces += [f"{name}: {value}\n".encode("utf-8", "surrogateescape") for name, value in part.raw_items()]
    pieces.append(b"\n")
    children = children_of(part)
    if children is None:
        pieces.append(raw_content(part))
        return
    boundary = named_parameter(raw_header(part, "content-type"), "boundary").encode("utf-8", "replace")
    for child in children:
        pieces.append(b"\n--" + boundary + b"\n" if boundary else b"")
        _write(child, pieces)
    pieces.append(b"\n--" + boundary + b"--\n" if boundary else b"")


def uu_decode(lines: list[bytes]) -> bytes:
    """The lines between `begin` and `end`; a line that some gateway has cut is padded."""
    data = bytearray()
    for line in lines:
        try:
            data += binascii.a2b_uu(line)
        except binascii.Error:
            length = ((line[0] - 32) & 63) if line else 0
            try:
                data += binascii.a2b_uu(line[: (length * 4 + 2) // 3 + 2].ljust((length + 2) // 3 * 4 + 1))
            except binascii.Error:
                continue
    return bytes(data)


def _base64(raw: bytes) -> tuple[bytes, str | None]:
    if _is_prose(raw):
        return raw, "not base64 but text"
    letters = raw.translate(None, _NOT_BASE64)
    if not letters:
        return (b"", None) if not raw.strip() else (raw, "not base64 at all")
    if letters.rstrip(b"=").count(b"=") == 0:
        return _base64_run(letters.rstrip(b"=")), None if len(letters.rstrip(b"=")) % 4 != 1 else "base64 was cut"
    runs = [_base64_run(run) for run in _BASE64_RUN.findall(letters)]
    return b"".join(runs), "several base64 pieces in one part"


def _is_prose(raw: bytes) -> bool:
    """Words with blanks between them: the header is wrong."""
    start = raw[:2_000].strip()
    return start.count(b" ") * 30 > len(start) and b"==" not in start[-4:]


def _base64_run(letters: bytes) -> bytes:
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _uuencoded(raw: bytes) -> tuple[bytes, str | None]:
    begin = _UU_BEGIN.search(raw)
    if begin is None:
        return raw, "uuencoded without a beginning"
    lines = raw[begin.end() :].split(b"\n")
    end = next((place for place, line in enumerate(lines) if line.strip() == b"end"), len(lines))
    return uu_decode(lines[:end]), None
