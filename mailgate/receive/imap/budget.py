"""How many bytes of mail may be under way at once, however many mailboxes there are."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Budget:
    """Whoever fetches takes a share first. Shares are given in turn, so that a large one is not overtaken for ever."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._free = size
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def share(self, wanted: int) -> AsyncIterator[None]:
        """What is larger than all there is gets all there is."""
        share = min(wanted, self._size)
        await self._take(share)
        try:
            yield
        finally:
            self._free += share
            self._serve()

    async def _take(self, share: int) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((share, turn))
        self._serve()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._free += share
            else:
                self._waiting.remove((share, turn))
            self._serve()
            raise

    def _serve(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._free:
            share, turn = self._waiting.popleft()
            self._free -= share
            turn.set_result(None)
