"""Live: news and presence between processes, for whoever looks on. If Redis is away, pages simply stay as they are."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import redis

from mailgate import log
from mailgate.queue.nudges import connect

_CHANNEL = "mailgate:live"
_ROOM = "mailgate:here:"
LASTS = 45  # seconds somebody is believed to be there after the last sign of life
_PAUSE = 5.0  # seconds nothing is tried after Redis did not answer: whoever commits must not wait for it

_log = log.get("live")


class Wire:
    """Tells all web processes what happened, and remembers who is at which ticket."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._redis = connect(redis_url)
        self._channel = _channel(self._redis)
        self._silent_until = 0.0

    def tell(self, news: Iterable[tuple[int, str, int]]) -> None:
        """Tell what was committed: (organisation, kind, what it is about)."""
        self.send({"news": list(news)})

    def send(self, message: Mapping[str, Any]) -> None:
        """Something for every process that has streams open."""
        if time.monotonic() < self._silent_until:
            return
        try:
            self._redis.publish(self._channel, json.dumps(message))
        except redis.RedisError as error:
            self._silent_until = time.monotonic() + _PAUSE
            _log.warning("live news are not told: %s", error)

    def listen(self) -> Ear:
        """Hear everything that is sent from now on."""
        return Ear(self._url)

    def place(self, room: str, page: str, entry: Mapping[str, Any] | None, lasts: int) -> dict[str, dict[str, Any]]:
        """Put a page into a room, or take it out; who is there now, by page. The room is forgotten after `lasts`."""
        key = f"{_ROOM}{room}"
        try:
            with self._redis.pipeline() as pipe:
                if entry is None:
                    pipe.hdel(key, page)
                else:
                    pipe.hset(key, page, json.dumps(entry))
                    pipe.expire(key, lasts)
                pipe.hgetall(key)
                found = pipe.execute()[-1]
        except redis.RedisError as error:
            _log.warning("who is here is not known: %s", error)
            return {}
        return {name.decode(): json.loads(value) for name, value in found.items()}

    def agents_at(self, org: int, ticket_id: int, now: datetime) -> set[int]:
        """The agents who have a ticket open before them; nobody, where that is not known."""
        try:
            found = self._redis.hvals(f"{_ROOM}{org}:{ticket_id}")
        except redis.RedisError as error:
            _log.warning("who is at a ticket is not known: %s", error)
            return set()
        entries = [json.loads(value) for value in found]
        return {entry["agent"] for entry in entries if entry["seen"] > now.timestamp() - LASTS}


class Ear:
    """One subscription. Not for several threads."""

    def __init__(self, redis_url: str) -> None:
        self._client = connect(redis_url)  # kept: with it, its connections would be closed
        self._pubsub = self._client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call] # as in worker
        try:
            self._pubsub.subscribe(_channel(self._client))
        except redis.RedisError as error:
            raise ConnectionError(str(error)) from error

    def heard(self) -> Iterator[dict[str, Any]]:
        """What has come since the last time; it never waits. Raises ConnectionError when Redis has gone."""
        try:
            while (message := self._pubsub.get_message(timeout=0)) is not None:
                yield json.loads(message["data"])
        except redis.RedisError as error:
            raise ConnectionError(str(error)) from error

    def close(self) -> None:
        self._pubsub.close()


def _channel(connection: redis.Redis) -> str:
    """Databases of one server do not see each other's keys, but would hear each other's channels."""
    return f"{_CHANNEL}:{connection.connection_pool.connection_kwargs.get('db') or 0}"
