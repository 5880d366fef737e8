"""The hub: one thread and one subscription a process, however many pages listen. Nothing runs until the first does."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from selectors import EVENT_READ, DefaultSelector
from threading import Lock, Thread
from typing import Any

from flask import Flask

from mailgate import clock, log
from mailgate.errors import Conflict
from mailgate.queue.live import Ear, Wire
from mailgate.rights import Right, may
from mailgate.store.agents import agents, running_sessions
from mailgate.store.db import Database
from mailgate.store.news import SESSION_ENDED
from web.live.news import Changed, by_organisation
from web.live.presence import Presence
from web.live.stream import Stream

MOST = 600  # streams of one process; a page without one works as well, it only has to be reloaded
MOST_OF_ONE = 20  # of one agent; the oldest is let go
_TICK = 0.25  # seconds between two looks: what happens in between is told at once
_BEAT = 10.0  # seconds between two signs of life, each with a look whether sessions still run
_KEPT = 30.0  # seconds news are remembered for pages that were made before their stream was opened
_LINGERS = 60.0  # seconds the thread waits for another page after the last one has gone
_PAUSE = 5.0  # seconds before Redis or the database are tried again

_log = log.get("live")


class Hub:
    """All open streams of this process."""

    def __init__(self, app: Flask, database: Database, wire: Wire) -> None:
        self._app, self._database, self._wire = app, database, wire
        self._presence = Presence(wire)
        self._streams: dict[str, Stream] = {}
        self._lock = Lock()
        self._thread: Thread | None = None
        self._ear: Ear | None = None
        self._recent: deque[tuple[float, list[tuple[int, str, int]]]] = deque()
        self._is_closed = False

    def open(self, stream: Stream, age: float) -> None:
        """Feed this stream from now on. `age`: seconds since its page was made; what happened meanwhile it is told."""
        with self._lock:
            same = [one for one in self._streams.values() if one.listener.agent_id == stream.listener.agent_id]
            if len(self._streams) >= MOST:
                raise Conflict("So many pages listen already. This one works as well, but has to be reloaded.")
            for old in same[: max(0, len(same) - MOST_OF_ONE + 1)]:
                old.close()
            self._streams[stream.page] = stream
            if self._thread is None:
                self._listen()
                self._thread = Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
        stream.greet()
        since = time.monotonic() - min(age, _KEPT)
        missed = [
            one for at, news in list(self._recent) if at >= since for one in news if one[0] == stream.listener.org
        ]
        if missed:
            stream.tell({"again": True})

    def place(self, page: str, agent_id: int, ticket_id: int | None, doing: str) -> None:
        """Say where the page is and what its agent does; the process that has its stream hears it."""
        self._wire.send({"place": {"page": page, "agent": agent_id, "ticket": ticket_id, "doing": doing}})

    def close(self) -> None:
        """End every stream and the thread."""
        self._is_closed = True
        for stream in list(self._streams.values()):
            stream.close()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        """Until nobody listens any more."""
        with DefaultSelector() as selector:
            beat, seen = time.monotonic(), time.monotonic()
            while not self._is_closed:
                now = time.monotonic()
                try:
                    self._look_around(selector)
                    self._hear()
                    if now - beat > _BEAT:
                        beat = now
                        self._show_life()
                except Exception:  # noqa: BLE001 - the thread must live: whatever it was, pages are told to look for themselves
                    _log.exception("streams were not fed")
                    self._tell_all({"again": True})
                    time.sleep(_PAUSE)
                seen = now if self._streams else seen
                if now - seen > _LINGERS:
                    self._forget_ear()
                    if self._has_ended():
                        break

    def _has_ended(self) -> bool:
        with self._lock:
            if self._streams:
                return False
            self._thread = None
            return True

    def _look_around(self, selector: DefaultSelector) -> None:
        """Wait a moment, take in new connections, and let go of whoever has hung up."""
        known = {key.data for key in selector.get_map().values()}
        for page, stream in list(self._streams.items()):
            if stream.connection is not None and not stream.is_over and page not in known:
                selector.register(stream.connection, EVENT_READ, page)
        if selector.get_map():
            for key, _ in selector.select(_TICK):
                if key.data in self._streams and self._streams[key.data].has_gone():
                    self._streams[key.data].close()
        else:
            time.sleep(_TICK)
        for stream in [one for one in list(self._streams.values()) if one.is_over]:
            self._drop(stream, selector)

    def _drop(self, stream: Stream, selector: DefaultSelector) -> None:
        for key in [key for key in selector.get_map().values() if key.data == stream.page]:
            selector.unregister(key.fileobj)
        with self._lock:
            self._streams.pop(stream.page, None)
        self._presence.move(stream, None, "", clock.now())

    def _hear(self) -> None:
        """Pass on what other processes, and this one, had to say."""
        if self._ear is None:
            time.sleep(_PAUSE)
            if self._listen():
                self._tell_all({"again": True})  # what was said meanwhile is lost
            return
        try:
            messages = list(self._ear.heard())
        except ConnectionError as error:
            _log.warning("live news are not heard: %s", error)
            self._forget_ear()
            return
        self._pass_on([(org, kind, about) for message in messages for org, kind, about in message.get("news", ())])
        for message in messages:
            self._move(message.get("place"))
            self._tell_who_is_here(message.get("here"))

    def _listen(self) -> bool:
        try:
            self._ear = self._wire.listen()
        except ConnectionError as error:
            _log.warning("live news are not heard: %s", error)
            return False
        return True

    def _forget_ear(self) -> None:
        if self._ear is not None:
            self._ear.close()
            self._ear = None

    def _pass_on(self, news: list[tuple[int, str, int]]) -> None:
        if not news:
            return
        self._remember(news)
        if any(kind == SESSION_ENDED for _, kind, _ in news):
            self._end_what_ended()
        told = by_organisation(one for one in news if one[1] != SESSION_ENDED)
        for org, kinds in told.items():
            listening = [stream for stream in list(self._streams.values()) if stream.listener.org == org]
            if not listening:
                continue
            with self._database.desk(org) as session:
                changed = Changed(self._app, session, kinds, {stream.listener.agent_id for stream in listening})
                messages = [(stream, changed.for_page(stream.listener)) for stream in listening]
            for stream, tickets in messages:
                if tickets:
                    stream.tell({"tickets": tickets})

    def _remember(self, news: Iterable[tuple[int, str, int]]) -> None:
        now = time.monotonic()
        self._recent.append((now, list(news)))
        while self._recent[0][0] < now - _KEPT:
            self._recent.popleft()

    def _move(self, place: dict[str, Any] | None) -> None:
        stream = self._streams.get(place["page"]) if place else None
        if stream is not None and place is not None and stream.listener.agent_id == place["agent"]:
            self._presence.move(stream, place["ticket"], place["doing"], clock.now())

    def _tell_who_is_here(self, here: dict[str, Any] | None) -> None:
        if here is None:
            return
        for stream in list(self._streams.values()):
            if (stream.listener.org, stream.ticket_id) == (here["org"], here["ticket"]):
                others = [one for one in here["people"] if one["agent"] != stream.listener.agent_id]
                stream.tell({"ticket": here["ticket"], "people": others})

    def _show_life(self) -> None:
        self._end_what_ended()
        now = clock.now()
        for stream in list(self._streams.values()):
            stream.write(b":\n\n")
            if stream.ticket_id is not None:
                self._presence.stay(stream, now)

    def _end_what_ended(self) -> None:
        """Let go of pages whose session has ended, or whose agent may not do any more what the page was made for."""
        streams = list(self._streams.values())
        with self._database.crossing() as connection:
            running = running_sessions(connection, [one.listener.session for one in streams], clock.now())
        for org in {stream.listener.org for stream in streams}:
            with self._database.desk(org) as session:
                roles = {agent.id: agent.role for agent in agents(session)}
            for stream in streams:
                listener = stream.listener
                role = roles.get(listener.agent_id, "") if listener.session in running else ""
                if listener.org == org and (not may(role, Right.SEE) or may(role, Right.WORK) != listener.works):
                    stream.close()

    def _tell_all(self, message: dict[str, Any]) -> None:
        for stream in list(self._streams.values()):
            stream.tell(message)
