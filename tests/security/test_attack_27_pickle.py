"""Row 27. Whoever can write to Redis can wake workers, and make them run nothing else."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from rq import Queue
from rq.job import Job
from rq.serializers import DefaultSerializer, JSONSerializer

from mailgate.queue.nudges import MAIL, connect
from mailgate.queue.worker import ResidentWorker
from tests.support.databases import Fresh


class Bomb:
    """Runs when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.mark,))


@pytest.fixture
def redis_url(fresh: Fresh) -> str:
    connect(fresh.redis_url).flushdb()
    return fresh.redis_url


def _drain(redis_url: str) -> None:
    connection = connect(redis_url)
    queue = Queue(MAIL, connection=connection, serializer=JSONSerializer)
    ResidentWorker([queue], connection=connection, serializer=JSONSerializer).work(burst=True, logging_level="ERROR")


def test_a_pickled_job_is_not_unpickled(redis_url: str, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    pickle.loads(pickle.dumps(Bomb(mark)))
    mark.unlink()  # it would have run
    foreign = Queue(MAIL, connection=connect(redis_url), serializer=DefaultSerializer)
    foreign.enqueue_call("mailgate.jobs.sweep", args=(Bomb(mark),))
    _drain(redis_url)
    assert not mark.exists()


@pytest.mark.parametrize(
    "function", ["os.system", "mailgate.jobs.clock.follow", "mailgate.cli.commands", "builtins.eval"]
)
def test_only_our_own_jobs_are_run(redis_url: str, tmp_path: Path, function: str) -> None:
    mark = tmp_path / "ran"
    foreign = Queue(MAIL, connection=connect(redis_url), serializer=JSONSerializer)
    job = foreign.enqueue_call(function, args=(f"touch {mark}",))
    _drain(redis_url)
    assert not mark.exists()
    assert not Job.exists(job.id, connection=connect(redis_url))
