"""A hash over what a mail says, without the marks its way left on it: the same mail twice has the same one."""

from __future__ import annotations

import hashlib

from mailgate.parse.headers import Headers

_SAYS = ("from", "to", "cc", "subject", "date", "content-type", "content-transfer-encoding")


def fingerprint(headers: Headers, body: bytes) -> str:
    """Hex sha256 over From, To, Cc, Subject, Date and the body; line ends and trailing blanks don't count."""
    digest = hashlib.sha256()
    for name in _SAYS:
        for value in headers.raw_all(name):
            digest.update(f"{name}:{' '.join(value.split())}\n".encode("utf-8", "surrogateescape"))
    if (
        b"\r" in body
    ):  # what says it is binary is read as it came, and comes by one door with other line ends than by another
        body = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    digest.update(body.rstrip())
    return digest.hexdigest()
