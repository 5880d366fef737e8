"""What a check-up asks Redis: its version, and which workers it knows."""

from __future__ import annotations

from typing import NamedTuple

import redis
from rq import Worker

from mailgate.errors import Temporary
from mailgate.queue.nudges import connect

OLDEST = (6, 2)  # of Redis; Valkey says which Redis it can stand in for


class Server(NamedTuple):
    """The server behind a Redis URL."""

    name: str
    is_new_enough: bool


def server(redis_url: str) -> Server:
    """Ask whether it answers, and what it is."""
    try:
        about = connect(redis_url).info("server")
    except redis.RedisError as error:
        raise Temporary(f"Redis cannot be reached: {error}.") from error
    stands_for = str(about.get("redis_version", "0"))
    valkey = about.get("valkey_version")
    numbers = tuple(int(part) for part in stands_for.split(".")[:2] if part.isdigit())
    return Server(f"Valkey {valkey}" if valkey else f"Redis {stands_for}", numbers >= OLDEST)


def workers(redis_url: str) -> dict[str, list[str]]:
    """The workers that gave a sign of life lately, and the queues each of them serves."""
    try:
        alive = Worker.all(connection=connect(redis_url))
        return {worker.name: list(worker.queue_names()) for worker in alive}
    except redis.RedisError as error:
        raise Temporary(f"Redis cannot be reached: {error}.") from error
