"""Make the key that signs what leaves a domain, and the record that publishes it."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mailgate.seal import Seal
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.dkim import DkimKey, dkim_key
from mailgate.store.office import Mailbox

_BITS = 2048
_LONGEST_STRING = 255  # characters of one string in a TXT record


def make_dkim_key(session: Session, seal: Seal, mailbox: Mailbox, now: datetime) -> DkimKey:
    """The key of a mailbox's domain; made, if there is none."""
    if (known := dkim_key(session, mailbox.domain)) is not None:
        return known
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    made = DkimKey(
        domain=mailbox.domain,
        selector=f"mailgate-{hashlib.sha256(public).hexdigest()[:8]}",
        record=f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}",
        secret=seal.close(private.decode()),
        created_at=now,
    )
    return add(session, made)


def zone_line(key: DkimKey) -> str:
    """The record as a zone file has it, long text in several strings."""
    starts = range(0, len(key.record), _LONGEST_STRING)
    strings = " ".join(f'"{key.record[start : start + _LONGEST_STRING]}"' for start in starts)
    return f"{key.name}. IN TXT ({strings})"
