"""The keeper: owns the servers of one data folder, and stops them when nobody uses it any more.

Started by `servers.py` as `python -m mailgate.embedded.keeper`; it says in one line on stdout how that went.
"""

import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path

from mailgate import clock
from mailgate.embedded import account, locks, programs, sockets
from mailgate.embedded.folder import Folder, blamed_on
from mailgate.embedded.postgres import Postgres
from mailgate.embedded.process import Server, ServerProcess
from mailgate.embedded.valkey import Valkey
from mailgate.errors import MailgateError

GLANCE = 0.1
LARGEST_LOG = 8 * 2**20


def main(arguments: list[str]) -> int:
    data, durable, *names = arguments
    folder = Folder(Path(data))
    # A terminal's signals are meant for Mailgate; the keeper goes when Mailgate has gone. Handled rather than ignored:
    # the servers would inherit ignoring them.
    for unmoved in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(unmoved, lambda *_: None)
    if locks.take(folder.keeper_lock, patience=1.0) is None:
        return _report("another keeper was faster", kind="faster")
    keeper = Keeper(folder, tuple(names), durable=durable == "durable")
    try:
        with blamed_on(folder):
            keeper.open()
    except MailgateError as error:
        keeper.say(f"not started: {error}")
        keeper.close()
        return _report(str(error), kind=type(error).__name__)
    _report("", kind="ready")
    keeper.watch()
    keeper.close()
    return 0


class Keeper:
    """Its servers, from the first glance to the last."""

    def __init__(self, folder: Folder, names: tuple[str, ...], *, durable: bool) -> None:
        self._folder = folder
        self._names = names
        self._durable = durable
        self._processes: list[ServerProcess] = []
        self._last_user: int | None = None

    def open(self) -> None:
        self._folder.state.unlink(missing_ok=True)
        who = account.for_servers()
        binaries = programs.for_account(who)
        place = sockets.choose(self._folder, who)
        every: tuple[Server, ...] = (
            Postgres(self._folder, place, binaries, who, durable=self._durable),
            Valkey(self._folder, place, binaries, who),
        )
        for server in every:
            if server.name in self._names:
                server.prepare()
                process = ServerProcess(server, self.say)
                self._processes.append(process)
                process.start()
        for process in self._processes:
            process.wait_until_ready(self._is_used)
        note = self._folder.state.with_suffix(".draft")
        note.write_text(json.dumps({"sockets": str(place), "servers": self._names}), encoding="ascii")
        note.rename(self._folder.state)

    def watch(self) -> None:
        while self._is_used():
            for process in self._processes:
                process.tend()
            self._bound_log()
            time.sleep(GLANCE)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._folder.state.unlink(missing_ok=True)
        for process in self._processes:
            process.ask_to_stop()
        for process in self._processes:
            process.wait_until_stopped()
        sockets.give_up(self._folder)

    def _is_used(self) -> bool:
        # Once nobody holds it we do, to the end: whoever comes now waits until we are gone, and starts a new keeper.
        if self._last_user is None:
            self._last_user = locks.take(self._folder.users_lock)
        return self._last_user is None

    def say(self, what: str) -> None:
        line = f"{clock.now():%Y-%m-%d %H:%M:%S} keeper[{os.getpid()}] {what}\n"
        # A full disk has to be survived in silence.
        with contextlib.suppress(OSError), self._folder.log.open("a", encoding="utf-8") as log:
            log.write(line)

    def _bound_log(self) -> None:
        """The servers write to it themselves, so that they never wait for us: copy it, then cut it."""
        log = self._folder.log
        with contextlib.suppress(OSError):
            if log.stat().st_size > LARGEST_LOG:
                import shutil  # noqa: PLC0415 - megabytes, and rarely needed

                try:
                    shutil.copyfile(log, log.with_suffix(".log.1"))
                finally:
                    os.truncate(log, 0)


def _report(error: str, kind: str) -> int:
    with contextlib.suppress(BrokenPipeError):
        os.write(sys.stdout.fileno(), (json.dumps({"error": error, "kind": kind}) + "\n").encode())
    return 1 if error else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
