"""Decode RFC 2047 words as programs really write them: folded, adjacent, with spaces, cut in the middle of a letter."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from itertools import groupby

from mailgate.parse.charsets import decode

_WORD = re.compile(
    r"=\?\s{0,3}([\w:.\-+]{1,60})(?:\*[\w-]{0,20})?\s{0,3}\?\s{0,3}([bBqQ])\s{0,3}\?([^?]*(?:\?(?!=)[^?]*){0,5})\?="
)
_HEX = re.compile(rb"=([0-9a-fA-F]{2})")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")
_BREAK = re.compile("[\t\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|[\ud800-\udfff]")


def header_text(raw: str) -> str:
    """A header as a person reads it: bytes put into letters, words decoded, on one line."""
    text = clean(raw_text(raw))
    return decode_words(text) if "=?" in text else text


def raw_text(raw: str) -> str:
    """Raw 8-bit bytes, kept by the standard library as lone surrogates, as letters."""
    if raw.isascii():
        return decode(raw.encode(), None)[0] if "\x1b" in raw else raw  # ISO-2022-JP is ASCII with escapes
    try:
        data = raw.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:  # it is text already
        return raw.encode("utf-8", "replace").decode("utf-8")
    return decode(data, None)[0]


def clean(text: str) -> str:
    """Unfolded, without control characters."""
    if "\n" in text or "\r" in text:
        lines = (line.strip() for line in text.replace("\r", "\n").split("\n"))
        text = " ".join(line for line in lines if line)
    return _CONTROL.sub("", _BREAK.sub(" ", text)).strip()


def decode_words(text: str) -> str:
    """All encoded words decoded; white space between two of them is no part of the text."""
    pieces: list[tuple[str, str | bytes]] = []
    end = 0
    for word in _WORD.finditer(text):
        between = text[end : word.start()]
        if between.strip() or not pieces:
            pieces.append(("", between))
        pieces.append((word[1].lower(), _bytes_of(word[2], word[3])))
        end = word.end()
    if not pieces:
        return text
    pieces.append(("", text[end:]))
    return clean("".join(_join(charset, group) for charset, group in groupby(pieces, key=lambda piece: piece[0])))


def _join(charset: str, group: Iterable[tuple[str, str | bytes]]) -> str:
    values = [value for _, value in group]
    words = [value for value in values if isinstance(value, bytes)]
    if not words:
        return "".join(str(value) for value in values)
    each = [decode(word, charset) for word in words]
    if all(problem is None for _, problem in each):
        return "".join(text for text, _ in each)
    return decode(b"".join(words), charset)[0]  # a letter was cut in two


def _bytes_of(encoding: str, payload: str) -> bytes:
    if encoding in "qQ":
        data = payload.replace("_", " ").encode("utf-8", "replace")
        return _HEX.sub(lambda found: bytes.fromhex(found[1].decode()), data)
    letters = _NOT_BASE64.sub("", payload)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return payload.encode("utf-8", "replace")
