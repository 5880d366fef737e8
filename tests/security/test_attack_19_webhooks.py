"""Attack 19: a webhook, or the name it is called by, leads into our own network."""

import base64
import hashlib
import hmac
import http.server
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from mailgate import calling, clock, jobs
from mailgate.errors import Permanent, Temporary
from mailgate.send import webhook
from tests.support.mails import mail
from tests.support.ruled import history, rule
from tests.support.world import World

SECRET = "whsec_eA=="
PRIVATE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::", "not an address",
)  # fmt: skip


@dataclass
class Heard:
    """What came to somebody else's server, and what it answers."""

    port: int = 0
    status: int = 200
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Heard]:
    heard = Heard()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(heard.status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard.port = made.server_port
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield heard
    made.shutdown()
    made.server_close()


def test_no_private_address_is_called() -> None:
    assert not [address for address in PRIVATE if calling.may_be_called(address)]
    assert calling.may_be_called("203.0.114.9")
    assert calling.may_be_called("2606:4700::1111")
    for url in ("http://127.0.0.1:1/", "http://localhost/", "http://[::1]/", "http://2130706433/", "http://0x7f.1/"):
        with pytest.raises(Permanent, match="private network"):
            webhook.call(webhook.Call("msg_1", url, b"{}"), SECRET, clock.now())
    for url in ("ftp://a.example/", "http://user:word@a.example/", "http:///x", "http://a.example:99999/"):
        with pytest.raises(Permanent, match="address"):
            webhook.call(webhook.Call("msg_1", url, b"{}"), SECRET, clock.now())


def test_a_name_is_asked_once_and_one_private_address_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that answers differently the second time rebinds nothing."""
    answers = [["203.0.114.9", "10.0.0.1"], ["203.0.114.9"], ["127.0.0.1"]]
    asked, reached = [], []

    def lookup(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in answers.pop(0)]

    def connect(address: tuple[str, int], *_: Any) -> socket.socket:
        reached.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", connect)
    what = webhook.Call("msg_1", "http://rebind.example/", b"{}")
    with pytest.raises(Permanent):
        webhook.call(what, SECRET, clock.now())
    with pytest.raises(Temporary, match="did not answer"):
        webhook.call(what, SECRET, clock.now())
    assert (asked, reached) == (["rebind.example"] * 2, ["203.0.114.9"])


def test_a_call_is_signed_tried_again_and_never_redirected(
    world: World, server: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "may_be_called", lambda _: True)
    url = f"http://127.0.0.1:{server.port}/hook?x=1"
    rule(world, "Call", "created", ("webhook", url))
    server.status = 503
    ticket = world.ticket(world.receive(mail()).ticket_id)
    jobs.call_webhooks()
    jobs.call_webhooks()
    assert len(server.calls) == 1
    server.status, later = 200, clock.now() + timedelta(hours=1)
    clock.follow(lambda: later)
    try:
        jobs.sweep()
        jobs.call_webhooks()
        assert [headers["webhook-id"] for headers, _ in server.calls] == ["msg_1_1"] * 2
        headers, body = server.calls[1]
        assert json.loads(body)["ticket"]["number"] == ticket.number
        key = base64.b64decode(world.shop.marks.webhook(1, url).removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        assert world.count("SELECT count(*) FROM webhook_calls WHERE state = 'done' AND tries = 2") == 1
        server.status = 302
        again = world.receive(mail(message_id="again@lusitel.example")).ticket_id
        jobs.call_webhooks()
        assert [event.kind for event in history(world, again)][-1] == "webhook_failed"
        assert world.count("SELECT count(*) FROM webhook_calls WHERE state = 'failed' AND tries = 1") == 1
    finally:
        clock.follow(None)
