"""A small provider of sign-ins (OpenID Connect) that can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT, SECRET = "mailgate", "of the application: 100% secret"


@cache
def key(kid: str = "one") -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})


@dataclass
class SignInProvider:
    """`claims` and `metadata` replace what it would say; what is None is left out. `token` comes instead of its own."""

    port: int = 0
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] | None = None
    token: str | None = None
    is_away: bool = False
    asked: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}/realm"

    def sign_in(self, address: str) -> tuple[str, str]:
        """Somebody opens this address and signs in: the code and the state they come back with."""
        question = dict(parse_qsl(urlsplit(address).query))
        assert address.startswith(f"{self.issuer}/authorize?")
        assert question["code_challenge_method"] == "S256"
        assert (question["client_id"], question["scope"]) == (CLIENT, "openid email")
        code = f"code-{len(self._codes)}"
        self._codes[code] = question
        return code, question["state"]

    def answer(self, path: str, fields: dict[str, str], authorization: str) -> tuple[int, Any]:
        self.asked.append(path)
        if self.is_away:
            return 503, {}
        match path:
            case "/realm/.well-known/openid-configuration":
                known = {
                    "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
                    "userinfo_endpoint": f"{self.issuer}/person",
                }  # fmt: skip
                return 200, known | self.metadata
            case "/realm/keys":
                return 200, {"keys": [key().as_dict(private=False)]}
            case "/realm/person":
                return 200, self.person or {}
            case "/realm/token":
                return self._exchanged(fields, authorization)
        return 404, {}

    def _exchanged(self, fields: dict[str, str], authorization: str) -> tuple[int, Any]:
        """A code is worth one token, for whoever has its verifier and the application's secret."""
        question = self._codes.pop(fields["code"], None)
        basic = "Basic " + base64.b64encode(f"{CLIENT}:of+the+application%3A+100%25+secret".encode()).decode()
        if authorization != basic and fields.get("client_secret") != SECRET:
            return 401, {"error": "invalid_client"}
        digest = hashlib.sha256(fields["code_verifier"].encode()).digest()
        proof = (_base64(digest), fields["redirect_uri"])
        if question is None or proof != (question["code_challenge"], question["redirect_uri"]):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "access", "id_token": self.token or self._token(question["nonce"])}

    def _token(self, nonce: str) -> str:
        return signed(self.said(nonce))

    def said(self, nonce: str) -> dict[str, Any]:
        now = int(time.time())
        said = {
            "iss": self.issuer, "aud": CLIENT, "sub": "7", "nonce": nonce, "iat": now, "exp": now + 300,
            "email": "mara@nordlicht.example", "email_verified": True,
        }  # fmt: skip
        return {name: value for name, value in (said | self.claims).items() if value is not None}


def signed(claims: dict[str, Any], by: ECKey | None = None) -> str:
    by = by or key()
    return jwt.encode({"alg": "ES256", "kid": by.kid}, claims, by, ["ES256"])


def forged(claims: dict[str, Any], algorithm: str) -> str:
    """Not signed at all (none), or with the public key as if it were a secret (HS256)."""
    parts = ({"alg": algorithm, "kid": "one"}, claims)
    words = ".".join(_base64(json.dumps(one).encode()) for one in parts)
    digest = hmac.new(key().as_pem(private=False), words.encode(), hashlib.sha256).digest()
    return f"{words}.{'' if algorithm == 'none' else _base64(digest)}"


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


@contextmanager
def sign_in_provider() -> Iterator[SignInProvider]:
    """The provider, for as long as the block lasts."""
    provider = SignInProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say({})

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say({name: values[0] for name, values in parse_qs(content).items()})

        def _say(self, fields: dict[str, str]) -> None:
            status, answer = provider.answer(self.path, fields, self.headers.get("Authorization", ""))
            said = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class names it
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join(10)
