"""The SMTP door inside the test process, on a free port."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mailgate.receive.accept import Keeper
from mailgate.receive.smtp import Doorkeeper, serve
from mailgate.store.db import Database
from tests.support.relay import close_server
from tests.support.world import World


@contextmanager
def smtp_door(world: World, database: Database | None = None, size: int = 2**20, **limits: Any) -> Iterator[int]:
    """The SMTP door inside this process; its port."""
    used = database or world.database
    keeper = Keeper(used, world.shop.bell)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(serve(Doorkeeper(used, keeper, size, **limits), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(close_server(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        keeper.close()
