"""The SMTP door over real sockets: what it takes, and what it refuses."""

import smtplib

import pytest

from mailgate import clock
from mailgate.office.setup import add_mailbox
from mailgate.store.founding import found
from tests.support.doors import send_data, smtp_door
from tests.support.mails import mail
from tests.support.world import DESK, World

KEPT = "SELECT count(*) FROM kept_mail"


def _raw(world: World) -> bytes:
    with world.owner.engine.begin() as connection:
        return bytes(connection.exec_driver_sql("SELECT raw FROM kept_mail").scalar_one())


def test_what_is_acknowledged_is_kept_as_it_came(world: World) -> None:
    raw = (
        b"From: ana@lusitel.example\r\nSubject: dots\r\n\r\n.one\r\n..two\r\n\r\n.\tthree\r\nbare\nline\rends \xff\r\n"
    )
    with smtp_door(world) as port:
        stuffed = raw.replace(b"\r\n.", b"\r\n..")
        assert send_data(port, stuffed + b".\r\n").startswith(b"250 2.0.0 Kept as")
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
        assert send_data(port, b"Subject: x\r\n\r\n" + b"y" * 200_000 + b"\r\n.\r\n").startswith(b"552 5.3.4")
        assert send_data(port, b"Subject: x\r\n\r\nsmall\r\n.\r\n").startswith(b"250")
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


def test_of_two_addresses_of_one_mailbox_the_one_with_a_mark_is_kept(world: World) -> None:
    """Whoever answers all names both; only one of them leads to the ticket."""
    for first, second in ((DESK, "help+t1.abc@nordlicht.example"), ("help+t1.abc@nordlicht.example", DESK)):
        with smtp_door(world) as port, smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("ana@lusitel.example", [first, second], mail())
    assert world.count(KEPT) == 2
    assert world.count(f"{KEPT} WHERE recipient = 'help+t1.abc@nordlicht.example'") == 2


def test_the_null_sender_and_a_plus_address_are_kept_as_they_were(world: World) -> None:
    with smtp_door(world) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("", ["help+tabc.def@nordlicht.example"], mail())
    kept = world.kept(world.count("SELECT id FROM kept_mail"))
    assert (kept.sender, kept.recipient) == ("", "help+tabc.def@nordlicht.example")


def test_somebody_who_guesses_addresses_is_sent_away(world: World) -> None:
    with smtp_door(world) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.helo()
        client.mail("ana@lusitel.example")
        codes = [client.rcpt(f"guess{number}@nordlicht.example")[0] for number in range(21)]
        assert codes == [550] * 20 + [421]
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.noop()
