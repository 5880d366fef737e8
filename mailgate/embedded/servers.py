"""What this installation runs on: servers named in the settings, or the embedded ones, used for as long as needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from mailgate.embedded import locks, postgres, valkey
from mailgate.embedded.folder import Folder, blamed_on, open_folder
from mailgate.errors import BadSettings, Conflict, MailgateError, Temporary

if TYPE_CHECKING:
    from pydantic import SecretStr

    from mailgate.settings import Settings

START_PATIENCE = 120.0
STOP_PATIENCE = 15.0
HEAL_PAUSE = 3.0
KINDS: dict[str, type[MailgateError]] = {kind.__name__: kind for kind in (BadSettings, Temporary)}


@dataclass(frozen=True)
class Servers:
    """Where everything is. `admin_url` is the embedded database's superuser; "" when the database is not ours."""

    database_url: str = field(repr=False)
    owner_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    admin_url: str = field(default="", repr=False)
    _use: Use | None = field(default=None, repr=False, compare=False)

    def ensure(self) -> bool:
        """Start a new keeper should the old one have been killed, and say so. Cheap, and does not wait: ask often."""
        return self._use is not None and self._use.heal()


@contextmanager
def running(settings: Settings, *, durable: bool = True) -> Iterator[Servers]:
    """The external servers named in settings, else the embedded ones, started or adopted while the block runs."""
    external_database = _plain(settings.database_url)
    external_redis = _plain(settings.redis_url)
    needed = tuple(
        name for name, external in (("postgres", external_database), ("valkey", external_redis)) if not external
    )
    if not needed:
        yield Servers(
            external_database, _plain(settings.database_owner_url), external_redis, _plain(settings.secret_key)
        )
        return
    folder = open_folder(settings.data)
    with Use(folder, needed, durable=durable) as use:
        owner, admin = _plain(settings.database_owner_url), ""
        with blamed_on(folder):
            if not external_database:
                owner, admin = (postgres.url(folder, use.sockets, f"mailgate_{who}") for who in ("owner", "admin"))
            key = _plain(settings.secret_key) or folder.secret_key()
        yield Servers(
            database_url=external_database or postgres.url(folder, use.sockets, "mailgate_app"),
            owner_url=owner,
            redis_url=external_redis or valkey.url(use.sockets),
            secret_key=key,
            admin_url=admin,
            _use=use,
        )


class Use:
    """One process's use of a data folder: while it lasts, the keeper keeps the servers up."""

    def __init__(self, folder: Folder, needed: tuple[str, ...], *, durable: bool) -> None:
        self._folder = folder
        self._needed = needed
        self._durable = durable
        self._lock: int | None = None
        self._keeper: subprocess.Popen[bytes] | None = None
        self._next_heal = 0.0
        self.sockets = ""

    def __enter__(self) -> Self:
        with blamed_on(self._folder):
            starting = locks.take(self._folder.start_lock, patience=START_PATIENCE)
            if starting is None:
                raise Temporary(f"Another command has been starting the servers in {self._folder.data} for too long.")
            try:
                self._enter()
                self._reach()
            except BaseException:
                self._leave()
                raise
            finally:
                os.close(starting)
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def heal(self) -> bool:
        if locks.is_held(self._folder.keeper_lock) or time.monotonic() < self._next_heal:
            return False
        starting = locks.take(self._folder.start_lock)
        if starting is None:  # somebody is at it already
            return False
        try:
            self._next_heal = time.monotonic() + HEAL_PAUSE
            self._start_keeper(subprocess.DEVNULL)
        finally:
            os.close(starting)
        return True

    def _enter(self) -> None:
        # A keeper that is about to go holds this lock alone until its servers are down.
        self._lock = locks.take(self._folder.users_lock, shared=True, patience=STOP_PATIENCE)
        if self._lock is None:
            raise Temporary(f"The servers in {self._folder.data} do not finish stopping.")

    def _reach(self) -> None:
        """Adopt the servers that run, or start them."""
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline:
            if not locks.is_held(self._folder.keeper_lock):
                self._start()
            elif self._find_sockets() and self._all_answer():
                return
            time.sleep(0.02)
        raise Temporary(f"The servers in {self._folder.data} do not answer; {self._folder.log} says why.")

    def _find_sockets(self) -> bool:
        try:
            state = json.loads(self._folder.state.read_text(encoding="ascii"))
        except FileNotFoundError:  # the keeper is coming or going
            return False
        self._require(state["servers"])
        self.sockets = state["sockets"]
        return True

    def _require(self, served: list[str]) -> None:
        missing = set(self._needed) - set(served)
        if missing:
            variables = {"postgres": "MAILGATE_DATABASE_URL", "valkey": "MAILGATE_REDIS_URL"}
            names = " and ".join(sorted(variables[name] for name in missing))
            raise Conflict(
                f"A command that runs on {self._folder.data} has {names} set, and this one has not: "
                "give both the same settings."
            )

    def _all_answer(self) -> bool:
        ask = {"postgres": postgres.answers, "valkey": valkey.answers}
        return all(ask[name](Path(self.sockets)) for name in self._needed)

    def _start(self) -> None:
        """Start a keeper and hear how it went; when another was faster, there is one to adopt."""
        keeper = self._start_keeper(subprocess.PIPE)
        assert keeper.stdout is not None
        with keeper.stdout as pipe:
            line = pipe.readline()
        if not line:
            raise Temporary(f"The keeper of the servers in {self._folder.data} fell; {self._folder.log} says why.")
        report = json.loads(line)
        if report["kind"] in KINDS:
            raise KINDS[report["kind"]](report["error"])

    def _start_keeper(self, stdout: int) -> subprocess.Popen[bytes]:
        if self._keeper is not None:
            self._keeper.wait()
        with self._folder.log.open("ab") as log:
            self._keeper = subprocess.Popen(
                [
                    # -P because the folder we stand in is nobody's to import from.
                    *(sys.executable, "-P", "-m", "mailgate.embedded.keeper"),
                    *(str(self._folder.data), "durable" if self._durable else "fleeting", *self._needed),
                ],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=log,
                process_group=0,
            )
        return self._keeper

    def _leave(self) -> None:
        """Let go; if nobody else uses the folder, wait until the servers are down, so that nothing is left running."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        deadline = time.monotonic() + STOP_PATIENCE
        while locks.is_held(self._folder.keeper_lock) and not self._is_used_by_others():
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        if self._keeper is not None and self._keeper.poll() is None:
            # It ends when the others have gone, perhaps long after us: no reason for Popen to warn of it.
            self._keeper.returncode = 0

    def _is_used_by_others(self) -> bool:
        # Held by somebody, but not by the keeper alone. Patience, because others may be asking just now.
        lock = locks.take(self._folder.users_lock, patience=0.1)
        if lock is not None:
            os.close(lock)
            return False
        return not locks.is_held(self._folder.users_lock)


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
