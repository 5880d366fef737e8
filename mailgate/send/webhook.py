"""Call a webhook: signed, to an address the whole Internet can reach, once resolved, without redirects."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from mailgate.calling import Connection, public_addresses
from mailgate.errors import Permanent, Temporary

_ANSWER = 2000  # bytes of an answer that are read; nobody needs more of it than its status


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it is sent, again and again the same: whoever gets it twice knows it by its id."""

    id: str
    url: str
    body: bytes


def call(what: Call, secret: str, at: datetime) -> str:
    """Call it; what it answered. Raises Temporary where another try may help, else Permanent.

    `secret`: as Standard Webhooks write it, `whsec_…`.
    """
    parts = urlsplit(what.url)
    try:
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise Permanent("The address has no such port.") from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise Permanent("This is no address that can be called.")
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    connection = Connection(host, port, public_addresses(host, port), is_tls=parts.scheme == "https")
    try:
        connection.request("POST", path, what.body, _headers(what, secret, at))
        answer = connection.getresponse()
        answer.read(_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        raise Temporary(f"{host} did not answer: {type(error).__name__}.") from error
    finally:
        connection.close()
    words = f"{answer.status} {answer.reason}"[:200]
    if answer.status >= 500 or answer.status in (408, 425, 429):  # noqa: PLR2004 - their trouble, which passes
        raise Temporary(f"{host} answered {words}.")
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - anything else is no success, a redirect neither
        raise Permanent(f"{host} answered {words}.")
    return words


def _headers(what: Call, secret: str, at: datetime) -> dict[str, str]:
    """As Standard Webhooks has them: the signature is over id, time and body."""
    second = str(int(at.timestamp()))
    signed = b".".join([what.id.encode(), second.encode(), what.body])
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Mailgate",
        "webhook-id": what.id,
        "webhook-timestamp": second,
        "webhook-signature": f"v1,{signature}",
    }
