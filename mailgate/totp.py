"""One-time codes of a second factor (RFC 6238, as every authenticator app makes them), and recovery codes."""

from __future__ import annotations

import base64
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

SECONDS, DIGITS = 30, 6
_TOLERATED = (0, -1, 1)  # steps a phone's clock may be wrong, and a slow typist late
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is taken for something else
_RECOVERY_LENGTH = 12  # 59 bits


def new_secret() -> str:
    """160 bits, as apps take them when they are typed."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of one step of half a minute."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: str, typed: str, at: datetime) -> int | None:
    """The step whose code somebody typed; None when it is the code of none near this moment."""
    now = int(at.timestamp()) // SECONDS
    wanted = "".join(typed.split()).encode()
    found = [now + off for off in _TOLERATED if hmac.compare_digest(code_at(secret, now + off).encode(), wanted)]
    return found[0] if found else None


def address(secret: str, account: str, issuer: str) -> str:
    """What the picture an app reads says."""
    label = quote(f"{issuer}:{account}", safe="")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"


def recovery_code() -> str:
    """Something to write down, in groups that can be read aloud."""
    letters = "".join(secrets.choice(_READABLE) for _ in range(_RECOVERY_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, _RECOVERY_LENGTH, 4))


def plain_recovery_code(typed: str) -> str:
    """A recovery code as it is hashed, however it was typed."""
    return "".join(character for character in typed.lower() if character in _READABLE)
