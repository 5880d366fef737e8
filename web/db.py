"""What a web process has at hand for as long as it lives: connections, files, keys, and the bell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from mailgate.errors import BadSettings
from mailgate.queue.limits import Limits
from mailgate.queue.live import Wire
from mailgate.queue.nudges import Bell
from mailgate.seal import Seal
from mailgate.settings import Settings
from mailgate.store.blobs import Blobs
from mailgate.store.db import Database
from mailgate.tokens import Marks


@dataclass(frozen=True)
class Tools:
    """One web process's tools."""

    settings: Settings
    database: Database
    blobs: Blobs
    bell: Bell
    limits: Limits
    wire: Wire
    marks: Marks


def install(app: Flask, settings: Settings) -> Tools:
    """Open everything, once for the process. Nothing connects before it is needed."""
    if settings.database_url is None or settings.redis_url is None or settings.secret_key is None:
        raise BadSettings(
            "MAILGATE_DATABASE_URL, MAILGATE_REDIS_URL and MAILGATE_SECRET_KEY: all must be set for the pages alone. "
            "`mailgate web` sets them for the embedded servers."
        )
    redis_url = settings.redis_url.get_secret_value()
    wire = Wire(redis_url)
    # A request holds one connection at most, so as many as there are threads never wait for each other; one is for
    # the thread that feeds the streams.
    made = Tools(
        settings=settings,
        database=Database(
            settings.database_url.get_secret_value(), pool=settings.web_threads + 1, tell=wire.tell, for_pages=True
        ),
        blobs=Blobs(settings.blob_url or str(settings.data / "blobs")),
        bell=Bell(redis_url),
        limits=Limits(redis_url),
        wire=wire,
        marks=Marks(settings.secret_key.get_secret_value()),
    )
    app.extensions["mailgate"] = made
    return made


def tools() -> Tools:
    """The tools of the process this request is answered in."""
    return cast("Tools", current_app.extensions["mailgate"])


def seal() -> Seal:
    """What seals and opens secrets."""
    settings = tools().settings
    key, former = settings.secret_key, settings.former_secret_key
    assert key is not None
    return Seal(key.get_secret_value(), former.get_secret_value() if former else None)


def ring(job: str) -> None:
    """Wake a worker. Call it after the transaction it is about, never within."""
    tools().bell.ring(job)
