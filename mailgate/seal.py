"""Seal secrets for keeping: mailbox passwords and OAuth tokens lie in the database only like this."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from mailgate.errors import Conflict


class Seal:
    """Closes with the present key; opens what the present or the former key has closed."""

    def __init__(self, key: str, former: str | None = None) -> None:
        self._keys = MultiFernet([Fernet(_derived(each)) for each in (key, former) if each is not None])

    def close(self, secret: str) -> bytes:
        return self._keys.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken:
            raise _foreign() from None

    def renew(self, sealed: bytes) -> bytes:
        """The same secret, closed with the present key."""
        try:
            return self._keys.rotate(sealed)
        except InvalidToken:
            raise _foreign() from None


def _foreign() -> Conflict:
    return Conflict(
        "A secret was sealed with another MAILGATE_SECRET_KEY: "
        "name that one in MAILGATE_FORMER_SECRET_KEY, or set the secret anew."
    )


def _derived(key: str) -> bytes:
    """The secret key also signs marks: sealing has a key of its own made from it."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"mailgate seal\0" + key.encode()).digest())
