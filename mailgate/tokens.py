"""Signed marks that prove a mail belongs to a ticket, and random secrets that are stored only as hashes.

The marks must survive lower-casing, 64-character local parts and every relay: lower-case base32 throughout.
"""

import base64
import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_MAC_BYTES = 10  # 80 bits, 16 characters
_MARK = re.compile(r"([tbs])([a-z2-7]{1,13})\.([a-z2-7]{16})")
_STOP = re.compile(r"([a-z2-7]{1,13})\.([a-z_]{1,30})\.([at])([a-z2-7]{1,13})\.([a-z2-7]{16})")
_CHECK_ID = re.compile(r"check\.([a-z2-7]{16})\.([a-z2-7]{16})")
_MESSAGE_ID = re.compile(r"t([a-z2-7]{1,13})\.([a-z2-7]{16})\.([a-z2-7]{16})")


class Stop(NamedTuple):
    """A letter somebody wants no more: an agent (`a`), or the customer of a ticket (`t`)."""

    org: int
    letter: str
    kind: str
    id: int


class Marks:
    """Makes and checks the marks of one installation; `key` is the secret key."""

    def __init__(self, key: str) -> None:
        self._key = hashlib.sha256(b"mailgate marks\0" + key.encode()).digest()

    def ticket(self, org: int, ticket: int) -> str:
        """`t<id>.<mac>`: goes into the plus-part of our address."""
        number = _base32(ticket)
        return f"t{number}.{self._mac('ticket', org, number)}"

    def read_ticket(self, org: int, mark: str) -> int | None:
        """The ticket's id, if the mark is ours."""
        return self._read("t", "ticket", org, mark)

    def bounce(self, org: int, outbox: int) -> str:
        """`b<id>.<mac>`: goes into the return path of one copy of a letter."""
        number = _base32(outbox)
        return f"b{number}.{self._mac('bounce', org, number)}"

    def read_bounce(self, org: int, mark: str) -> int | None:
        """The outbox copy's id, if the mark is ours."""
        return self._read("b", "bounce", org, mark)

    def side(self, org: int, side: int) -> str:
        """`s<id>.<mac>`: goes into the plus-part of our address in a side conversation."""
        number = _base32(side)
        return f"s{number}.{self._mac('side', org, number)}"

    def read_side(self, org: int, mark: str) -> int | None:
        """The side conversation's id, if the mark is ours."""
        return self._read("s", "side", org, mark)

    def message_id(self, org: int, ticket: int, domain: str) -> str:
        """A fresh Message-ID (without brackets) that proves its ticket."""
        number, unique = _base32(ticket), _text(secrets.token_bytes(10))
        return f"t{number}.{unique}.{self._mac('message', org, number, unique)}@{domain}"

    def read_message_id(self, org: int, message_id: str) -> int | None:
        """The ticket's id, if this Message-ID is one of ours."""
        match = _MESSAGE_ID.fullmatch(message_id.partition("@")[0].lower())
        if match is None:
            return None
        number, unique, mac = match.groups()
        expected = self._mac("message", org, number, unique)
        return _number(number) if hmac.compare_digest(mac, expected) else None

    def loose_id(self, domain: str) -> str:
        """A fresh Message-ID (without brackets) of a letter that belongs to no ticket."""
        unique = _text(secrets.token_bytes(10))
        return f"n.{unique}.{self._mac('loose', 0, unique)}@{domain}"

    def check_id(self, domain: str) -> str:
        """A fresh Message-ID (without brackets) of a mail that only checks a mailbox."""
        unique = _text(secrets.token_bytes(10))
        return f"check.{unique}.{self._mac('check', 0, unique)}@{domain}"

    def is_check_id(self, message_id: str) -> bool:
        """Whether it is one that we have made."""
        match = _CHECK_ID.fullmatch(message_id.partition("@")[0].lower())
        return match is not None and hmac.compare_digest(match[2], self._mac("check", 0, match[1]))

    def stamp(self, purpose: str, value: str) -> str:
        """A keyed hash of a value, e.g. a form's proof that it came from our own page."""
        return self._mac(purpose, 0, value)

    def webhook(self, org: int, url: str) -> str:
        """What an organisation signs its calls to one address with, as Standard Webhooks write it."""
        key = f"{self._mac('webhook', org, '1', url)}{self._mac('webhook', org, '2', url)}"
        return f"whsec_{base64.b64encode(key.encode()).decode()}"

    def stop(self, org: int, letter: str, kind: str, row_id: int) -> str:
        """`<org>.<letter>.<kind><id>.<mac>`: who holds it may stop this letter, for an agent (a) or a customer (t)."""
        what = f"{_base32(org)}.{letter}.{kind}{_base32(row_id)}"
        return f"{what}.{self._mac('stop', org, what)}"

    def read_stop(self, mark: str) -> Stop | None:
        """What it stops for whom, if the mark is ours."""
        match = _STOP.fullmatch(mark.lower())
        if match is None:
            return None
        org = _number(match[1])
        what = mark.lower().rpartition(".")[0]
        if not hmac.compare_digest(match[5], self._mac("stop", org, what)):
            return None
        return Stop(org, match[2], match[3], _number(match[4]))

    def _read(self, letter: str, purpose: str, org: int, mark: str) -> int | None:
        match = _MARK.fullmatch(mark.lower())
        if match is None or match[1] != letter:
            return None
        return _number(match[2]) if hmac.compare_digest(match[3], self._mac(purpose, org, match[2])) else None

    def _mac(self, purpose: str, org: int, *parts: str) -> str:
        message = "\0".join((purpose, str(org), *parts)).encode()
        return _text(hmac.digest(self._key, message, "sha256")[:_MAC_BYTES])


def secret() -> str:
    """A fresh secret of 160 bits, fit for links and headers."""
    return secrets.token_urlsafe(20)


def hashed(value: str) -> bytes:
    """What is stored of a secret. Secrets of ours are random, so a plain hash cannot be reversed."""
    return hashlib.sha256(value.encode()).digest()


def _text(value: bytes) -> str:
    return base64.b32encode(value).decode().rstrip("=").lower()


def _base32(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 32)
        digits = _ALPHABET[rest] + digits
        if not number:
            return digits


def _number(text: str) -> int:
    value = 0
    for character in text:
        value = value * 32 + _ALPHABET.index(character)
    return value
