"""A worker does what is urgent first, also in the middle of a long drain."""

from dataclasses import dataclass

import pytest
import redis

from mailgate.queue import worker


@dataclass
class Waiting:
    """A queue in which so many nudges wait; -1: Redis is away."""

    name: str
    nudges: int

    @property
    def count(self) -> int:
        if self.nudges < 0:
            raise redis.ConnectionError
        return self.nudges


@pytest.mark.parametrize(
    ("queues", "is_wanted"),
    [
        ([Waiting("send", 1), Waiting("mail", 0)], True),
        ([Waiting("send", 0), Waiting("mail", 9)], False),
        ([Waiting("mail", 9), Waiting("send", 9)], False),
        ([Waiting("mail", 1)], False),
        ([Waiting("send", -1), Waiting("mail", 1)], False),
        ([], False),
    ],
)
def test_mail_waits_while_something_can_leave(
    monkeypatch: pytest.MonkeyPatch, queues: list[Waiting], is_wanted: bool
) -> None:
    monkeypatch.setattr(worker, "_queues", queues)
    assert worker.is_wanted_elsewhere("mail") is is_wanted
