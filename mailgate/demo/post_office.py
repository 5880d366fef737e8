"""The demo's relay: it takes every letter the gateway sends and puts it into its recipient's mailbox. None goes out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from mailgate import clock, log
from mailgate.demo.mailboxes import Mailboxes, read_letter
from mailgate.demo.ways_in import LOOPBACK
from mailgate.errors import MailgateError
from mailgate.mail import Kind

_SIZE = 80 * 2**20
_START_PATIENCE = 10.0

_log = log.get("demo")


class PostOffice:
    """What aiosmtpd asks at each command."""

    def __init__(self, boxes: Mailboxes, tell: Callable[[str], None]) -> None:
        self._boxes = boxes
        self._tell = tell

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds hooks by this name
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if not self._boxes.accepts(address):
            return "553 5.1.3 Nobody can have a mailbox under this address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - as above
        await asyncio.to_thread(self._deliver, envelope)
        return "250 2.0.0 Delivered to the demo's mailbox"

    async def handle_exception(self, error: Exception) -> str:
        _log.error("the post office could not keep a letter: %s: %s", type(error).__name__, error)
        return "451 4.3.0 Not now, please try again later"

    def _deliver(self, envelope: Envelope) -> None:
        sender, content = (envelope.mail_from or "").strip("<>"), envelope.content
        assert isinstance(content, bytes)
        for address in envelope.rcpt_tos:
            head = f"Return-Path: <{sender}>\r\nDelivered-To: {address}\r\n".encode("utf-8", "surrogateescape")
            self._boxes.deliver(address, head + content, clock.now())
            letter = read_letter(content)
            writer = letter.sender.name if letter.sender else ""
            manner = "answered" if letter.kind is Kind.PERSON else "answered automatically"
            self._tell(f'{writer} → {address} "{letter.subject}" {manner}')


@contextmanager
def post_office(boxes: Mailboxes, port: int, tell: Callable[[str], None]) -> Iterator[int]:
    """Open for as long as the block runs; the port it listens on, chosen when `port` is 0. It tells a line a letter."""
    loop = asyncio.new_event_loop()
    try:
        server = loop.run_until_complete(_open(loop, PostOffice(boxes, tell), port))
    except OSError as error:
        loop.close()
        raise MailgateError(f"The demo's post office cannot listen on port {port}: {error.strerror}.") from None
    thread = threading.Thread(target=loop.run_forever, name="post office", daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result(_START_PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_START_PATIENCE)
        loop.close()


async def _open(loop: asyncio.AbstractEventLoop, office: PostOffice, port: int) -> asyncio.Server:
    def talk() -> SMTP:
        return SMTP(office, data_size_limit=_SIZE, enable_SMTPUTF8=True, hostname="demo", ident="Demo post office")

    return await loop.create_server(talk, LOOPBACK, port)


async def _close(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
