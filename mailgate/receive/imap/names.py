"""Folder names as IMAP writes them: modified UTF-7 (RFC 3501 5.1.3), in quotes."""

from __future__ import annotations

import base64
import binascii
import re

_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")
_FOREIGN = re.compile(r"[^\x20-\x7e]+")


def encoded(name: str) -> str:
    """`Gelöschte Elemente` → `Gel&APY-schte Elemente`."""
    return _FOREIGN.sub(_shift, name.replace("&", "&-"))


def decoded(name: str) -> str:
    """A name that is not written as it should be is taken as it stands."""
    try:
        return _SHIFTED.sub(_unshift, name)
    except (binascii.Error, UnicodeDecodeError):
        return name


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def _shift(match: re.Match[str]) -> str:
    text = base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
    return f"&{text}-"


def _unshift(match: re.Match[str]) -> str:
    if not match[1]:
        return "&"
    text = match[1].replace(",", "/")
    return base64.b64decode(text + "=" * (-len(text) % 4)).decode("utf-16-be")
