"""Mails signed and sealed with keys of the tests' own, and what the DNS says of those who did it."""

import base64
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from mailgate import parse
from mailgate.mail import Envelope, Verdict
from mailgate.trust.case import Believed, Case
from mailgate.trust.judge import judge
from tests.support.names import Recorded
from tests.support.world import DESK

CLIENT = "203.0.114.5"  # a public address; those set apart for examples count as our own network
DOMAIN = "lusitel.example"
SENDER = f"ana@{DOMAIN}"
SIGNED = ("from", "to", "subject", "date", "message-id")
REJECT, QUARANTINE, WATCH = (f"v=DMARC1; p={request}" for request in ("reject", "quarantine", "none"))


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_key() -> bytes:
    return key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def public_key() -> str:
    """The record that publishes the key."""
    der = key().public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


def elliptic() -> tuple[bytes, str]:
    """An Ed25519 key, and its record."""
    made = ed25519.Ed25519PrivateKey.generate()
    public = base64.b64encode(made.public_key().public_bytes_raw()).decode()
    return base64.b64encode(made.private_bytes_raw()), f"v=DKIM1; k=ed25519; p={public}"


def signed(
    raw: bytes,
    domain: str = DOMAIN,
    *,
    headers: tuple[str, ...] = SIGNED,
    algorithm: str = "rsa-sha256",
    length: bool = False,
    form: str = "relaxed/relaxed",
    with_key: bytes | None = None,
) -> bytes:
    """The mail with a signature on top."""
    head, body = (part.encode() for part in form.split("/"))
    field = dkim.sign(
        raw, b"s1", domain.encode(), with_key or private_key(), canonicalize=(head, body), length=length,
        signature_algorithm=algorithm.encode(), include_headers=[name.encode() for name in headers],
    )  # fmt: skip
    return bytes(field) + raw


def sealed(raw: bytes, by: str, results: str) -> bytes:
    """The mail as a forwarder hands it on that found these results (`dmarc=pass header.from=…`), and sealed them."""
    noted = f"Authentication-Results: {by}; {results}\r\n".encode() + raw
    fields = dkim.arc_sign(
        noted, b"s1", by.encode(), private_key(), by.encode(), include_headers=[name.encode() for name in SIGNED]
    )
    assert fields
    return b"".join(fields) + raw


def known(policy: str | None = None, *, spf: str | None = None, domain: str = DOMAIN) -> Recorded:
    """The DNS of a domain with a key, and perhaps a policy and its servers."""
    names = Recorded()
    names.answers["s1._domainkey." + domain, "TXT"] = (public_key(),)
    if policy is not None:
        names.answers[f"_dmarc.{domain}", "TXT"] = (policy,)
    if spf is not None:
        names.answers[domain, "TXT"] = (f"v=spf1 {spf}",)
    return names


def case(
    raw: bytes, *, peer: str = CLIENT, sender: str = SENDER, door: str = "smtp", helo: str = "mx.lusitel.example"
) -> Case:
    """A mail as it came and was read."""
    return Case(raw, Envelope(sender, DESK, door, peer, helo=helo), parse.read(raw))


def judged(
    raw: bytes,
    names: Recorded | None,
    *,
    believed: Believed | None = None,
    peer: str = CLIENT,
    sender: str = SENDER,
    door: str = "smtp",
    helo: str = "mx.lusitel.example",
) -> Verdict:
    """What we think of this mail."""
    one = case(raw, peer=peer, sender=sender, door=door, helo=helo)
    return judge(one, believed or Believed(), names.ask if names else None)
