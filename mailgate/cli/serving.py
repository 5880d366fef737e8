"""Serve the pages and the API with gunicorn's worker: one process, several threads, and nobody above it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.sock import create_sockets
from gunicorn.util import import_app

from mailgate import log, long_lived
from mailgate.cli.web_worker import Worker
from mailgate.embedded import Servers
from mailgate.errors import Conflict
from mailgate.settings import Listen, Settings
from mailgate.store.db import Database, require_tenant_role

APPLICATION = "web.app:make"  # by name: mailgate never imports web
STOP_SECONDS = 4  # for requests that are being answered when we are asked to stop
_BACKLOG = 512


def serve(settings: Settings, servers: Servers) -> None:
    """Answer until asked to stop. The application finds what it needs in the environment."""
    log.start("web", settings.log)
    _require_tenant_role(servers.database_url)
    _hand_on(settings, servers)
    door = _listening(settings.web_listen).detach()
    Server(import_app(APPLICATION), _options(settings, door)).run()


class Server(BaseApplication):  # type: ignore[misc] # gunicorn ships no types
    """gunicorn, told everything here and nothing by files or flags."""

    def __init__(self, make: Callable[[], Any], options: dict[str, Any]) -> None:
        self._make = make
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        made = self._make()
        long_lived.settle()
        return made

    def run(self) -> None:
        """The worker is this very process: whoever started us starts us again, and a fork of its own is 20 MB more."""
        words = self.cfg.logger_class(self.cfg)
        doors = create_sockets(self.cfg, words)
        Worker(0, os.getppid(), doors, self, self.cfg.timeout, self.cfg, words).init_process()


class OurLog(Logger):  # type: ignore[misc] # as above
    """gunicorn's words as lines of our log, and no line per request."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def _options(settings: Settings, door: int) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bind": f"fd://{door}",
        "threads": settings.web_threads,
        "graceful_timeout": STOP_SECONDS,
        "logger_class": OurLog,
        "loglevel": "warning",
        "forwarded_allow_ips": "",  # the application believes named proxies itself, and nobody else
    }
    if settings.serves_https:
        options |= {"certfile": str(settings.tls_cert), "keyfile": str(settings.tls_key)}
    return options


def _listening(listen: Listen) -> socket.socket:
    """The socket, opened here so that a port that is taken is said in our words, at once."""
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    try:
        door = socket.create_server(listen, family=family, backlog=_BACKLOG)
    except OSError as error:
        raise Conflict(f"MAILGATE_WEB_LISTEN: cannot listen on {listen}: {error.strerror}.") from error
    # gunicorn does so only once the application is there: who connects before would wait 40 ms for each answer.
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return door


def _require_tenant_role(database_url: str) -> None:
    database = Database(database_url, pool=1)
    try:
        require_tenant_role(database)
    finally:
        database.close()


def _hand_on(settings: Settings, servers: Servers) -> None:
    """Put what was decided here into the environment, where the application reads its settings."""
    os.environ.update(  # noqa: TID251 - written for our own child, not read
        MAILGATE_DATA=str(settings.data.resolve()),
        MAILGATE_DATABASE_URL=servers.database_url,
        MAILGATE_REDIS_URL=servers.redis_url,
        MAILGATE_SECRET_KEY=servers.secret_key,
        MAILGATE_WEB_LISTEN=str(settings.web_listen),
    )
