"""Who is at a ticket, and what they do there: kept in Redis for all processes, told to whoever is there as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from mailgate.queue.live import LASTS, Wire
from web.live.stream import Stream

_WEIGHT = {"answering": 2, "noting": 1}


class Presence:
    """The streams of this process, as everybody sees them."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def move(self, stream: Stream, ticket_id: int | None, doing: str, now: datetime) -> None:
        """Somebody opens a ticket, leaves it, or begins to write."""
        if stream.ticket_id is not None and stream.ticket_id != ticket_id:
            self._put(stream, stream.ticket_id, None, now)
        if (stream.ticket_id, stream.doing) != (ticket_id, doing):
            stream.ticket_id, stream.doing, stream.since = ticket_id, doing, now
        if ticket_id is not None:
            self.stay(stream, now)

    def stay(self, stream: Stream, now: datetime) -> None:
        """They are still there."""
        assert stream.since is not None
        entry = {
            "agent": stream.listener.agent_id,
            "name": stream.listener.name,
            "doing": stream.doing,
            "since": int(stream.since.timestamp()),
            "seen": int(now.timestamp()),
        }
        if stream.ticket_id is not None:
            self._put(stream, stream.ticket_id, entry, now)

    def _put(self, stream: Stream, ticket_id: int, entry: Mapping[str, Any] | None, now: datetime) -> None:
        org = stream.listener.org
        there = self._wire.place(f"{org}:{ticket_id}", stream.page, entry, 2 * LASTS)
        people = present(there.values(), now)
        self._wire.send({"here": {"org": org, "ticket": ticket_id, "people": people}})


def present(entries: Iterable[Mapping[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Each person once, with what they do that matters most."""
    found: dict[int, dict[str, Any]] = {}
    fresh = (dict(entry) for entry in entries if entry["seen"] > now.timestamp() - LASTS)
    for entry in sorted(fresh, key=lambda one: (_WEIGHT.get(one["doing"], 0), -one["since"])):
        found[entry["agent"]] = {name: entry[name] for name in ("agent", "name", "doing", "since")}
    return sorted(found.values(), key=lambda one: str(one["name"]))
