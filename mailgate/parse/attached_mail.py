"""A mail inside a mail: kept whole, as one file, apart from the text around it."""

from __future__ import annotations

import base64
import binascii
import contextlib
from email.message import Message

from mailgate.file_names import safe_name
from mailgate.mail import File
from mailgate.parse.encoded_words import header_text
from mailgate.parse.headers import raw_header
from mailgate.parse.names import file_name
from mailgate.parse.payload import as_written, children_of


def attached_mail(part: Message, kind: str, attached: list[tuple[str, bytes]]) -> File:
    """The file for a message/rfc822 part; what it holds is noted for whoever looks for the original of a report."""
    inner = next(iter(children_of(part) or []), None)
    data = as_written(inner) if inner is not None else b""
    encoding = raw_header(part, "content-transfer-encoding").strip().lower()
    if encoding == "base64" and inner is not None and not inner.keys():
        with contextlib.suppress(binascii.Error, ValueError):
            data = base64.b64decode(data)
    attached.append((kind, data))
    name = file_name(part)
    if not name and inner is not None:
        subject = safe_name(header_text(str(inner.get("subject") or "")))[:80]
        name = f"{subject}.eml" if subject else "message.eml"
    return File(name, kind, data, inline=raw_header(part, "content-disposition").strip().lower().startswith("inline"))
