"""TLS at the SMTP door: by STARTTLS, and from the first byte."""

import smtplib
import socket
import ssl
from pathlib import Path

from mailgate.receive.certificate import Certificate
from tests.support.certificates import write_certificate
from tests.support.doors import last_line, mail_door
from tests.support.mails import mail
from tests.support.processes import eventually
from tests.support.world import DESK, World

KEPT = "SELECT count(*) FROM kept_mail"


def test_mail_comes_in_after_starttls(world: World, tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    with mail_door("smtp", world, tls=tls) as port, smtplib.SMTP("localhost", port, timeout=10) as client:
        client.starttls(context=trusting)
        assert client.sendmail("ana@lusitel.example", [DESK], mail()) == {}
        assert not client.has_extn("starttls")
    assert world.count(KEPT) == 1


def test_mail_comes_in_where_tls_is_spoken_from_the_first_byte(
    world: World, tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with (
        mail_door("smtp", world, tls=tls, is_secure=True) as port,
        smtplib.SMTP_SSL("localhost", port, timeout=10, context=trusting) as client,
    ):
        assert client.sendmail("ana@lusitel.example", [DESK], mail()) == {}
        assert not client.has_extn("starttls")
        assert client.has_extn("auth")
    assert world.count(KEPT) == 1


def test_plain_text_on_the_encrypted_port_gets_no_word_and_holds_no_place(
    world: World, tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with mail_door("smtp", world, tls=tls, is_secure=True, max_connections=1) as port:
        with socket.create_connection(("localhost", port), 10) as plain:
            plain.sendall(b"EHLO client.example\r\n")
            assert not plain.recv(100).startswith(b"220")

        def is_served() -> bool:
            try:
                with smtplib.SMTP_SSL("localhost", port, timeout=10, context=trusting) as client:
                    return client.noop()[0] == 250
            except OSError:
                return False

        eventually(is_served, within=10)


def test_who_hangs_in_the_handshake_is_counted_as_a_connection(world: World, tls: ssl.SSLContext) -> None:
    with (
        mail_door("smtp", world, tls=tls, is_secure=True, max_connections=1) as port,
        socket.create_connection(("localhost", port), 10),
        socket.create_connection(("localhost", port), 10) as late,
    ):
        assert late.recv(3) == b"421"


def test_a_client_that_drops_in_the_middle_of_encrypted_data_leaves_nothing(
    world: World, tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with (
        mail_door("smtp", world, tls=tls, is_secure=True) as port,
        socket.create_connection(("localhost", port), 10) as plain,
    ):
        with trusting.wrap_socket(plain, server_hostname="localhost") as line, line.makefile("rb") as reader:
            reader.readline()
            for words in (b"EHLO x\r\n", b"MAIL FROM:<a@b.example>\r\n", f"RCPT TO:<{DESK}>\r\n".encode(), b"DATA\r\n"):
                line.sendall(words)
                last_line(reader)
            line.sendall(b"Subject: half\r\n\r\nof a ma")
        assert world.count(KEPT) == 0


def test_a_renewed_certificate_is_shown_from_the_next_handshake_on(world: World, tmp_path: Path) -> None:
    path = write_certificate(tmp_path)
    shown = Certificate(path, path)
    with mail_door("smtp", world, tls=shown.context, is_secure=True) as port:
        first = ssl.get_server_certificate(("localhost", port))
        assert not shown.look(), "nothing has changed"
        whole = write_certificate(tmp_path).read_bytes()
        path.write_bytes(whole[:200])
        assert not shown.look(), "half of it is written"
        assert ssl.get_server_certificate(("localhost", port)) == first
        path.write_bytes(whole)
        assert shown.look()
        second = ssl.get_server_certificate(("localhost", port))
    assert second != first
    assert second in whole.decode()
