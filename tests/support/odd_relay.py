"""A relay that does to each recipient what the name before the @ says, in real SMTP conversations."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
from collections import Counter
from typing import Self

_ADDRESS = re.compile(r"<([^>]*)>")


class OddRelay:
    """`refused@`: 550. `full@`: 552. `greylisted@`, `dropped@`, `garbage@`, `hanging@`: twice in trouble, then fine.

    `never@`: 451 for ever. Everybody else is taken. What was taken stands in `taken`, by recipient.
    """

    def __init__(self, *, is_pipelining: bool = False) -> None:
        self._offers = "250-relay.example\r\n250 PIPELINING" if is_pipelining else "250 relay.example"
        self.taken: dict[str, list[bytes]] = {}
        self.tries: Counter[str] = Counter()
        self._over = threading.Event()
        relay = self

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                relay.converse(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def converse(self, peer: socketserver.StreamRequestHandler) -> None:
        def say(words: str) -> None:
            peer.wfile.write(words.encode() + b"\r\n")

        say("220 relay.example")
        recipient = answer = ""
        while line := peer.rfile.readline():
            command = line.decode("utf-8", "replace").strip()
            match command[:4].upper():
                case "EHLO":
                    say(self._offers)
                case "RCPT":
                    found = _ADDRESS.search(command)
                    assert found is not None
                    recipient = found[1]
                    self.tries[recipient] += 1
                    answer = self._of_recipient(recipient.partition("@")[0])
                    say(answer)
                case "DATA" if not answer.startswith("250"):
                    say("503 5.5.1 For whom?")
                case "DATA":
                    say("354 go on")
                    if not self._takes(peer, recipient):
                        return
                case "QUIT":
                    say("221 bye")
                    return
                case _:
                    say("250 OK")

    def _of_recipient(self, who: str) -> str:
        if who == "refused":
            return "550 5.1.1 No such user"
        if who == "full":
            return "552 5.2.2 Mailbox full"
        if who == "never":
            return "451 4.3.0 Not today"
        return "250 OK"

    def _takes(self, peer: socketserver.StreamRequestHandler, recipient: str) -> bool:
        """Read a letter; False where the conversation ends here."""
        who, is_odd = recipient.partition("@")[0], self.tries[recipient] <= 2
        letter = b""
        while (line := peer.rfile.readline()) != b".\r\n":
            letter += line
            if is_odd and who == "dropped":
                peer.connection.shutdown(socket.SHUT_RDWR)
                return False
        if is_odd and who == "hanging":
            self._over.wait(30)
            return False
        if is_odd and who in ("garbage", "greylisted"):
            peer.wfile.write({"garbage": b"\xff\x00 what?\r\n", "greylisted": b"451 4.7.1 Come back later\r\n"}[who])
            return True
        self.taken.setdefault(recipient, []).append(letter)
        peer.wfile.write(b"250 2.0.0 Taken\r\n")
        return True
