"""Ports are refused by name before anything starts, and what should listen on them is asked like a client asks."""

import contextlib
import http.server
import os
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mailgate.errors import BadSettings
from mailgate.settings import Listen
from mailgate.supervise import next_free, page_answers, refuse_taken, takes_mail


@pytest.fixture
def taken() -> Iterator[Listen]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield Listen(*other.getsockname())


def refusal(listen: Listen) -> str:
    with pytest.raises(BadSettings) as refused:
        refuse_taken("MAILGATE_SMTP_LISTEN", "--smtp", listen)
    return str(refused.value)


def test_taken_port_is_refused_with_what_to_do(taken: Listen) -> None:
    assert refusal(taken) == (
        f"MAILGATE_SMTP_LISTEN is {taken}, and port {taken.port} is taken by another program: stop that one, "
        "or choose another port with --smtp PORT."
    )
    assert "is taken" in refusal(Listen("0.0.0.0", taken.port))


def test_free_port_is_let_pass(taken: Listen) -> None:
    refuse_taken("MAILGATE_SMTP_LISTEN", "--smtp", next_free(taken))


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_address_that_is_not_ours_is_refused(host: str) -> None:
    assert f"MAILGATE_SMTP_LISTEN is {host}:2525" in refusal(Listen(host, 2525))


def test_port_for_root_is_refused_to_others() -> None:
    if os.geteuid() == 0 or Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text().strip() != "1024":
        pytest.skip("a port reserved for root: we are root")
    assert "reserved for root" in refusal(Listen("127.0.0.1", 1))


def test_next_free_port_is_the_next(taken: Listen) -> None:
    found = next_free(taken)
    assert found.host == taken.host
    assert taken.port < found.port < taken.port + 100


@contextlib.contextmanager
def serving(
    handler: type[socketserver.BaseRequestHandler], wrap: Callable[[Any], Any] = lambda s: s
) -> Iterator[Listen]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.socket = wrap(server.socket)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Listen("127.0.0.1", server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


class Door(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.sendall(b"220 here\r\n")
        self.request.recv(100)


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        fine = self.path == "/readyz" and self.headers["Host"] == "help.example"
        self.send_response(200 if fine else 503)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


def test_door_takes_mail_when_it_greets(taken: Listen) -> None:
    with serving(Door) as listen:
        assert takes_mail(listen)
        assert takes_mail(Listen("0.0.0.0", listen.port))
    assert not takes_mail(listen)
    assert not takes_mail(taken)  # connected, but nobody says a word


def test_page_answers_when_it_says_200(taken: Listen) -> None:
    with serving(Pages) as listen:
        assert page_answers(listen, "/readyz", "help.example")
        assert not page_answers(listen, "/readyz", "evil.example")
        assert not page_answers(listen, "/other", "help.example")
    assert not page_answers(listen, "/readyz", "help.example")
    assert not page_answers(taken, "/readyz", "help.example")


def test_page_is_asked_over_tls_where_there_is_a_certificate(tls: ssl.SSLContext) -> None:
    with serving(Pages, lambda plain: tls.wrap_socket(plain, server_side=True)) as listen:
        assert page_answers(listen, "/readyz", "help.example", tls=True)


class Behind(socketserver.StreamRequestHandler):
    """A mail server behind a proxy: it greets nobody who has not said a PROXY line."""

    def handle(self) -> None:
        if self.rfile.readline() == b"PROXY UNKNOWN\r\n":
            self.wfile.write(b"220 mailgate\r\n")
            self.rfile.readline()


def test_a_mail_door_behind_a_proxy_is_greeted_as_one() -> None:
    with serving(Behind) as listen:
        assert takes_mail(listen, ("127.0.0.0/8",))
        assert not takes_mail(listen, ("192.0.2.0/24",))
