"""The IMAP door inside the test process, in a hurry."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mailgate import clock
from mailgate.office.imap import ImapAddress, Wishes, connect
from mailgate.receive.imap.post import Post
from mailgate.receive.imap.room import Pace, Room
from mailgate.seal import Seal
from mailgate.store.imap import Health, account_of, health
from mailgate.store.office import mailbox_by_address
from tests.support.world import DESK, KEY, World

HURRIED = {
    "tick": 0.05, "poll": 0.1, "idle": 30.0, "patience": 10.0, "first_pause": 0.05, "longest_pause": 0.2,
    "refused_pause": 0.2, "longest_refused_pause": 0.5,
}  # fmt: skip


def connect_mailbox(
    world: World, port: int, secret: str, *, address: str = DESK, host: str = "127.0.0.1", security: str = "none",
    oauth: dict[str, Any] | None = None, **wishes: Any,
) -> None:  # fmt: skip
    """Have a mailbox of the world fetched from a server."""
    where = ImapAddress(host, port, security, None)
    with world.database.desk(world.org) as session:
        mailbox = mailbox_by_address(session, address)
        assert mailbox is not None
        connect(session, mailbox, where, Wishes(**wishes), secret, Seal(KEY), clock.now(), oauth=oauth)


def how_it_goes(world: World, address: str = DESK) -> Health:
    """What is known about the fetching of a mailbox."""
    with world.database.desk(world.org) as session:
        return next(each for each in health(session) if each.address == address)


def disturb(world: World, address: str = DESK) -> None:
    """Make a mailbox's task start anew, as any change does."""
    with world.database.desk(world.org) as session:
        mailbox = mailbox_by_address(session, address)
        assert mailbox is not None
        account = account_of(session, mailbox.id, lock=True)
        assert account is not None
        account.changed_at = clock.now()


@contextmanager
def fetching(world: World, *, size: int = 2**20, holder: str = "test", **pace: float) -> Iterator[None]:
    """Fetch for as long as the block lasts."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(target=_run, args=(loop, world, size, Pace(**{**HURRIED, **pace}), holder, stop))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        assert not thread.is_alive()


def _run(
    loop: asyncio.AbstractEventLoop, world: World, size: int, pace: Pace, holder: str, stop: asyncio.Event
) -> None:
    async def main() -> None:
        room = Room(world.database, world.keeper, Seal(KEY), size, pace)
        await Post(room, holder).fetch_until(stop)

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(main())
