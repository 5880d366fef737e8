"""What goes wrong every few seconds: processes are killed, Redis is emptied or killed, the database restarts."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
from collections import Counter

from mailgate.queue.nudges import connect
from tests.soak.gateway import ROLES, Up

_KINDS = {"kill": 6, "flush": 2, "restart the database": 1, "crash the database": 1, "kill valkey": 1}


class Trouble:
    """In a thread of its own, until stopped."""

    def __init__(self, gateway: Up, every: tuple[float, float]) -> None:
        self.made: Counter[str] = Counter()
        self._gateway = gateway
        self._every = every
        self._chance = random.Random()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._chance.uniform(*self._every)):
            (kind,) = self._chance.choices(list(_KINDS), list(_KINDS.values()))
            self._make(kind)

    def _make(self, kind: str) -> None:
        pids = self._gateway.pids()
        if kind == "kill":
            role = self._chance.choice([role for role in ROLES if role in pids] or ["none"])
            self._send(pids.get(role, []), signal.SIGKILL, f"killed {role}")
        elif kind == "flush":
            with contextlib.suppress(Exception):  # it may be gone at this moment: trouble enough
                connect(self._gateway.servers.redis_url).flushall()
                self.made["FLUSHALL"] += 1
        elif kind == "kill valkey":
            self._send(pids.get("valkey", []), signal.SIGKILL, "killed valkey")
        else:
            how = signal.SIGINT if kind.startswith("restart") else signal.SIGQUIT
            self._send(
                pids.get("postgres", [])[:1], how, "database restarts" if how == signal.SIGINT else "database crashes"
            )

    def _send(self, pids: list[int], what: signal.Signals, name: str) -> None:
        if pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._chance.choice(pids), what)
                self.made[name] += 1
