"""An IMAP server of the tests' own, different from Dovecot, which misbehaves when told to."""

import asyncio
import base64
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class Cut(Exception):  # noqa: N818 - not an error: what the server was told to do
    """The server ends the connection here."""


@dataclass
class OddImap:
    """One mailbox with one folder. Its faults are attributes; those that count down heal by themselves."""

    mails: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    uidvalidity: int = 1
    next_uid: int = 1
    user: str = "help@nordlicht.example"
    password: str = "secret"
    anybody: bool = False  # every name is let in, to the same mails
    nap: float = 0.05  # seconds between two looks for what is to be told
    tokens: set[str] = field(default_factory=set)  # that XOAUTH2 takes
    capabilities: str = "IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=PLAIN IDLE"
    byes: int = 0  # so often a FETCH is answered with BYE
    cuts: int = 0  # so often the connection ends in the middle of a mail
    silences: int = 0  # so often a FETCH is never answered
    chatter: int = 0  # so many lines nobody asked for come before every answer, in one piece
    flood: bool = False  # a FETCH is answered without end
    never_greets: bool = False
    idles_silently: bool = False  # new mail is not told
    stubborn: set[int] = field(default_factory=set)  # mails it refuses to hand out
    vanishing: set[int] = field(default_factory=set)  # mails that somebody deletes when we ask for their bytes
    commands: list[str] = field(default_factory=list)
    visits: int = 0
    port: int = 0
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    writers: dict[asyncio.StreamWriter, int] = field(default_factory=dict)  # the newest mail each was told of

    def put(self, *mails: bytes) -> None:
        for raw in mails:
            self.mails[self.next_uid] = raw
            self.next_uid += 1

    def renumber(self) -> None:
        """As after a restored backup."""
        self.uidvalidity += 1
        mails, self.mails, self.next_uid = self.mails, {}, 100
        self.put(*mails.values())

    def asked(self, what: str) -> int:
        return sum(what in command for command in self.commands)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        self.writers[writer] = 0
        try:
            if self.never_greets:
                await asyncio.sleep(3600)
            writer.write(b"* OK ready when you are\r\n")
            while line := await reader.readline():
                tag, _, command = line.decode().strip().partition(" ")
                self.commands.append(command)
                for number in range(self.chatter):
                    writer.write(f"* {number + 1} FETCH (FLAGS ($Odd{number}) MODSEQ (17))\r\n".encode())
                await self._answer(tag, command, reader, writer)
                await writer.drain()
        except (Cut, ConnectionError):
            pass
        finally:
            del self.writers[writer]
            writer.transport.abort()

    async def _answer(  # noqa: C901 - a branch a command
        self, tag: str, command: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        name = command.removeprefix("UID ").split(" ")[0].upper()
        if name == "CAPABILITY":
            writer.write(f"* CAPABILITY {self.capabilities}\r\n".encode())
        elif name == "LOGIN" and not self._knows(command):
            writer.write(f"{tag} NO [AUTHENTICATIONFAILED] Not with these words\r\n".encode())
            return
        elif name == "AUTHENTICATE" and not await self._lets_in(command, reader, writer):
            writer.write(f"{tag} NO [AUTHENTICATIONFAILED] Token refused\r\n".encode())
            return
        elif name == "STARTTLS":
            writer.write(f"{tag} BAD Never heard of it\r\n".encode())
            return
        elif name == "LIST":
            writer.write(b'* LIST (\\HasNoChildren) "/" INBOX\r\n* LIST () "/" {11}\r\n5* hotel"{9\r\n')
        elif name == "SELECT":
            self._tell_news(writer)
            writer.write(f"* OK [UIDVALIDITY {self.uidvalidity}] valid\r\n".encode())
        elif name == "SEARCH":
            writer.write(f"* SEARCH {' '.join(map(str, self._found(command)))}\r\n".encode())
        elif name == "FETCH":
            if not await self._fetch(command, writer):
                writer.write(f"{tag} NO Not all of these\r\n".encode())
                return
        elif name == "STORE":
            for uid in self._listed(command):
                self.flags.setdefault(uid, set()).add(command.split("(")[1].rstrip(")"))
        elif name == "IDLE":
            await self._idle(reader, writer)
        writer.write(f"{tag} OK done\r\n".encode())

    def _knows(self, command: str) -> bool:
        user = r'"[^"]+"' if self.anybody else re.escape(f'"{self.user}"')
        return re.fullmatch(f'LOGIN {user} "{re.escape(self.password)}"', command) is not None

    async def _lets_in(self, command: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        words = command.split(" ")
        if len(words) == 2:
            writer.write(b"+ \r\n")
            words.append((await reader.readline()).decode().strip())
        said = base64.b64decode(words[2]).decode()
        if words[1] == "PLAIN":
            return said == f"\0{self.user}\0{self.password}"
        if any(said == f"user={self.user}\1auth=Bearer {token}\1\1" for token in self.tokens):
            return True
        writer.write(b"+ eyJzdGF0dXMiOiI0MDEifQ==\r\n")
        assert await reader.readline() == b"\r\n"
        return False

    def _found(self, command: str) -> list[int]:
        if (above := re.search(r"UID (\d+):\*", command)) is not None:
            last = max(self.mails, default=0)
            return sorted({uid for uid in self.mails if uid >= int(above[1])} | ({last} if last else set()))
        return [uid for uid in self._listed(command.partition("SEARCH ")[2]) if uid in self.mails]

    def _listed(self, command: str) -> list[int]:
        return [int(uid) for uid in re.findall(r"\d+", command.split(" ")[2 if command.startswith("UID STORE") else 1])]

    async def _fetch(self, command: str, writer: asyncio.StreamWriter) -> bool:
        uids = [int(uid) for uid in re.findall(r"\d+", command.split(" ")[2])]
        if "BODY.PEEK[]" not in command:
            for uid in uids:
                if uid in self.mails:
                    facts = f'UID {uid} RFC822.SIZE {len(self.mails[uid])} INTERNALDATE " 5-Nov-2026 10:00:00 +0000"'
                    writer.write(f"* {uid} FETCH (FLAGS (UID 999) {facts})\r\n".encode())
            return True
        await self._misbehave(writer)
        for uid in sorted(self.vanishing):
            self.mails.pop(uid, None)
        self.vanishing.clear()
        if self.stubborn & set(uids):
            return False
        for uid in uids:
            if uid in self.mails:
                await self._hand_out(uid, writer)
        return True

    async def _hand_out(self, uid: int, writer: asyncio.StreamWriter) -> None:
        raw = self.mails[uid]
        writer.write(f"* {uid} FETCH (BODY[] {{{len(raw)}}}\r\n".encode())
        if self.cuts:
            self.cuts -= 1
            writer.write(raw[: len(raw) // 2])
            await writer.drain()
            await asyncio.sleep(0.05)
            raise Cut
        writer.write(raw + f" UID {uid})\r\n".encode())
        await writer.drain()

    async def _misbehave(self, writer: asyncio.StreamWriter) -> None:
        if self.byes:
            self.byes -= 1
            writer.write(b"* BYE Going down for a while\r\n")
            await writer.drain()
            raise Cut
        if self.silences:
            self.silences -= 1
            await asyncio.sleep(3600)
        while self.flood:
            writer.write(b"* 1 FETCH (UID 1 BODY[] {1000000}\r\n" + b"x" * 1_000_000 + b")\r\n")
            await writer.drain()

    async def _idle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"+ idling\r\n")
        done = asyncio.ensure_future(reader.readline())
        while not done.done():
            if self.next_uid > self.writers[writer] and not self.idles_silently:
                self._tell_news(writer)
            await asyncio.wait([done], timeout=self.nap)
        if not done.result():
            raise Cut
        assert done.result() == b"DONE\r\n"

    def _tell_news(self, writer: asyncio.StreamWriter) -> None:
        """How many mails there are. Also what came between two commands is news (RFC 3501 5.2)."""
        self.writers[writer] = self.next_uid
        writer.write(f"* {len(self.mails)} EXISTS\r\n".encode())

    def cut_all(self) -> None:
        """End every connection, as a network does."""
        for writer in list(self.writers):
            self.loop.call_soon_threadsafe(writer.transport.abort)


@contextmanager
def odd_imap() -> Iterator[OddImap]:
    """A server in a thread of its own."""
    server = OddImap()
    thread = threading.Thread(target=server.loop.run_forever, daemon=True)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(
        asyncio.start_server(server.serve, "127.0.0.1", 0), server.loop
    ).result(10)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_close(listening), server.loop).result(10)
        server.loop.call_soon_threadsafe(server.loop.stop)
        thread.join(10)
        server.loop.close()


async def _close(listening: asyncio.Server) -> None:
    listening.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
