"""Hand letters to Microsoft's Graph, for tenants whose administrators have switched SMTP AUTH off.

It takes whole letters only: whoever stands in To and Cc gets one, so those who are not meant are taken out of them.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import ssl
from collections.abc import Callable
from email.utils import getaddresses

from mailgate.errors import Permanent, Temporary
from mailgate.log import plain
from mailgate.send.carrier import Parcel
from mailgate.send.connection import Unreachable
from mailgate.send.sorting import STATUS

_PATH = "/v1.0/me/sendMail"
_PATIENCE = 60.0
_LARGEST_ANSWER = 2**16
_LONGEST = 500
_TRY_LATER = frozenset({408, 423, 429})
_NOT_US = frozenset({401, 403})
_ADDRESSED = frozenset({b"to", b"cc", b"bcc"})
_FIELD_END = re.compile(rb"\r\n(?![ \t])")


class Graph:
    """One mailbox's door there. `token`: a fresh access token, asked for when it is needed."""

    takes_whole_letters = True

    def __init__(self, token: Callable[[], str], *, host: str = "graph.microsoft.com", port: int = 443) -> None:
        self._token = token
        self._host, self._port = host, port

    def announce(self, parcel: Parcel) -> None:
        """Nothing can be said before: it takes a letter in one request."""

    def carry(self, parcel: Parcel, then: Parcel | None = None) -> str:  # noqa: ARG002 - a request a letter
        """Hand over one letter for these recipients."""
        body = base64.b64encode(addressed_to(parcel))
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "text/plain"}
        connection = self._opened()
        try:
            connection.request("POST", _PATH, body, headers)
            answer = connection.getresponse()
            said = _words(answer.status, answer.read(_LARGEST_ANSWER))
        except (OSError, http.client.HTTPException) as error:
            # Whether it took the letter nobody knows; asked again, it may send it twice, but never not at all.
            raise Unreachable(f"{self._host} cannot be reached: {error or type(error).__name__}") from None
        finally:
            connection.close()  # it takes 30 letters a minute: keeping it would save nothing
        if answer.status == http.client.ACCEPTED:
            return said
        if answer.status in _NOT_US:
            raise Unreachable(f"{self._host} does not let us send: {said}")
        if answer.status in _TRY_LATER or answer.status >= http.client.INTERNAL_SERVER_ERROR:
            raise Temporary(said)
        found = STATUS.search(said)
        raise Permanent(said, code=answer.status, status=found[0] if found else None)

    def close(self) -> None:
        """Nothing is kept open."""

    def _opened(self) -> http.client.HTTPConnection:
        if self._host == "127.0.0.1":  # what stands in for it in tests and trials
            return http.client.HTTPConnection(self._host, self._port, timeout=_PATIENCE)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(self._host, self._port, timeout=_PATIENCE, context=context)


def addressed_to(parcel: Parcel) -> bytes:
    """The letter with nobody in To and Cc but those who are to get it now; as it is, where that is everybody."""
    head, gap, body = parcel.raw.partition(b"\r\n\r\n")
    fields = _FIELD_END.split(head)
    named = {
        address.lower()
        for field in fields
        if _name(field) in _ADDRESSED
        for _, address in getaddresses([_unfolded(field)])
    }
    if named == {recipient.lower() for recipient in parcel.recipients}:
        return parcel.raw
    # A signature that covers what is changed would be a broken one.
    left = [field for field in fields if _name(field) not in _ADDRESSED | {b"dkim-signature"}]
    to = b"To: " + ",\r\n ".join(parcel.recipients).encode()
    return b"\r\n".join([*left, to]) + gap + body


def _name(field: bytes) -> bytes:
    return field.partition(b":")[0].strip().lower()


def _unfolded(field: bytes) -> str:
    return " ".join(field.partition(b":")[2].decode("utf-8", "replace").split())


def _words(status: int, content: bytes) -> str:
    """What it says, on one line."""
    try:
        error = json.loads(content)["error"]
        said = f"{error['code']}: {error['message']}"
    except (ValueError, KeyError, TypeError):
        said = content.decode("utf-8", "replace")
    return plain(" ".join(f"{status} {said}".split()))[:_LONGEST]
