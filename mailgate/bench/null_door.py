"""Bare aiosmtpd that keeps nothing: what a door built on it can reach at most. `python -m mailgate.bench.null_door`."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiosmtpd.smtp import SMTP


class Nothing:
    """Says yes to everything."""

    async def handle_DATA(self, *_: Any) -> str:  # noqa: N802 - aiosmtpd finds hooks by this name
        return "250 2.0.0 Forgotten"


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Nothing()), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
