"""A small provider of OAuth tokens: device codes, refresh tokens that are replaced, and refusals."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class TokenServer:
    """`answers` come first, one a question; then whoever shows the newest refresh token gets a fresh pair."""

    answers: list[tuple[int, dict[str, object]]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    refresh_token: str = "refresh-0"
    access_tokens: set[str] = field(default_factory=set)  # shared with the IMAP server that takes them
    lasts: int | None = None
    user: str = "help@nordlicht.example"  # whose tokens these are
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, path: str, fields: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.asked.append(fields)
        if path == "/introspect":  # asked by a server that takes these tokens
            good = fields["token"] in self.access_tokens
            return 200, {"active": good, "username": self.user, **({} if good else {"error": "invalid_token"})}
        if path == "/device":
            code = {"device_code": "dc", "user_code": "WDJB-MJHT", "verification_uri": "https://login.example/device"}
            return 200, {**code, "interval": 0, "expires_in": 60}
        if self.answers:
            return self.answers.pop(0)
        if fields["grant_type"] == "refresh_token" and fields["refresh_token"] != self.refresh_token:
            return 400, {"error": "invalid_grant", "error_description": "Token has been revoked."}
        return 200, self._fresh()

    def _fresh(self) -> dict[str, object]:
        number = len(self.asked)
        self.refresh_token = f"refresh-{number}"
        self.access_tokens.clear()
        self.access_tokens.add(f"access-{number}")
        ends = {"refresh_token_expires_in": self.lasts} if self.lasts else {}
        return {"access_token": f"access-{number}", "refresh_token": self.refresh_token, "expires_in": 3600, **ends}


@contextmanager
def token_server() -> Iterator[TokenServer]:
    """The provider, for as long as the block lasts."""
    provider = TokenServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = {name: values[0] for name, values in parse_qs(content).items()}
            status, answer = provider.answer(self.path, fields)
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
