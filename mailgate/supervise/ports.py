"""Ports: is one free, and does what should listen there answer? By plain sockets: `up` stays small for its lifetime."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailgate.errors import BadSettings
from mailgate.networks import is_in

if TYPE_CHECKING:
    from mailgate.settings import Listen

PATIENCE = 0.5
HIGHEST = 65535
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - a name for it, nobody listens here


def refuse_taken(setting: str, option: str, listen: Listen) -> None:
    """Stop the start when nobody can listen there, with the setting's name and what to do about it."""
    error = _hindrance(listen.host, listen.port)
    if error is None:
        return
    reason = {
        errno.EADDRINUSE: f"port {listen.port} is taken by another program: stop that one",
        errno.EACCES: f"port {listen.port} is reserved for root: allow it to this user",
        errno.EADDRNOTAVAIL: f"this machine has no address {listen.host}: correct it",
    }.get(error.errno or 0, f"cannot listen there ({error.strerror}): correct it")
    raise BadSettings(f"{setting} is {listen}, and {reason}, or choose another port with {option} PORT.")


def next_free(listen: Listen) -> Listen:
    """The same address with the first port from here on that nobody else has."""
    for port in range(listen.port, HIGHEST + 1):
        if _hindrance(listen.host, port) is None:
            return listen._replace(port=port)
    raise BadSettings(f"No port from {listen.port} on is free on {listen.host}.")


def takes_mail(listen: Listen, proxies: Sequence[str] = ()) -> bool:
    """Does a mail server greet there? Where we come from one of these networks, it wants a PROXY line first."""
    first = b"PROXY UNKNOWN\r\n" if is_in(EVERYWHERE.get(listen.host, listen.host), proxies) else b""
    return _talk(listen, b"QUIT\r\n", first=first, greeted=True).startswith(b"220")


def page_answers(listen: Listen, path: str, host: str, *, tls: bool = False) -> bool:
    """Does a web server answer 200 for this path?"""
    request = f"GET {path} HTTP/1.0\r\nHost: {host}\r\nUser-Agent: mailgate-up\r\n\r\n".encode()
    return b" 200 " in _talk(listen, request, tls=tls).split(b"\r\n")[0]


def _hindrance(host: str, port: int) -> OSError | None:
    try:
        ((family, kind, protocol, _, address), *_) = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
            trial.listen()
    except OSError as error:
        return error
    return None


def _talk(listen: Listen, request: bytes, *, first: bytes = b"", greeted: bool = False, tls: bool = False) -> bytes:
    """The first answer to a request; with `greeted`, what the server says before it. b"" when nobody answers."""
    try:
        with contextlib.ExitStack() as stack:
            address = (EVERYWHERE.get(listen.host, listen.host), listen.port)
            line = stack.enter_context(socket.create_connection(address, PATIENCE))
            line.sendall(first)
            if tls:
                line = stack.enter_context(_encrypted(line))
            answer = line.recv(256) if greeted else b""
            line.sendall(request)
            return answer or line.recv(256)
    except OSError:
        return b""


def _encrypted(line: socket.socket) -> socket.socket:
    import ssl  # noqa: PLC0415 - megabytes, and only some need it

    context = ssl.create_default_context()
    context.check_hostname = False  # it is our own child on this machine, known by its port
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(line)
