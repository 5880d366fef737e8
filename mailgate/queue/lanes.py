"""Lanes: how many connections one relay sees at the same time, and how many letters a minute, over all workers.

If Redis is away nobody counts, and the letters go: being slow to a relay is a courtesy, not a promise.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import redis

from mailgate import log
from mailgate.queue.nudges import connect

_LEASE = 60  # seconds a lane is kept after its last batch began; a batch takes no longer
_PAUSE = 2.0  # seconds before whoever found no lane looks again

_log = log.get("lanes")


class Room(NamedTuple):
    """So many letters may go now; the rest not before `wait` seconds have passed."""

    letters: int
    wait: float
    has_lane: bool


class Lanes:
    """One worker's view of all relays' lanes."""

    def __init__(self, redis_url: str, worker: str, most: int, per_minute: int) -> None:
        self._redis = connect(redis_url)
        self._worker, self._most, self._per_minute = worker, most, per_minute

    def room(self, relay: str, letters: int) -> Room:
        """What this worker may hand to a relay now, of so many letters."""
        try:
            if not self._takes_lane(relay):
                return Room(0, _PAUSE, has_lane=False)
            return self._within_rate(relay, letters)
        except redis.RedisError as error:
            _log.warning("connections to relays are not counted: %s", error)
            return Room(letters, 0, has_lane=True)

    def _takes_lane(self, relay: str) -> bool:
        """Keep the lane it has, or take a free one."""
        # Hashed: the URL of a relay may hold a password.
        keys = [f"mailgate:lane:{_short(relay)}:{number}" for number in range(self._most)]
        holders = self._redis.mget(keys)
        assert isinstance(holders, list)
        me = self._worker.encode()
        for key, holder in zip(keys, holders, strict=True):
            if holder == me:
                self._redis.expire(key, _LEASE)
                return True
        free = (key for key, holder in zip(keys, holders, strict=True) if holder is None)
        return any(self._redis.set(key, self._worker, nx=True, ex=_LEASE) for key in free)

    def _within_rate(self, relay: str, letters: int) -> Room:
        if not self._per_minute:
            return Room(letters, 0, has_lane=True)
        counter = f"mailgate:rate:{_short(relay)}"
        with self._redis.pipeline() as pipe:
            pipe.set(counter, 0, ex=60, nx=True)
            pipe.incrby(counter, letters)
            pipe.ttl(counter)
            _, count, left = pipe.execute()
        allowed = max(0, min(letters, self._per_minute - (int(count) - letters)))
        if allowed < letters:
            self._redis.decrby(counter, letters - allowed)
        return Room(allowed, max(1.0, float(left)), has_lane=True)


def _short(relay: str) -> str:
    return hashlib.sha256(relay.encode()).hexdigest()[:16]
