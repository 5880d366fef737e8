"""The loop of `mailgate up`: listen to the children, start again what falls, and stop all of them on a signal."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from mailgate import log
from mailgate.supervise.child import Child, Role

logger = log.get("up")

GLANCE = 0.25
HEAL_EVERY = 1.0
STOP_PATIENCE = 6.0
FALLS_BEFORE_READY = 3
# A line that its process has put a time and a role on already, as `mailgate.log` writes them.
MARKED = re.compile(rb'\d\d:\d\d:\d\d \w|\{"at": ')


def supervise(
    roles: Sequence[Role],
    environment: Mapping[str, str],
    *,
    ready_when: Sequence[Callable[[], bool]],
    on_ready: Callable[[], None],
    heal: Callable[[], bool] = lambda: False,
    form: str = "text",
) -> int:
    """Run the roles until a signal comes; 0 then, 1 when one of them cannot even be started.

    `environment` is added to ours. Each check of `ready_when` is asked until it agrees; after the last, `on_ready` is
    called. `heal` is called about every second; it says whether it had to start the embedded servers' keeper again.
    """
    whole = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}  # noqa: TID251 - handed on, not read
    children = [Child(role, whole) for role in roles]
    return Supervisor(children, list(ready_when), on_ready, heal, form).run()


def exit_on_signals() -> None:
    """Before and after `supervise` a signal ends this process in good order, with 0 as well."""
    for number in _signals():
        signal.signal(number, lambda *_: sys.exit(0))


class Supervisor:
    """The children and what has been heard of them."""

    def __init__(
        self,
        children: list[Child],
        unready: list[Callable[[], bool]],
        on_ready: Callable[[], None],
        heal: Callable[[], bool],
        form: str,
    ) -> None:
        self._children = children
        self._unready = unready
        self._on_ready = on_ready
        self._heal = heal
        self._formatter = log.JsonLines if form == "json" else log.TextLines
        self._selector = selectors.DefaultSelector()
        self._signals = 0
        self._is_ready = False
        self._next_glance = 0.0
        self._next_heal = 0.0

    def run(self) -> int:
        with self._hearing_signals():
            try:
                self._look_after_children()
                while not self._signals and self._is_bearable():
                    self._listen(GLANCE)
                    self._look_after_children()
                    self._look_after_servers()
                    self._announce()
                return 0 if self._signals else 1
            finally:
                self._stop()
                self._selector.close()

    def _start(self, child: Child) -> None:
        try:
            self._selector.register(child.start(), selectors.EVENT_READ, child)
        except OSError as error:  # no memory, no processes: it may pass
            logger.warning("%s cannot be started (%s)", child.role.name, error.strerror)
            child.come_back_later()

    def _is_bearable(self) -> bool:
        """A role that falls again and again before we were ever ready will not get better by itself."""
        hopeless = [child.role.name for child in self._children if child.falls >= FALLS_BEFORE_READY]
        if self._is_ready or not hopeless:
            return True
        logger.error("%s does not start; its lines above say why", hopeless[0])
        return False

    def _listen(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if not isinstance(key.data, Child):
                key.data.recv(256)
                continue
            self._pass_on(key.data, key.data.listen())
            if key.data.is_mute:
                self._selector.unregister(key.fileobj)

    def _look_after_children(self) -> None:
        for child in self._children:
            if child.is_due:
                self._start(child)
            elif child.speech is not None and not child.is_alive:
                manner = self._bury(child)
                pause = child.come_back_later()
                logger.warning("%s ended (%s), starting it again in %g s", child.role.name, manner, pause)

    def _look_after_servers(self) -> None:
        if time.monotonic() < self._next_heal:
            return
        self._next_heal = time.monotonic() + HEAL_EVERY
        try:
            if self._heal():
                logger.warning("the keeper of the embedded servers was gone, starting it again")
        except OSError as error:
            logger.warning("the embedded servers' keeper is gone and cannot be started (%s)", error)

    def _announce(self) -> None:
        if self._is_ready or time.monotonic() < self._next_glance:
            return
        self._next_glance = time.monotonic() + GLANCE
        self._unready = [check for check in self._unready if not check()]
        if not self._unready:
            self._is_ready = True
            self._on_ready()

    def _stop(self) -> None:
        """All at once, gently; who is not gone in time, or when we are asked a second time, is killed."""
        logger.info("stopping")
        asked, deadline = self._signals, time.monotonic() + STOP_PATIENCE
        for child in self._children:
            child.ask_to_stop()
        while alive := [child for child in self._children if child.is_alive]:
            if time.monotonic() > deadline or self._signals > asked:
                for child in alive:
                    logger.warning("%s does not stop: killed", child.role.name)
                    child.signal_group(signal.SIGKILL)
                deadline = time.monotonic() + STOP_PATIENCE
                asked = self._signals
            self._listen(GLANCE)
        for child in self._children:
            if child.speech is not None:
                self._bury(child)

    def _bury(self, child: Child) -> str:
        if child.speech is not None and child.speech in self._selector.get_map():
            self._selector.unregister(child.speech)
        manner, words = child.bury()
        self._pass_on(child, words)
        return manner

    def _pass_on(self, child: Child, lines: list[bytes]) -> None:
        """Whole lines only. What has no role on it yet, a traceback for instance, gets it here."""
        # A terminal or pipe that is gone must not stop the work.
        with contextlib.suppress(OSError):
            for line in lines:
                sys.stderr.buffer.write((line if MARKED.match(line) else self._mark(child, line)) + b"\n")
            sys.stderr.buffer.flush()

    def _mark(self, child: Child, line: bytes) -> bytes:
        record = logging.LogRecord(child.role.name, logging.INFO, "", 0, line.decode(errors="replace"), None, None)
        return self._formatter(child.role.name).format(record).encode()

    @contextlib.contextmanager
    def _hearing_signals(self) -> Iterator[None]:
        """A signal is counted, and wakes the loop."""
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        self._selector.register(ours, selectors.EVENT_READ, ours)
        before = {number: signal.signal(number, self._count) for number in _signals()}
        woken_before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(woken_before)
            for number, handler in before.items():
                signal.signal(number, handler)
            ours.close()
            theirs.close()

    def _count(self, *_: object) -> None:
        self._signals += 1


def _signals() -> list[signal.Signals]:
    """A hang-up counts too, unless somebody (`nohup`) has asked us not to mind."""
    minds = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *((signal.SIGHUP,) if minds else ())]
