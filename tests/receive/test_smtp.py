"""The SMTP door over real sockets: what it takes, what it refuses, and how it stays bounded."""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep
from typing import BinaryIO

import pytest

from mailgate import clock
from mailgate.office.setup import add_mailbox
from mailgate.store.organisations import found
from tests.support.doors import smtp_door
from tests.support.mails import mail
from tests.support.processes import eventually
from tests.support.world import DESK, World

KEPT = "SELECT count(*) FROM kept_mail"


def _raw(world: World) -> bytes:
    with world.owner.engine.begin() as connection:
        return bytes(connection.exec_driver_sql("SELECT raw FROM kept_mail").scalar_one())


@contextmanager
def _talk(port: int) -> Iterator[tuple[socket.socket, BinaryIO]]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client, client.makefile("rb") as reader:
        assert reader.readline().startswith(b"220")
        for line in ("HELO client.example", "MAIL FROM:<ana@lusitel.example>", f"RCPT TO:<{DESK}>"):
            client.sendall(line.encode() + b"\r\n")
            assert reader.readline().startswith(b"250")
        yield client, reader


def _data(port: int, body: bytes) -> bytes:
    with _talk(port) as (client, reader):
        client.sendall(b"DATA\r\n")
        assert reader.readline().startswith(b"354")
        client.sendall(body)
        return reader.readline()


def test_what_is_acknowledged_is_kept_as_it_came(world: World) -> None:
    raw = (
        b"From: ana@lusitel.example\r\nSubject: dots\r\n\r\n.one\r\n..two\r\n\r\n.\tthree\r\nbare\nline\rends \xff\r\n"
    )
    with smtp_door(world) as port:
        stuffed = raw.replace(b"\r\n.", b"\r\n..")
        assert _data(port, stuffed + b".\r\n").startswith(b"250 2.0.0 Kept as")
    assert _raw(world) == raw


def test_an_unknown_mailbox_is_refused_at_the_recipient(world: World) -> None:
    with smtp_door(world) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.helo()
        client.mail("ana@lusitel.example")
        code, words = client.rcpt("nobody@nordlicht.example")
    assert (code, words[:5]) == (550, b"5.1.1")


def test_a_mail_that_says_it_is_too_large_is_refused_by_size(world: World) -> None:
    with smtp_door(world, size=100_000) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        assert client.esmtp_features["size"] == "100000"
        code, _ = client.mail("ana@lusitel.example", ["SIZE=100001"])
    assert code == 552


def test_a_mail_that_turns_out_too_large_is_refused_by_count_and_the_next_is_taken(world: World) -> None:
    with smtp_door(world, size=100_000) as port:
        assert _data(port, b"Subject: x\r\n\r\n" + b"y" * 200_000 + b"\r\n.\r\n").startswith(b"552 5.3.4")
        assert _data(port, b"Subject: x\r\n\r\nsmall\r\n.\r\n").startswith(b"250")
    assert world.count(KEPT) == 1


@pytest.mark.parametrize("length", [998, 5_000, 1_000_000])
def test_attack_3_long_lines_lose_no_mail(world: World, length: int) -> None:
    line = b"z" * length
    with smtp_door(world, size=2**21) as port:
        assert _data(port, b"Subject: x\r\n\r\n" + line + b"\r\n.\r\n").startswith(b"250")
    assert line in _raw(world)


@pytest.mark.parametrize(
    "end",
    [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\n.\r", b"\r\n\x00.\r\n"],
    ids=repr,
)
def test_attack_1_no_other_end_of_data_smuggles_a_second_mail(world: World, end: bytes) -> None:
    smuggled = (
        b"MAIL FROM:<eve@evil.example>\r\nRCPT TO:<" + DESK.encode() + b">\r\nDATA\r\nSubject: evil\r\n\r\nx\r\n.\r\n"
    )
    with smtp_door(world) as port:
        assert _data(port, b"Subject: good\r\n\r\nhello" + end + smuggled).startswith(b"250")
        sleep(0.2)
    assert world.count(KEPT) == 1


def test_several_of_our_mailboxes_in_one_transaction_each_keep_the_mail(world: World) -> None:
    with world.database.desk(1) as session:
        add_mailbox(session, "billing@nordlicht.example", clock.now())
    with world.owner.desk(0) as session:
        other = found(session, "Another desk").id
    with world.database.desk(other) as session:
        add_mailbox(session, "help@other.example", clock.now())
    everybody = [DESK, "billing@nordlicht.example", "help@other.example"]
    with smtp_door(world) as port, smtplib.SMTP("127.0.0.1", port) as client:
        assert client.sendmail("ana@lusitel.example", everybody, mail()) == {}
    assert world.count("SELECT count(DISTINCT (org_id, mailbox_id)) FROM kept_mail") == 3
    world.work()
    assert world.count("SELECT count(*) FROM tickets") == 3
    assert world.reconciles()


def test_too_many_recipients_are_put_off_one_by_one_and_the_first_hundred_are_served(world: World) -> None:
    with smtp_door(world) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.helo()
        client.mail("ana@lusitel.example")
        codes = [client.rcpt(f"help+x{number}@nordlicht.example")[0] for number in range(105)]
        assert codes == [250] * 100 + [452] * 5
        assert client.data(mail())[0] == 250
    assert world.count(KEPT) == 1


def test_attack_f12_idle_and_crowding_clients_are_sent_away_and_honest_ones_served(world: World) -> None:
    with smtp_door(world, max_connections=5, idle_seconds=1.0) as port:
        crowd = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(5)]
        assert all(idler.recv(3) == b"220" for idler in crowd)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as late:
            assert late.recv(3) == b"421"
        eventually(lambda: all(_is_closed(idler) for idler in crowd), within=10)
        assert _data(port, b"Subject: x\r\n\r\nhonest\r\n.\r\n").startswith(b"250")
        for idler in crowd:
            idler.close()


def _is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        while connection.recv(4096):
            pass
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    return True


def test_the_null_sender_and_a_plus_address_are_kept_as_they_were(world: World) -> None:
    with smtp_door(world) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("", ["help+tabc.def@nordlicht.example"], mail())
    kept = world.kept(world.count("SELECT id FROM kept_mail"))
    assert (kept.sender, kept.recipient) == ("", "help+tabc.def@nordlicht.example")
