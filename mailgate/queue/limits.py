"""How often somebody may do something: counters in fixed windows. If Redis is away, nobody is locked out."""

from __future__ import annotations

import redis

from mailgate import log
from mailgate.queue.nudges import connect

_log = log.get("limits")


class Limits:
    """Counts by name and key, e.g. ("sign-in", "203.0.113.7")."""

    def __init__(self, redis_url: str) -> None:
        self._redis = connect(redis_url)

    def is_within(self, name: str, key: str, *, times: int, seconds: int) -> bool:
        """Count one more; whether it is still within the limit."""
        counter = f"mailgate:limit:{name}:{key}"
        try:
            with self._redis.pipeline() as pipe:
                pipe.set(counter, 0, ex=seconds, nx=True)
                pipe.incr(counter)
                count = pipe.execute()[1]
        except redis.RedisError as error:
            _log.warning("limit %s is not counted: %s", name, error)
            return True
        return int(count) <= times
