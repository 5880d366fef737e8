"""Commands as people and scripts run them: processes of their own, on a database of the test's own."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import Said, run
from tests.support.databases import Fresh
from tests.support.world import KEY, World

CHECKOUT = Path(__file__).parents[2]


Mailgate = Callable[..., Said]


def environment(settings: dict[str, str]) -> dict[str, str]:
    """These settings and no others."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAILGATE_")}
    return {**own, "PYTHONPATH": str(CHECKOUT), **settings}


def call(settings: dict[str, str], folder: Path, *words: str, stdin: bytes = b"") -> Said:
    """Run `mailgate …` with these settings and no others."""
    said = run(words, environment(settings), folder, stdin)
    assert "Traceback" not in said.err, said.err
    return said


@pytest.fixture
def settings(fresh: Fresh, tmp_path: Path) -> dict[str, str]:
    """Settings for the test's own database; `world` lives on the same one."""
    return {
        "MAILGATE_DATA": str(tmp_path / "data"),
        "MAILGATE_BLOB_URL": str(tmp_path / "blobs"),
        "MAILGATE_DATABASE_URL": fresh.app_url,
        "MAILGATE_DATABASE_OWNER_URL": fresh.owner_url,
        "MAILGATE_REDIS_URL": fresh.redis_url,
        "MAILGATE_SECRET_KEY": KEY,
        "MAILGATE_RESOLVER": "off",
    }


@pytest.fixture
def mailgate(settings: dict[str, str], world: World, tmp_path: Path) -> Mailgate:
    """`mailgate(*words, stdin=b"", MAILGATE_X="…")` beside a world with a mailbox, an agent and a relay."""
    place = tmp_path / "here"
    place.mkdir()

    def said(*words: str, stdin: bytes = b"", **more: str) -> Said:
        return call({**settings, **more}, place, *words, stdin=stdin)

    return said
