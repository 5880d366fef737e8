"""A desk that has promised something: after every story, its due times are worked out anew and must be the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import Fresh
from tests.support.promises import promise, require_rebuilt
from tests.support.world import World, small_world


@pytest.fixture
def world(fresh: Fresh, tmp_path: Path) -> Iterator[World]:
    """A desk with a mailbox, an agent, a relay and a policy."""
    with small_world(fresh, tmp_path) as made:
        promise(made)
        yield made
        with made.owner.engine.begin() as connection:  # what workers held when they were killed
            connection.exec_driver_sql("UPDATE unfollowed_events SET claimed_until = NULL")
        made.work()
        require_rebuilt(made)
