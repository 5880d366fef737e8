"""Say where a relay is and how to speak to it, from its URL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from mailgate.errors import BadInput

_PORTS = {"smtp": 25, "smtps": 465}
_SUBMISSION = 587
_FORM = "The relay's URL must be smtp://[user:password@]host[:port] or smtps://…"


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """Host, port and credentials of a relay."""

    host: str
    port: int
    is_tls: bool  # from the first byte on, as `smtps://` says
    user: str = ""
    password: str = field(default="", repr=False)
    token: Callable[[], str] | None = field(default=None, repr=False)  # a fresh access token, instead of a password
    may_be_plain: bool = False  # on this machine a secret need not go through TLS

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def read_relay_url(url: str) -> RelayAddress:
    """`smtp://host`, `smtp://user:password@host:587`, `smtps://…`; user and password are percent-encoded."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadInput(_FORM) from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BadInput(_FORM)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():
        # smtplib sends only ASCII, and its error would show the password.
        raise BadInput("The relay's user name and password must be plain ASCII.")
    usual = _SUBMISSION if user and parts.scheme == "smtp" else _PORTS[parts.scheme]
    return RelayAddress(parts.hostname, port or usual, parts.scheme == "smtps", user, password)
