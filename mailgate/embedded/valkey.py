"""The embedded Valkey: how its server is started and asked. What it holds may be lost; the database heals it."""

import contextlib
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from mailgate.embedded.account import Account, hand_over
from mailgate.embedded.binaries import Binaries
from mailgate.embedded.folder import Folder, blamed_on

SOCKET = "valkey.sock"
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "dir": ".",
    "logfile": "",
    "loglevel": "warning",
    "daemonize": "no",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "auto-aof-rewrite-min-size": "16mb",
    "maxmemory": "128mb",
    "maxmemory-policy": "noeviction",
    "shutdown-timeout": "2",
}


def url(sockets: str) -> str:
    return f"unix://{sockets}/{SOCKET}"


def answers(sockets: Path) -> bool | None:
    """True when it serves, False while it reads its journal, None when there is no answer at all."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        line.settimeout(2)
        line.connect(str(sockets / SOCKET))
        line.sendall(b"PING\r\n")
        return line.recv(64).startswith(b"+PONG")
    return None


@dataclass(frozen=True)
class Valkey:
    """The server of one data folder."""

    folder: Folder
    sockets: Path
    binaries: Binaries
    account: Account

    name = "valkey"
    title = "Valkey"
    stop_signals = (signal.SIGTERM, signal.SIGKILL)

    @property
    def place(self) -> Path:
        return self.folder.home / "valkey"

    @property
    def socket(self) -> Path:
        return self.sockets / SOCKET

    def prepare(self) -> None:
        with blamed_on(self.folder):
            self.place.mkdir(mode=0o700, exist_ok=True)
            hand_over(self.place, self.account)

    def clear(self) -> None:
        self.socket.unlink(missing_ok=True)

    def begin_anew(self) -> bool:
        """Put a journal aside that Valkey cannot read: the sweep nudges again for whatever was in it."""
        import shutil  # noqa: PLC0415 - megabytes, and almost never needed

        aside = self.folder.home / "valkey-unreadable"
        shutil.rmtree(aside, ignore_errors=True)
        self.place.rename(aside)
        self.prepare()
        return True

    def command(self) -> list[str]:
        settings = {**SETTINGS, "unixsocket": str(self.socket)}
        return [self.binaries.valkey, *(part for name, value in settings.items() for part in (f"--{name}", value))]

    def answers(self) -> bool | None:
        return answers(self.sockets)
