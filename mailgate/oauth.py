"""Tokens instead of passwords: signing in by device code (RFC 8628) or browser (RFC 7636), and fresh tokens."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import secrets
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from mailgate.errors import BadInput, Permanent, Temporary

_PATIENCE = 30.0
_LARGEST = 2**20
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,250}")
REDIRECT = "http://127.0.0.1:8029/"  # nobody listens there: the address the browser ends at is pasted


@dataclass(frozen=True, slots=True)
class Provider:
    """Whom to ask for tokens. Without `device_url` signing in needs a browser and a pasted address."""

    name: str
    host: str  # of IMAP
    token_url: str
    authorize_url: str
    scope: str
    device_url: str | None = None


# Google hands out no mail scope by device code ("TV and limited input" clients may ask for sign-in and Drive only).
PROVIDERS = {
    "google": Provider(
        "google",
        "imap.gmail.com",
        "https://oauth2.googleapis.com/token",
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://mail.google.com/",
    ),
    "microsoft": Provider(
        "microsoft",
        "outlook.office365.com",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
    ),
}


@dataclass(frozen=True, slots=True)
class Client:
    """As which application we ask. Its secret, where it has one, is kept sealed with the token."""

    client_id: str
    client_secret: str = ""

    def fields(self) -> dict[str, str]:
        return {"client_id": self.client_id} | ({"client_secret": self.client_secret} if self.client_secret else {})


@dataclass(frozen=True, slots=True)
class Grant:
    """What a provider gave us. `lasts`: seconds until the refresh token ends, where the provider says so."""

    access_token: str
    refresh_token: str
    lasts: float | None = None


@dataclass(frozen=True, slots=True)
class TokenSecret:
    """What is sealed of an account that signs in by token."""

    refresh_token: str
    client_secret: str

    def packed(self) -> str:
        return json.dumps([self.refresh_token, self.client_secret])

    @classmethod
    def unpacked(cls, packed: str) -> TokenSecret:
        return cls(*json.loads(packed))


class SignedOut(Permanent):
    """The provider wants somebody to sign in again."""


def refreshed(token_url: str, client: Client, refresh_token: str) -> Grant:
    """A fresh access token; some providers replace the refresh token as well."""
    answer = _post(token_url, {**client.fields(), "grant_type": "refresh_token", "refresh_token": refresh_token})
    return _grant(answer, refresh_token)


class NotYet(Temporary):
    """Nobody has signed in so far."""

    def __init__(self, *, ask_slower: bool) -> None:
        super().__init__("Nobody has signed in with this code yet.")
        self.ask_slower = ask_slower


@dataclass(frozen=True, slots=True)
class Code:
    """Whoever opens `address` and types `code` lets us in, with `device_code`, as long as it `lasts` (seconds)."""

    address: str
    code: str
    device_code: str
    pause: float
    lasts: float


@dataclass(frozen=True, slots=True)
class Question:
    """Whoever opens `address` and signs in ends at an address that answers it; the rest proves that we asked."""

    address: str
    verifier: str
    state: str


def provider(name: str, tenant: str = "organizations") -> Provider:
    """One we know, for an organisation as Microsoft calls it."""
    found = PROVIDERS.get(name)
    if found is None:
        raise BadInput(f"Sign in at one of {', '.join(PROVIDERS)}.", provider="is none of these")
    if not _TENANT.fullmatch(tenant):
        raise BadInput(f"{tenant!r} is no name or id of an organisation at Microsoft.", tenant="is none")
    return replace(
        found,
        token_url=found.token_url.replace("{tenant}", tenant),
        authorize_url=found.authorize_url.replace("{tenant}", tenant),
        device_url=found.device_url and found.device_url.replace("{tenant}", tenant),
    )


def ask_for_code(provider: Provider, client: Client) -> Code:
    """A device code."""
    assert provider.device_url is not None
    asked = _post(provider.device_url, {"client_id": client.client_id, "scope": provider.scope})
    address = str(asked.get("verification_uri") or asked.get("verification_url"))
    if "device_code" not in asked or not address.startswith("https://"):
        raise Permanent(_why(asked))
    code, device_code = str(asked["user_code"]), str(asked["device_code"])
    return Code(address, code, device_code, float(asked.get("interval", 5)), float(asked.get("expires_in", 900)))


def redeem_code(provider: Provider, client: Client, device_code: str) -> Grant:
    """What the code was exchanged for, once somebody has signed in with it; until then `NotYet`."""
    fields = {**client.fields(), "grant_type": _DEVICE_GRANT, "device_code": device_code}
    answer = _post(provider.token_url, fields)
    if answer.get("error") in ("authorization_pending", "slow_down"):
        raise NotYet(ask_slower=answer["error"] == "slow_down")
    return _grant(answer, "")


def by_device(provider: Provider, client: Client, tell: Callable[[str, str], None]) -> Grant:
    """`tell` shows an address and a code; whoever opens the one and types the other lets us in."""
    asked = ask_for_code(provider, client)
    tell(asked.address, asked.code)
    pause, end = asked.pause, time.monotonic() + asked.lasts
    while time.monotonic() < end:
        time.sleep(pause)
        try:
            return redeem_code(provider, client, asked.device_code)
        except NotYet as wait:
            pause += 5 if wait.ask_slower else 0
    raise Permanent("Nobody signed in before the code ended: ask for a new one.")


def ask_browser(provider: Provider, client: Client) -> Question:
    """What to open in a browser."""
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    question = {
        "client_id": client.client_id, "response_type": "code", "redirect_uri": REDIRECT, "scope": provider.scope,
        "state": state, "code_challenge": challenge, "code_challenge_method": "S256",
        "access_type": "offline", "prompt": "consent",
    }  # fmt: skip
    return Question(f"{provider.authorize_url}?{urlencode(question)}", verifier, state)


def redeem_address(provider: Provider, client: Client, asked: Question, ended_at: str) -> Grant:
    """What the address was exchanged for that the browser ended at."""
    answer = parse_qs(urlsplit(ended_at.strip()).query)
    if answer.get("state") != [asked.state] or "code" not in answer:
        raise BadInput("That is not the address the browser ended at after signing in: it begins with " + REDIRECT)
    fields = {
        **client.fields(), "grant_type": "authorization_code", "code": answer["code"][0],
        "redirect_uri": REDIRECT, "code_verifier": asked.verifier,
    }  # fmt: skip
    return _grant(_post(provider.token_url, fields), "")


def by_browser(provider: Provider, client: Client, tell: Callable[[str], str]) -> Grant:
    """`tell` shows an address to open and returns the one the browser ended at."""
    asked = ask_browser(provider, client)
    return redeem_address(provider, client, asked, tell(asked.address))


def _grant(answer: Mapping[str, Any], refresh_token: str) -> Grant:
    token = str(answer.get("refresh_token") or refresh_token)
    if "access_token" not in answer:
        raise SignedOut(_why(answer))
    if not token:
        raise Permanent("The provider gave no refresh token: allow offline access for this application.")
    lasts = answer.get("refresh_token_expires_in")
    return Grant(str(answer["access_token"]), token, float(lasts) if lasts else None)


def _why(answer: Mapping[str, Any]) -> str:
    words = str(answer.get("error_description") or "").splitlines()
    return f"the provider says {answer.get('error', 'nothing of use')}{': ' + words[0][:200] if words else ''}"


def _post(url: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """The provider's answer, yes or no alike. What only passes is `Temporary`."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=_PATIENCE, context=ssl.create_default_context()
        )
    elif parts.hostname in ("127.0.0.1", "localhost"):
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=_PATIENCE)
    else:
        raise BadInput(f"{url} must begin with https://.")
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        connection.request("POST", parts.path, urlencode(fields), headers)
        response = connection.getresponse()
        content = response.read(_LARGEST)
    except (OSError, http.client.HTTPException) as error:
        raise Temporary(f"{parts.hostname} cannot be asked for a token: {type(error).__name__}") from error
    finally:
        connection.close()
    if response.status >= http.client.INTERNAL_SERVER_ERROR or response.status == http.client.TOO_MANY_REQUESTS:
        raise Temporary(f"{parts.hostname} hands out no token at present ({response.status})")
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise Temporary(f"{parts.hostname} answers with something that is no token ({response.status})") from error
    return answer if isinstance(answer, dict) else {}
