"""Nudges: a word to the workers that rows are waiting. They hold no content, and losing one loses nothing."""

from __future__ import annotations

import redis
from rq import Queue
from rq.serializers import JSONSerializer

from mailgate import log

MAIL, SEND = "mail", "send"  # two queues, so that a slow relay never keeps all workers from reading
JOBS = {
    "read_mail": MAIL,
    "follow_event": MAIL,
    "route_tickets": MAIL,
    "sweep": MAIL,
    "watch_clocks": MAIL,
    "send_mail": SEND,
    "call_webhooks": SEND,
}
SLOTS = 4  # so many workers at most are woken for one burst
_REMEMBERED = 15  # seconds; a nudge that a dying worker took along blocks the next one no longer than that
_TIME_LIMIT = 300  # seconds a drain may take before RQ ends it; it returns long before

_log = log.get("queue")


def connect(redis_url: str) -> redis.Redis:
    """A client that gives up early: whoever rings must not wait for Redis."""
    return redis.Redis.from_url(redis_url, socket_timeout=5, socket_connect_timeout=2)


class Bell:
    """Wakes the workers."""

    def __init__(self, redis_url: str) -> None:
        self._redis = connect(redis_url)
        self._queues = {
            name: Queue(name, connection=self._redis, serializer=JSONSerializer, default_timeout=_TIME_LIMIT)
            for name in (MAIL, SEND)
        }

    def ring(self, job: str, workers: int = 1) -> None:
        """Say that there is work. While a nudge lies in the queue unheard, ringing again does nothing."""
        try:
            for slot in range(min(workers, SLOTS)):
                if self._redis.set(_flag(job, slot), 1, nx=True, ex=_REMEMBERED):
                    self._queues[JOBS[job]].enqueue_call(
                        f"mailgate.jobs.{job}", args=(slot,), result_ttl=0, failure_ttl=3600, description=job
                    )
        except redis.RedisError as error:
            # The rows are committed; the sweep finds them as soon as Redis is back.
            _log.warning("no nudge for %s: %s", job, error)

    def heard(self, job: str, slot: int) -> None:
        """From now on ringing for this job makes a new nudge."""
        self._redis.delete(_flag(job, slot))

    def is_reachable(self) -> bool:
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False


def _flag(job: str, slot: int) -> str:
    return f"mailgate:nudged:{job}:{slot}"
