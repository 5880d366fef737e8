"""What a report says of the mail it is about: its Message-ID, and whom it was sent to."""

from __future__ import annotations

import re

_MESSAGE_ID = re.compile(r"(?im)^[>\s]{0,4}(?:original-)?message-id[ \t]*:\s*<?([^\s<>]{3,998})")
_TO = re.compile(r"(?im)^[>\s]{0,4}(?:to|x-original-to|delivered-to)[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*){0,5})")
_FOR = re.compile(r"(?i)\sfor\s+<?([^\s<>;,]{1,200}@[^\s<>;,]{1,250})>?")
_ADDRESS = re.compile(r"(?<![^\s<>;,\"'()\[\]:=])[^\s<>;,\"'()\[\]:]{1,200}@[^\s<>;,\"'()\[\]:]{1,250}")
MAX_LOOKED_AT = 200_000


def original_message_id(attached: list[tuple[str, bytes]], text: str) -> str | None:
    """From the returned mail or its headers, else from the text that quotes them."""
    for source in _sources(attached, text):
        found = _MESSAGE_ID.search(source)
        if found:
            return found[1]
    return None


def original_recipients(attached: list[tuple[str, bytes]], text: str) -> list[str]:
    """Whom the returned mail was addressed to: the last resort of a report that names nobody."""
    for source in _sources(attached, text):
        head = source.partition("\n\n")[0] if attached else source
        found = _TO.search(head)
        addresses = _ADDRESS.findall(found[1]) if found else _FOR.findall(head[:20_000])
        if addresses:
            return list(dict.fromkeys(address.lower().strip(".") for address in addresses[:20]))
    return []


def _sources(attached: list[tuple[str, bytes]], text: str) -> list[str]:
    inner = [data[:MAX_LOOKED_AT].decode("utf-8", "replace").lstrip("\n") for _, data in attached]
    return [*inner, text[:MAX_LOOKED_AT]]
