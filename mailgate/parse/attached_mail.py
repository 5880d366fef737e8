"""A mail inside a mail: kept whole, as one file, apart from the text around it."""

from __future__ import annotations

import base64
import binascii
from email.message import Message

from mailgate.mail import File
from mailgate.parse.encoded_words import header_text
from mailgate.parse.headers import raw_header
from mailgate.parse.names import file_name, safe_name


def attached_mail(part: Message, kind: str, attached: list[tuple[str, bytes]]) -> File:
    """The file for a message/rfc822 part; what it holds is noted for whoever looks for the original of a report."""
    inner = part.get_payload(0)
    data = _bytes_of(inner) if isinstance(inner, Message) else b""
    encoding = raw_header(part, "content-transfer-encoding").strip().lower()
    if encoding == "base64" and isinstance(inner, Message) and not inner.keys():
        try:
            data = base64.b64decode(data)
        except (binascii.Error, ValueError):
            pass
    attached.append((kind, data))
    name = file_name(part)
    if not name and isinstance(inner, Message):
        subject = safe_name(header_text(str(inner.get("subject") or "")))[:80]
        name = f"{subject}.eml" if subject else "message.eml"
    return File(name, kind, data, inline=raw_header(part, "content-disposition").strip().lower().startswith("inline"))


def _bytes_of(message: Message) -> bytes:
    if message.is_multipart():
        try:
            return message.as_bytes()
        except (LookupError, ValueError, TypeError, AttributeError):  # its generator trips over damaged headers
            pass
    head = "".join(f"{name}: {value}\n" for name, value in message.raw_items())
    payload = message.get_payload()
    body = payload if isinstance(payload, str) else ""
    return f"{head}\n{body}".encode("utf-8", "surrogateescape")
