"""What open pages are told without asking: one stream a page, all streams of a process fed by one thread."""

from typing import cast

from flask import Flask, current_app

from web.db import Tools
from web.live.hub import Hub
from web.live.stream import Listener, Stream

__all__ = ["Hub", "Listener", "Stream", "hub", "install"]


def install(app: Flask, tools: Tools) -> None:
    """Have a hub at hand. It costs nothing until a page listens."""
    app.extensions["live"] = Hub(app, tools.database, tools.wire)


def hub() -> Hub:
    """The hub of the process this request is answered in."""
    return cast("Hub", current_app.extensions["live"])
