"""A relay that takes everything over real SMTP and keeps it."""

import asyncio
import base64
import socket
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


@dataclass(frozen=True)
class Taken:
    """A letter the relay took."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def text(self) -> str:
        part = self.mail.get_body(("plain",))
        return part.get_content() if part else ""


class Relay:
    """Runs in a thread of its own; `answer` may be set to refuse (`550 5.1.1 …`) or put off (`450 …`)."""

    def __init__(self, *, user: str = "", password: str = "", tokens: set[str] | None = None) -> None:
        """With a user or tokens it takes letters only from whoever signs in so."""
        self._known, self._tokens = (user, password), tokens
        self._is_guarded = bool(user) or tokens is not None
        self.taken: list[Taken] = []
        self.answer = "250 2.0.0 Taken"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = threading.Event()

    async def auth_XOAUTH2(self, _server: SMTP, arguments: list[str]) -> AuthResult:
        said = base64.b64decode(arguments[1]).decode()
        is_known = said.split("auth=Bearer ")[1].rstrip("\1") in (self._tokens or ())
        return AuthResult(success=is_known, handled=False)

    def _sign_in(self, _server: SMTP, _session: Any, _envelope: Any, _how: str, who: LoginPassword) -> AuthResult:
        return AuthResult(success=(who.login.decode(), who.password.decode()) == self._known, handled=False)

    async def handle_EHLO(self, _server: SMTP, session: Any, _envelope: Any, name: str, lines: list[str]) -> list[str]:
        session.host_name = name
        return [*lines[:-1], "250-PIPELINING", lines[-1]]  # as nearly every relay does: so we are at our fastest

    async def handle_DATA(self, _server: SMTP, session: Any, envelope: Any) -> str:
        if self._is_guarded and not session.authenticated:
            return "530 5.7.0 Who are you?"
        if self.answer.startswith("250"):
            for recipient in envelope.rcpt_tos:
                self.taken.append(Taken((envelope.mail_from or "").strip("<>"), recipient, envelope.content))
        return self.answer

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, recipient: str) -> list[Taken]:
        return [letter for letter in self.taken if letter.recipient == recipient]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        options: dict[str, Any] = {"enable_SMTPUTF8": True}
        if self._is_guarded:
            options |= {"auth_require_tls": False, "authenticator": self._sign_in}
        make = self._loop.create_server(lambda: SMTP(self, loop=self._loop, **options), "127.0.0.1", 0)
        server = self._loop.run_until_complete(make)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        self._loop.run_until_complete(close_server(server))
        self._loop.close()


async def close_server(server: asyncio.Server) -> None:
    """Close a server and end every conversation on its loop."""
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
