"""Free every string of a letter from what a text column cannot hold: NUL and lone surrogates."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

from mailgate.mail import Letter

_UNFIT = re.compile("[\x00\ud800-\udfff]")


_NAMES = tuple(field.name for field in fields(Letter) if field.name != "spans")  # their rules are our own words


def scrubbed(letter: Letter) -> Letter:
    """The same letter; a letter that is clean already, as nearly all are, is returned as it is."""
    changes = {}
    for name in _NAMES:
        value = getattr(letter, name)
        clean = _clean(value) if value else value
        if clean is not value:
            changes[name] = clean
    return replace(letter, **changes) if changes else letter


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        if "\x00" not in value and (value.isascii() or not _UNFIT.search(value)):
            return value
        return _UNFIT.sub("\ufffd", value)
    if value is None or isinstance(value, bytes | int):
        return value
    if isinstance(value, tuple):
        cleaned = tuple(_clean(item) for item in value)
        return cleaned if any(new is not old for new, old in zip(cleaned, value, strict=True)) else value
    if is_dataclass(value) and not isinstance(value, type):
        changes = {field.name: _clean(getattr(value, field.name)) for field in fields(value)}
        changes = {name: new for name, new in changes.items() if new is not getattr(value, name)}
        return replace(value, **changes) if changes else value
    return value
