"""The LMTP door: an answer for every recipient, and a failure of one that does not hold up the others."""

import smtplib
import socket

import pytest

from mailgate import clock, failpoints
from mailgate.office.setup import add_mailbox
from tests.support.doors import mail_door, talk
from tests.support.mails import mail
from tests.support.world import DESK, World

BILLING = "billing@nordlicht.example"


@pytest.fixture
def billing(world: World) -> str:
    with world.database.desk(1) as session:
        add_mailbox(session, BILLING, clock.now())
    return BILLING


def _answers(port: int, raw: bytes, to: list[str]) -> list[bytes]:
    """What is said after the data, a line for each recipient."""
    with talk(port, "lmtp", to) as (client, reader):
        client.sendall(b"DATA\r\n")
        assert reader.readline().startswith(b"354")
        client.sendall(raw + b"\r\n.\r\nNOOP\r\n")
        lines = list(iter(reader.readline, b"250 OK\r\n"))
    return [line.strip() for line in lines]


def test_each_recipient_is_told_where_its_mail_is_kept(world: World, billing: str) -> None:
    with mail_door("lmtp", world) as port:
        answers = _answers(port, mail(), [DESK, billing, "help+t1.x@nordlicht.example"])
    first, second, third = answers
    assert first.startswith(b"250 2.0.0 Kept as ")
    assert second.startswith(b"250 2.0.0 Kept as ")
    assert first != second
    assert first == third  # the same mailbox under two of its addresses keeps a mail once
    assert world.count("SELECT count(*) FROM kept_mail WHERE door = 'lmtp'") == 2


def test_what_cannot_be_kept_for_one_is_kept_for_the_others(world: World, billing: str) -> None:
    world.fill_the_disk(of=f"NEW.recipient = '{billing}'")
    with mail_door("lmtp", world) as port:
        answers = _answers(port, mail(), [DESK, billing, DESK])
    assert [answer[:9] for answer in answers] == [b"250 2.0.0", b"451 4.3.0", b"250 2.0.0"]
    assert b"disk" not in answers[1]
    assert world.count("SELECT count(*) FROM kept_mail") == 1


def test_every_recipient_hears_of_a_failure(world: World, billing: str) -> None:
    failpoints.arm("accept.before_commit=raise")
    try:
        with mail_door("lmtp", world) as port:
            answers = _answers(port, mail(), [DESK, billing])
    finally:
        failpoints.arm("")
    assert answers == [b"451 4.3.0 Not now, please try again later"] * 2


def test_every_recipient_hears_that_a_mail_is_too_large(world: World, billing: str) -> None:
    with mail_door("lmtp", world, size=100_000) as port:
        answers = _answers(port, b"Subject: x\r\n\r\n" + b"y" * 200_000, [DESK, billing])
    assert [answer[:9] for answer in answers] == [b"552 5.3.4"] * 2


def test_recipients_that_were_refused_get_no_answer_after_the_data(world: World) -> None:
    with mail_door("lmtp", world) as port, smtplib.LMTP("127.0.0.1", port, timeout=10) as client:
        refused = client.sendmail("ana@lusitel.example", [DESK, "nobody@nordlicht.example"], mail())
        assert refused.keys() == {"nobody@nordlicht.example"}
        assert client.noop() == (250, b"OK")


def test_without_a_known_recipient_there_is_no_data(world: World) -> None:
    with mail_door("lmtp", world) as port, smtplib.LMTP("127.0.0.1", port, timeout=10) as client:
        client.ehlo()
        client.mail("ana@lusitel.example")
        assert client.rcpt("nobody@nordlicht.example")[0] == 550
        assert client.docmd("DATA")[0] == 503


@pytest.mark.parametrize("greeting", [b"HELO client.example\r\n", b"EHLO client.example\r\n"])
def test_greetings_of_smtp_are_refused(world: World, greeting: bytes) -> None:
    with mail_door("lmtp", world) as port, socket.create_connection(("127.0.0.1", port), 10) as client:
        reader = client.makefile("rb")
        reader.readline()
        client.sendall(greeting)
        assert reader.readline().startswith(b"500")


def test_the_null_sender_is_known_by_lmtp_too_and_gets_no_automatic_answer(world: World) -> None:
    with mail_door("lmtp", world) as port, smtplib.LMTP("127.0.0.1", port, timeout=10) as client:
        client.sendmail("", [DESK], mail())
    world.work()
    assert world.count("SELECT count(*) FROM kept_mail WHERE sender = '' AND outcome = 'opened'") == 1
    assert world.relay.taken == []
