"""A resident RQ worker: no fork, JSON only, and only the jobs we know."""

from __future__ import annotations

import secrets
import signal
import threading
from collections.abc import Callable, Sequence
from itertools import takewhile
from types import FrameType
from typing import Any

import redis
from rq import Queue, SimpleWorker
from rq.exceptions import InvalidJobOperation
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import BaseDeathPenalty, UnixSignalDeathPenalty

from mailgate import log, long_lived
from mailgate.errors import Temporary
from mailgate.queue.nudges import JOBS

_KNOWN = frozenset(f"mailgate.jobs.{job}" for job in JOBS)
_PASSES = (Temporary, redis.RedisError, InvalidJobOperation)  # the last: Redis was emptied while we worked
_stopping = threading.Event()
_queues: list[Queue] = []  # of this process, the most urgent first
_log = log.get("worker")


def is_stopping() -> bool:
    """Whether a drain should return early because this process was asked to stop."""
    return _stopping.is_set()


def is_wanted_elsewhere(queue: str) -> bool:
    """Whether a nudge waits in a queue that this process puts before this one: what it renders can leave already."""
    before = list(takewhile(lambda one: one.name != queue, _queues))
    try:
        return any(one.count for one in before)
    except redis.RedisError:
        return False


class ResidentWorker(SimpleWorker):
    """Runs nudges in this process, one after the other."""

    death_penalty_class: type[BaseDeathPenalty] = UnixSignalDeathPenalty
    max_connection_wait_time = 5.0  # seconds between tries while Redis is away

    def perform_job(self, job: Job, queue: Queue) -> bool:
        """Whoever can write to our Redis can name any function; only ours are called."""
        if job.func_name not in _KNOWN:
            _log.error("refused to run %r: not one of our jobs", job.func_name)
            job.delete()
            return False
        return bool(super().perform_job(job, queue))

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """A drain that failed has left its rows in the database; say why, keep nothing here."""
        error = exc_info[1]
        if isinstance(error, _PASSES):
            _log.warning("%s stopped and is tried again: %s", job.func_name, error)
        else:
            _log.error("%s failed", job.func_name, exc_info=exc_info)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        _stopping.set()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call] # RQ types it in part


def work(redis_url: str, queues: Sequence[str], name: str, *, on_start: Callable[[], None]) -> None:
    """Wait for nudges until told to stop; a second signal stops at once."""
    # The worker blocks on its queues; redis-py's own time limit would break that off.
    connection = redis.Redis.from_url(
        redis_url, socket_timeout=None, socket_connect_timeout=5, health_check_interval=30
    )
    _queues[:] = [Queue(queue, connection=connection, serializer=JSONSerializer) for queue in queues]
    worker = ResidentWorker(
        _queues,
        name=f"{name}-{secrets.token_hex(4)}",  # RQ refuses the name of a worker that died a moment ago
        connection=connection,
        serializer=JSONSerializer,
        log_job_description=False,
        worker_ttl=90,
    )
    long_lived.settle()
    on_start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches `mailgate up`, which stops us in order
    worker.work(logging_level="WARNING")
