"""The sample office inside the test process: its door, its post office, and the story to be played."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailgate import clock
from mailgate.demo import prepare
from mailgate.demo.mailboxes import Mailboxes
from mailgate.demo.play import Play, Stage
from mailgate.demo.post_office import post_office
from mailgate.settings import Listen
from tests.support.doors import smtp_door
from tests.support.world import World


@dataclass
class Office:
    """The demo, with workers that work whenever the story pauses."""

    world: World
    stage: Stage
    boxes: Mailboxes
    told: list[str]

    def play(self) -> None:
        Play(self.stage, self._pause).perform()
        self.world.work()

    def _pause(self, _seconds: float) -> bool:
        self.world.work()
        return False


@pytest.fixture
def office(world: World, tmp_path: Path) -> Iterator[Office]:
    folder = tmp_path / "demo-mailbox"
    folder.mkdir()
    boxes = Mailboxes(folder)
    with world.database.desk(world.org) as session:
        prepare(session, clock.now())
    told: list[str] = []
    with post_office(boxes, 0, told.append) as relay_port, smtp_door(world) as door_port:
        world.shop.relay_url = f"smtp://127.0.0.1:{relay_port}"
        door = Listen("127.0.0.1", door_port)
        stage = Stage(world.database, world.org, world.shop.marks, world.shop.bell, boxes, door, folder)
        yield Office(world, stage, boxes, told)
