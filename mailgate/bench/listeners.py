"""Many pages that listen, in one process: opens their streams, says so, and counts what each is told."""

from __future__ import annotations

import json
import select
import socket
import sys
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector

_TOLD = b'{"tickets":'


def main() -> None:
    """Arguments: the port, and a file with a session's cookie on each line. `report` on standard input ends it."""
    port, cookies = int(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="ascii").split()
    with DefaultSelector() as selector:
        told = {selector.register(_listening(port, cookie), EVENT_READ).fd: 0 for cookie in cookies}
        print(json.dumps({"streams": len(told)}), flush=True)
        while not select.select([sys.stdin], [], [], 0)[0]:
            for key, _ in selector.select(0.2):
                assert isinstance(key.fileobj, socket.socket)
                data = key.fileobj.recv(2**16)
                told[key.fd] += data.count(_TOLD)
                if not data:
                    selector.unregister(key.fileobj)
        print(json.dumps({"open": len(selector.get_map()), "told": min(told.values())}), flush=True)


def _listening(port: int, cookie: str) -> socket.socket:
    """A stream whose first words have come."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    head = f"GET /live?list=view%3Dall HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: mailgate={cookie}\r\n\r\n"
    connection.sendall(head.encode())
    heard = b""
    while b'"page"' not in heard:
        more = connection.recv(4096)
        if not more:
            raise SystemExit(heard.decode())
        heard += more
    return connection


if __name__ == "__main__":
    main()
