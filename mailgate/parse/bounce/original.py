"""Find the Message-ID of the mail a report is about."""

from __future__ import annotations

import re

_MESSAGE_ID = re.compile(r"(?im)^[>\s]{0,4}(?:original-)?message-id[ \t]*:\s*<?([^\s<>]{3,998})")
MAX_LOOKED_AT = 200_000


def original_message_id(attached: list[tuple[str, bytes]], text: str) -> str | None:
    """From the returned mail or its headers, else from the text that quotes them."""
    for _, data in attached:
        found = _MESSAGE_ID.search(data[:MAX_LOOKED_AT].decode("utf-8", "replace"))
        if found:
            return found[1]
    found = _MESSAGE_ID.search(text[:MAX_LOOKED_AT])
    return found[1] if found else None
