"""Serve the mailbox page: on this machine only, a thread per visitor."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import make_server

from mailgate.demo.ways_in import LOOPBACK
from mailgate.errors import MailgateError


@contextmanager
def serving(app: Flask, port: int) -> Iterator[int]:
    """For as long as the block runs; the port it is served on, which is chosen when `port` is 0."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    try:
        # Opened here, because werkzeug ends the whole process where a port is taken.
        listening = socket.create_server((LOOPBACK, port))
    except OSError as error:
        raise MailgateError(f"The demo's mailbox cannot listen on port {port}: {error.strerror}.") from None
    with listening:
        server = make_server(LOOPBACK, port, app, threaded=True, fd=listening.fileno())
        chosen: int = listening.getsockname()[1]
    thread = threading.Thread(target=server.serve_forever, name="mailbox page", daemon=True)
    thread.start()
    try:
        yield chosen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
