"""File names from outside, made safe to show and to save."""

from __future__ import annotations

import re
import unicodedata

MAX_BYTES = 200
MAX_ENDING = 12

_FORBIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f<>:\"/\\|?*\u061c\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff\ufffd]"
)
_RESERVED = re.compile(r"(?i)^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")
_DEVICE_DOTS = re.compile(r"^[.\s]+|[.\s]+$")


def safe_name(name: str) -> str:
    """The last step of a path, without what file systems or terminals trip over; cut before its ending."""
    name = unicodedata.normalize("NFC", name.encode("utf-8", "ignore").decode("utf-8"))
    name = re.split(r"[/\\]", name.rstrip("/\\ \t"))[-1]
    name = _DEVICE_DOTS.sub("", _FORBIDDEN.sub("", name))
    if _RESERVED.match(name):
        name = "_" + name
    return _shortened(name)


def _shortened(name: str) -> str:
    if len(name.encode()) <= MAX_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    ending = dot + ending if stem and len(ending) <= MAX_ENDING else ""
    room = MAX_BYTES - len(ending.encode())
    return (stem if ending else name).encode()[:room].decode("utf-8", "ignore") + ending
