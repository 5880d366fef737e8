"""The SMTP door: aiosmtpd with its defaults hardened. It says 250 only after the commit."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from mailgate import clock, log
from mailgate.receive.accept import Incoming
from mailgate.receive.data import TooLarge, read_data
from mailgate.receive.doorkeeper import Doorkeeper
from mailgate.receive.threshold import Threshold
from mailgate.store.door import Application, Found

_MAX_RECIPIENTS = 100
_MAX_UNKNOWN = 20  # recipients nobody has, in one connection
_MAX_WRONG = 3  # passwords, in one connection
_BUFFER = 2**16

# <local@domain> of ordinary characters; a dot may only part others.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_PATH = re.compile(rf"<({_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)>")

LATER = "451 4.3.0 Not now, please try again later"  # never a word about what went wrong (THREATS F2)
_UNKNOWN = "550 5.1.1 No such mailbox here"
_TOO_OFTEN = "450 4.7.1 Too many mails from your address, please try again later"

_log = log.get("door")


class Conversation(SMTP):
    """One client's connection."""

    line_length_limit = _BUFFER  # of the stream's buffer; a mail's lines may be longer (THREATS row 3)
    door_name = "smtp"

    def __init__(self, door: Doorkeeper, peer: str, *, is_secure: bool = False) -> None:
        self.application: Application | None = None
        self.found: dict[str, Found] = {}
        self.peer = peer
        self._door = door
        self._wrong = 0
        self._has_begun = False
        super().__init__(
            _Hooks(self, door),
            data_size_limit=door.message_size,
            enable_SMTPUTF8=True,
            timeout=door.idle_seconds,
            tls_context=None if is_secure else door.tls,
            hostname="mailgate",
            ident="Mailgate",
            auth_require_tls=not is_secure,
            authenticator=_unchecked,
        )

    def connection_made(self, transport: Any) -> None:
        if self._has_begun:  # a second time after STARTTLS: what was said before counts for nothing (RFC 3207)
            self.application = None
        self._has_begun = True
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._has_begun:  # otherwise it is still the threshold's
            self._has_begun = False
            self._door.dismiss(self.peer)
            super().connection_lost(error)

    def eof_received(self) -> bool | None:
        return super().eof_received() if self._has_begun else None

    async def auth_PLAIN(self, server: Any, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd finds it by name
        return await self._checked(await super().auth_PLAIN(server, args))

    async def auth_LOGIN(self, server: Any, args: list[str]) -> AuthResult:  # noqa: N802 - as above
        return await self._checked(await super().auth_LOGIN(server, args))

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd finds commands by this name
        """Take the mail itself, bounded (THREATS rows 1, 3, F12), and answer once it is committed."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        try:
            content = await read_data(self._reader, self._door.message_size, moving=self._reset_timeout)
        except TooLarge:
            answer = self.to_all(f"552 5.3.4 Too large: at most {self._door.message_size} bytes")
        except asyncio.CancelledError:
            self._writer.close()
            raise
        else:
            answer = await self.kept(content)
        self._set_post_data_state()  # type: ignore[no-untyped-call] # aiosmtpd types it in part
        await self.push(answer)

    async def kept(self, content: bytes) -> str:
        """Keep the mail for all its recipients at once; the answer."""
        mails = list(self.mails(content).values())
        ids = await self._door.keep(mails)
        for mail, kept_id in zip(mails, ids, strict=True):
            note_kept(kept_id, mail)
        return f"250 2.0.0 Kept as {', '.join(map(str, ids))}"

    def mails(self, content: bytes) -> dict[tuple[int, int], Incoming]:
        """One mail for each mailbox among the recipients, under the first address that led there.

        An address with a plus-part comes before those without: it may hold the mark that leads to the ticket.
        """
        assert self.envelope is not None
        assert self.session is not None
        sender = "" if self.envelope.mail_from == "<>" else storable(self.envelope.mail_from or "")
        door, peer, greeting = self.door_name, self.peer, storable(self.session.host_name or "")
        if self.application is not None:
            door, peer = "submission", f"{self.application.name} at {self.peer}"
        chosen: dict[tuple[int, int], Incoming] = {}
        for address, found in sorted(self.found.items(), key=lambda pair: "+" not in pair[0]):
            mail = Incoming(
                found.org_id, found.id, door, peer, sender, storable(address), content, clock.now(), helo=greeting
            )
            chosen.setdefault((found.org_id, found.id), mail)
        return chosen

    def to_all(self, answer: str) -> str:
        """What to say when the same is true for every recipient."""
        return answer

    def say_goodbye(self) -> None:
        """Close as soon as the answer is out."""
        asyncio.get_running_loop().call_soon(self._writer.close)

    async def handle_exception(self, error: Exception) -> str:
        """Our failure: the client tries again later and learns nothing of us (THREATS F2)."""
        _log.error("while talking to %s: %s: %s", self.peer, type(error).__name__, error)
        return LATER

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The base class takes addresses apart with the standard library's slowest parser; nearly all are plain."""
        if (plain := _PLAIN_PATH.match(arg)) is not None:
            return plain[1], arg[plain.end() :]
        return super()._getaddr(arg)

    async def _checked(self, given: AuthResult) -> AuthResult:
        """The base class has taken name and password apart; the password is a token, and the name is not asked for."""
        if not given.success:
            return given
        assert given.auth_data is not None  # _unchecked hands it on
        secret = given.auth_data.password.decode("utf-8", "replace")
        self.application = await self._door.application(secret)
        if self.application is not None:
            return AuthResult(success=True)
        self._wrong += 1
        _log.warning("a wrong password from %s", self.peer)
        if self._wrong >= _MAX_WRONG:
            self.say_goodbye()
        return AuthResult(success=False, handled=False)


class _Hooks:
    """What aiosmtpd asks at each command."""

    def __init__(self, talk: Conversation, door: Doorkeeper) -> None:
        self._talk = talk
        self._door = door
        self._unknown = 0

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds hooks by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._talk.application is None and not await self._door.may_send(self._talk.peer):
            return _TOO_OFTEN
        self._talk.found.clear()
        envelope.mail_from = address  # "<>" for the null sender: aiosmtpd takes "" for a missing MAIL
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - as above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= _MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients in one go"
        found = await self._door.mailbox(storable(address))
        application = self._talk.application
        if found is None or (application is not None and application.org_id != found.org_id):
            return self._not_here()
        self._talk.found[address] = found
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    def _not_here(self) -> str:
        """Somebody who guesses addresses gets a few tries a connection."""
        self._unknown += 1
        if self._unknown <= _MAX_UNKNOWN:
            return _UNKNOWN
        self._talk.say_goodbye()
        return "421 4.7.0 Too many unknown recipients"


def storable(address: str) -> str:
    """An address a text column takes: no NUL, no stray bytes."""
    return address.replace("\0", "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def note_kept(kept_id: int, mail: Incoming) -> None:
    _log.info("kept %s for %s from %s", kept_id, mail.recipient, mail.sender or "<>")


def _unchecked(*given: Any) -> AuthResult:
    """Yes, for now: aiosmtpd asks at once, and a token is looked up without keeping everybody else waiting."""
    return AuthResult(success=True, auth_data=given[-1])


async def serve(door: Doorkeeper, host: str, port: int, *, is_secure: bool = False) -> asyncio.Server:
    """Open the door; with `is_secure`, TLS is spoken from the first byte (RFC 8314)."""
    return await listen(
        door, host, port, lambda peer: Conversation(door, peer, is_secure=is_secure), door.tls if is_secure else None
    )


async def listen(
    door: Doorkeeper, host: str, port: int, begin: Callable[[str], Conversation], tls: ssl.SSLContext | None = None
) -> asyncio.Server:
    """Have somebody talk to whoever comes."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Threshold(door, begin, tls), host, port, backlog=200)
