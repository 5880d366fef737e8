"""Where a request comes from: forwarded headers are believed from named proxies only, and limits count by address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flask import request
from werkzeug.middleware.proxy_fix import ProxyFix

from mailgate.networks import LOOPBACK, is_in
from web.access.refusals import TooMany
from web.db import tools

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP")
_UNBELIEVED = "mailgate.forwarded_by_a_stranger"


class BehindProxies:
    """Takes the client's address and scheme from the headers of a trusted proxy; from others they mean nothing."""

    def __init__(self, app: WSGIApplication, networks: Sequence[str]) -> None:
        self._direct = app
        self._forwarded = ProxyFix(app, x_for=1, x_proto=1, x_host=0, x_port=0, x_prefix=0)
        self._networks = networks

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if is_in(environ.get("REMOTE_ADDR", ""), self._networks):
            return self._forwarded(environ, start_response)
        environ[_UNBELIEVED] = any(name in environ for name in _FORWARDED)
        return self._direct(environ, start_response)


def client_address() -> str:
    """The address of whoever asks, as far as it is known."""
    return request.remote_addr or ""


def is_at_home() -> bool:
    """Whether somebody asks from this machine or a trusted network."""
    return _is_from((*LOOPBACK, *tools().settings.trusted_proxies))


def limit(name: str, key: str, *, times: int, seconds: int) -> None:
    """Count one more try of this name and key, e.g. ("sign-in", client_address()); refuse when there were too many.

    This machine, trusted proxies and the networks of MAILGATE_UNLIMITED are exempt.
    """
    if is_at_home() or _is_from(tools().settings.unlimited):
        return
    if not tools().limits.is_within(name, key, times=times, seconds=seconds):
        raise TooMany("That was tried too often. Wait a little, then try again.", seconds)


def _is_from(networks: Sequence[str]) -> bool:
    """What a proxy forwards that nobody named as trusted comes from afar, even if the proxy is in these networks."""
    return not request.environ.get(_UNBELIEVED) and is_in(client_address(), networks)
