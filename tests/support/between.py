"""Something between us and a real IMAP server: it cuts, falls silent, or lets others act at the worst moment."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_ASKED, _HANDED_OUT = b"BODY.PEEK[]", b"BODY[] {"
_INTO_THE_MAIL = 60  # bytes after the literal's announcement


@dataclass
class Between:
    """Faults that count down heal by themselves."""

    towards: int
    cuts: int = 0  # so often the connection ends in the middle of a mail
    silences: int = 0  # so often a question for mails never reaches the server
    meanwhile: Callable[[], None] | None = None  # done once, when mails are asked for, before the server hears of it
    visits: int = 0
    lines: int = 0  # that the server has said
    port: int = 0
    calm: asyncio.Event = field(default_factory=asyncio.Event)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        await self.calm.wait()  # nobody comes by while things happen: pymap does not tell of mails put in just then
        ours = [writer]
        with suppress(OSError):
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self.towards)
            ours.append(to_server)
            ways = [self._questions(reader, to_server), self._answers(from_server, writer)]
            tasks = [asyncio.ensure_future(way) for way in ways]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        for each in ours:
            each.close()

    async def _questions(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            if _ASKED in line and self.meanwhile is not None:
                act, self.meanwhile = self.meanwhile, None
                self.calm.clear()
                await asyncio.to_thread(self._do, act)
            if _ASKED in line and self.silences:
                self.silences -= 1
                continue
            writer.write(line)
            await writer.drain()

    def _do(self, act: Callable[[], None]) -> None:
        try:
            act()
        finally:
            self.loop.call_soon_threadsafe(self.calm.set)

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(2**16):
            self.lines += data.count(b"\n")
            if self.cuts and _HANDED_OUT in data:
                self.cuts -= 1
                writer.write(data[: data.index(_HANDED_OUT) + _INTO_THE_MAIL])
                return
            writer.write(data)
            await writer.drain()


@contextmanager
def between(port: int) -> Iterator[Between]:
    """In a thread of its own, in front of the server at this port."""
    stands = Between(port)
    stands.calm.set()
    thread = threading.Thread(target=stands.loop.run_forever, daemon=True)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(
        asyncio.start_server(stands.serve, "127.0.0.1", 0), stands.loop
    ).result(10)
    stands.port = listening.sockets[0].getsockname()[1]
    try:
        yield stands
    finally:
        asyncio.run_coroutine_threadsafe(_close(listening), stands.loop).result(10)
        stands.loop.call_soon_threadsafe(stands.loop.stop)
        thread.join(10)
        stands.loop.close()


async def _close(listening: asyncio.Server) -> None:
    listening.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
