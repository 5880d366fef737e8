"""Envelopes as they really come: null senders, quoted local parts, and what is no address at all."""

import smtplib
import time

import pytest

from mailgate import clock
from mailgate.office.setup import add_mailbox
from tests.support.doors import smtp_door
from tests.support.mails import mail
from tests.support.world import DESK, World


def test_null_sender_is_taken_as_every_bounce_needs_it(world: World) -> None:
    with smtp_door(world) as port, smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        assert client.sendmail("", [DESK], mail()) == {}
    assert world.count("SELECT count(*) FROM kept_mail WHERE sender = ''") == 1


@pytest.mark.parametrize(
    "sender", ["ana@lusitel.example", '"ana ferreira"@lusitel.example', "o'neil+x@lusitel.example", "ana@[192.0.2.1]"]
)
def test_sender_is_kept_as_the_envelope_names_it(world: World, sender: str) -> None:
    with smtp_door(world) as port, smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.ehlo()
        assert client.docmd("MAIL", f"FROM:<{sender}> SIZE=100")[0] == 250
        assert client.docmd("RCPT", f"TO:<{DESK}>")[0] == 250
        assert client.data(mail())[0] == 250
    assert world.count(f"SELECT count(*) FROM kept_mail WHERE sender = $x${sender}$x$") == 1


@pytest.mark.parametrize("path", ["<ana@@lusitel.example>", "<@lusitel.example>"])
def test_malformed_address_is_refused_for_good(world: World, path: str) -> None:
    with smtp_door(world) as port, smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.ehlo()
        assert client.docmd("MAIL", f"FROM:{path}")[0] in (501, 553)


def test_a_mailbox_is_there_as_soon_as_it_is_added_and_gone_within_a_second(world: World) -> None:
    def answer(client: smtplib.SMTP) -> int:
        client.rset()
        client.mail("ana@lusitel.example")
        return client.rcpt("new@nordlicht.example")[0]

    with smtp_door(world) as port, smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.ehlo()
        assert answer(client) == 550
        with world.database.desk(world.org) as session:
            added = add_mailbox(session, "new@nordlicht.example", clock.now())
        assert answer(client) == 250
        with world.database.desk(world.org) as session:
            session.merge(added).active = False
        time.sleep(1.1)
        assert answer(client) == 550
