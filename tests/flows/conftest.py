"""After every story, whoever's desk it was told at: all due times are worked out anew, and must be the same."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.support.databases import Fresh
from tests.support.promises import promise, require_rebuilt
from tests.support.world import World, small_world


@pytest.fixture
def world(fresh: Fresh, tmp_path: Path) -> Iterator[World]:
    """A desk with a mailbox, an agent, a relay, and a policy."""
    with small_world(fresh, tmp_path) as made:
        promise(made)
        yield made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Generator[None, None, None]:
    yield
    world = item.funcargs.get("world")
    if isinstance(world, World):
        with world.owner.engine.begin() as connection:  # what workers held when they were killed
            connection.exec_driver_sql("UPDATE unfollowed_events SET claimed_until = NULL")
        world.work()
        require_rebuilt(world)
