"""gunicorn's threaded worker, which gives streams away instead of keeping a thread for each."""

from __future__ import annotations

import socket
from concurrent.futures import Future
from typing import Any

from gunicorn.http import wsgi
from gunicorn.workers.gthread import TConn, ThreadWorker

STREAMS = "/live"  # where an answer may be a stream, which takes over its connection by its method `carry`


class Worker(ThreadWorker):  # type: ignore[misc] # gunicorn ships no types
    """Answers as ever, but for the one address where a body never ends."""

    def handle_request(self, req: Any, conn: TConn) -> bool:
        """Answer; False: the connection serves nothing more."""
        if req.path != STREAMS or req.method != "GET":
            return bool(super().handle_request(req, conn))
        response, environ = wsgi.create(req, conn.sock, conn.client, conn.server, self.cfg)
        environ["wsgi.multithread"] = True
        response.force_close()
        body = self.wsgi(environ, response.start_response)
        carry = getattr(body, "carry", None)
        if carry is None:
            self._finish(response, body)
        else:
            response.chunked = False  # it ends with its connection
            response.send_headers()
            carry(_given_away(conn))
        return False

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """What was given away is not ours to close."""
        if conn.sock is None:
            self.nr_conns -= 1
        else:
            super().finish_request(conn, fs)

    @staticmethod
    def _finish(response: Any, body: Any) -> None:
        """Whoever may not listen is told so, as on every other page."""
        try:
            for part in body:
                response.write(part)
            response.close()
        finally:
            if hasattr(body, "close"):
                body.close()


def _given_away(conn: TConn) -> socket.socket:
    given: socket.socket = conn.sock
    conn.sock = None
    return given
