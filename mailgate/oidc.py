"""Signing in at somebody else's: OpenID Connect with PKCE, where only verified mail addresses count.

The provider is named in the settings, and may lie in our own network. One on the Internet cannot lead us into it.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from mailgate.calling import Connection, addresses, may_be_called, public_addresses
from mailgate.errors import Permanent, Temporary

_SCOPE = "openid email"
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")  # never with our secret
_LEEWAY = 60  # seconds that the provider's clock may differ from ours
_LARGEST = 2**20
_WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Client:
    """As whom we ask, and where: what an admin of the provider wrote down."""

    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Provider:
    """What a provider says of itself. `at_home`: it lies in a private network, and so may what it names."""

    issuer: str
    authorize_url: str
    token_url: str
    keys_url: str
    person_url: str | None
    takes_basic: bool
    at_home: bool


@dataclass(frozen=True, slots=True)
class Question:
    """Whoever opens `address` and signs in comes back with an answer to it; the rest proves that we asked."""

    address: str
    state: str
    nonce: str
    verifier: str


class Unproven(Permanent):
    """Somebody signed in there, whose mail address nobody has verified."""


def discover(client: Client) -> Provider:
    """Ask a provider where to sign in, and where its keys are."""
    host = urlsplit(client.issuer).hostname or ""
    at_home = not all(may_be_called(each) for each in addresses(host, 0))
    said = _ask(client.issuer.rstrip("/") + _WELL_KNOWN, at_home=at_home)
    if str(said.get("issuer")).rstrip("/") != client.issuer.rstrip("/"):
        raise Permanent(f"It calls itself {said.get('issuer')!r}, and not {client.issuer!r}.")
    missing = [
        name for name in ("authorization_endpoint", "token_endpoint", "jwks_uri") if not isinstance(said.get(name), str)
    ]
    if missing:
        raise Permanent(f"It does not name its {' and '.join(missing)}.")
    _checked(said["authorization_endpoint"], at_home=at_home)
    methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    person = said.get("userinfo_endpoint")
    return Provider(
        str(said["issuer"]), said["authorization_endpoint"], said["token_endpoint"], said["jwks_uri"],
        person if isinstance(person, str) else None, "client_secret_basic" in methods, at_home,
    )  # fmt: skip


def ask(provider: Provider, client: Client, back: str) -> Question:
    """Where a browser goes to sign in. It comes back to `back`."""
    state, nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    question = {
        "client_id": client.client_id, "response_type": "code", "redirect_uri": back, "scope": _SCOPE,
        "state": state, "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    sign = "&" if urlsplit(provider.authorize_url).query else "?"
    return Question(f"{provider.authorize_url}{sign}{urlencode(question)}", state, nonce, verifier)


def proven_address(
    provider: Provider, client: Client, code: str, back: str, verifier: str, nonce: str, now: datetime
) -> str:
    """The mail address of whoever has just signed in there, as far as the provider vouches for it."""
    answer = _tokens(provider, client, code, back, verifier)
    if not isinstance(answer.get("id_token"), str):
        raise Permanent(f"It gave no token: {str(answer.get('error', 'and no reason'))[:100]}.")
    claims = _verified(answer["id_token"], _keys(provider), provider, client, nonce, now)
    if "email" not in claims and provider.person_url and isinstance(answer.get("access_token"), str):
        claims = _person(provider, answer["access_token"], claims["sub"])
    email = claims.get("email")
    if not isinstance(email, str) or "@" not in email or claims.get("email_verified") not in (True, "true"):
        raise Unproven(f"It does not say that the mail address of {claims.get('sub')!r} was verified.")
    return email.strip().lower()


def look(client: Client) -> int:
    """Whether a provider could be used at all: how many keys it signs with."""
    return len(_keys(discover(client))["keys"])


def _tokens(provider: Provider, client: Client, code: str, back: str, verifier: str) -> dict[str, Any]:
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    headers = {}
    if client.client_secret and provider.takes_basic:
        pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"  # RFC 6749, section 2.3.1
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        fields |= {"client_id": client.client_id}
        fields |= {"client_secret": client.client_secret} if client.client_secret else {}
    return _ask(provider.token_url, at_home=provider.at_home, fields=fields, headers=headers)


def _keys(provider: Provider) -> dict[str, Any]:
    said = _ask(provider.keys_url, at_home=provider.at_home)
    if not isinstance(said.get("keys"), list) or not said["keys"]:
        raise Permanent("It names no keys.")
    return said


def _verified(
    token: str, keys: dict[str, Any], provider: Provider, client: Client, nonce: str, now: datetime
) -> dict[str, Any]:
    """What a token says that this provider signed, for us, just now, as the answer to what we asked."""
    from joserfc import jwt  # noqa: PLC0415 - 3 MB that a process in which nobody signs in so has no use for
    from joserfc.errors import JoseError  # noqa: PLC0415 - as above
    from joserfc.jwk import KeySet  # noqa: PLC0415 - as above

    rules = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=_LEEWAY,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": client.client_id},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        azp={"value": client.client_id},
    )
    try:
        claims = jwt.decode(token, KeySet.import_key_set({"keys": keys["keys"]}), _ALGORITHMS).claims
        rules.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:  # the latter: keys that are none
        raise Permanent(f"Its token is refused: {type(error).__name__}: {error}") from error
    return claims


def _person(provider: Provider, access_token: str, subject: str) -> dict[str, Any]:
    """What it says of somebody apart from the token; it has to be the same somebody."""
    assert provider.person_url is not None
    said = _ask(provider.person_url, at_home=provider.at_home, headers={"Authorization": f"Bearer {access_token}"})
    if said.get("sub") != subject:
        raise Permanent("It speaks of two people at once.")
    return said


def _checked(url: str, *, at_home: bool) -> tuple[str, int, bool]:
    """Host, port and whether by TLS, of an address that may be asked: in the clear only on this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Permanent(f"{url[:200]!r} is no address.") from None
    is_here = at_home and parts.scheme == "http" and host in ("127.0.0.1", "localhost", "::1")
    if not host or parts.username is not None or not (parts.scheme == "https" or is_here):
        raise Permanent(f"{url[:200]!r} must begin with https://.")
    is_tls = parts.scheme == "https"
    return host, port or (http.client.HTTPS_PORT if is_tls else http.client.HTTP_PORT), is_tls


def _ask(
    url: str, *, at_home: bool, fields: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """The object a provider answers with; a refusal of its is an answer, too."""
    host, port, is_tls = _checked(url, at_home=at_home)
    found = addresses(host, port) if at_home else public_addresses(host, port)
    parts = urlsplit(url)
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    sent = {"Accept": "application/json", "User-Agent": "Mailgate", **(headers or {})}
    connection = Connection(host, port, found, is_tls=is_tls)
    try:
        if fields is None:
            connection.request("GET", path, headers=sent)
        else:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, urlencode(fields), sent)
        answer = connection.getresponse()
        content = answer.read(_LARGEST)
    except (OSError, http.client.HTTPException) as error:
        raise Temporary(f"{host} did not answer: {type(error).__name__}.") from error
    finally:
        connection.close()
    return _object(host, answer.status, content)


def _object(host: str, status: int, content: bytes) -> dict[str, Any]:
    if status >= http.client.INTERNAL_SERVER_ERROR or status == http.client.TOO_MANY_REQUESTS:
        raise Temporary(f"{host} answers {status}.")
    try:
        said = json.loads(content)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Permanent(f"{host} answers {status} with something that is no JSON object.")
    return said
