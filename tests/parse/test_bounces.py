"""Delivery reports of all makes: who bounced, for good or for now, with which code."""

import pytest

from mailgate.mail import Kind, Letter
from mailgate.parse import read
from tests.parse.fuzz import MAILS


def told(letter: Letter) -> list[tuple[str, str, str | None]]:
    assert letter.bounce is not None
    return [(one.address, one.action, one.status) for one in letter.bounce.recipients]


def bounce(body: str, *, sender: str = "MAILER-DAEMON@mx.example.org", subject: str = "Undelivered Mail") -> Letter:
    return read(f"From: {sender}\nReturn-Path: <>\nTo: help@example.com\nSubject: {subject}\n\n{body}\n".encode())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "<c@example.org>: host mx.example.org said: 550 5.1.1 <c@example.org>: User unknown",
            ("c@example.org", "failed", "5.1.1"),
        ),
        (
            "Hi. This is the qmail-send program.\n\n<c@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)",
            ("c@example.org", "failed", "5.1.1"),
        ),
        (
            "The following address(es) failed:\n\n  c@example.org\n    SMTP error: 552 mailbox is full",
            ("c@example.org", "failed", "5.2.2"),
        ),
        (
            (
                "did not reach the following recipient(s):\n\nc@example.org on Mon, 5 Jan 2026 09:30:00"
                " +0100\n    The recipient name is not recognized"
            ),
            ("c@example.org", "failed", "5.1.1"),
        ),
        (
            "Your message could not be delivered to: c@example.org\nReason: 554 message refused as spam",
            ("c@example.org", "failed", "5.7.1"),
        ),
        (
            (
                "   ----- The following addresses had permanent fatal errors -----\n<c@example.org>\n\n  "
                " ----- Transcript of session follows -----\n550 5.2.1 disabled"
            ),
            ("c@example.org", "failed", "5.2.1"),
        ),
        (
            "Failed Recipient: c@example.org\nReason: Remote host said: 550 unknown user",
            ("c@example.org", "failed", "5.1.1"),
        ),
        (
            "<c@example.org>: delivery temporarily suspended. Will keep trying, no need: you do not need to resend",
            ("c@example.org", "delayed", "4.0.0"),
        ),
    ],
)
def test_bounces_that_are_no_report_are_read(body: str, expected: tuple[str, str, str]) -> None:
    letter = bounce(body)
    assert told(letter) == [expected]
    assert letter.kind is (Kind.DELAY if expected[1] == "delayed" else Kind.BOUNCE)
    assert not letter.answerable


def test_contact_addresses_are_not_taken_for_recipients() -> None:
    letter = bounce(
        "For help contact <support@example.org>.\n\n<c@example.org>: 550 User unknown\n\n--- copy\nTo: d@example.org"
    )
    assert [one[0] for one in told(letter)] == ["c@example.org"]


def test_a_report_with_several_recipients_tells_each() -> None:
    letter = read(
        b"From: x@example.org\nContent-Type: multipart/report; report-type=delivery-status;"
        b" boundary=b\n\n--b\n\nText.\n"
        b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        b"Final-Recipient: rfc822; c@example.org\nAction: failed\nStatus: 5.1.1\n\n"
        b"Original-Recipient: rfc822;d@example.org\nFinal-Recipient: rfc822; e@example.org\nAction:"
        b" delayed\nStatus: 4.4.1\n\n"
        b"Final-Recipient: rfc822; f@example.org\nAction: delivered\nStatus: 2.0.0\n"
        b"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <t1.x.y@example.com>\n--b--\n"
    )
    assert told(letter) == [
        ("c@example.org", "failed", "5.1.1"),
        ("e@example.org", "delayed", "4.4.1"),
        ("f@example.org", "delivered", "2.0.0"),
    ]
    assert letter.bounce is not None
    assert letter.bounce.original_message_id == "t1.x.y@example.com"


def test_success_alone_is_a_receipt() -> None:
    letter = read(
        b"From: MAILER-DAEMON@example.org\nContent-Type: multipart/report; report-type=delivery-status;"
        b" boundary=b\n\n--b\n\nText.\n"
        b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822;"
        b" f@example.org\nAction: relayed\nStatus: 2.0.0\n--b--\n"
    )
    assert letter.kind is Kind.RECEIPT


@pytest.mark.parametrize(
    ("name", "recipients", "kind"),
    [
        ("sisimai/lhost-verizon-02.eml", ["may-be-straycat-nyaaaaaan@vtext.com"], Kind.BOUNCE),
        ("sisimai/lhost-amazonses-10.eml", ["bounce@simulator.amazonses.com"], Kind.BOUNCE),
        ("sisimai/lhost-x6-01.eml", ["kijitora@nyaan.example.org"], Kind.BOUNCE),
        ("sisimai/rfc3464-04.eml", ["kijitora@mailx-53.neko.example.edu"], Kind.BOUNCE),
        ("sisimai/lhost-zoho-04.eml", ["kijitora@6kaku.example.co.jp"], Kind.DELAY),
        ("flufl/dsn_15.txt.eml", ["userx@example.com"], Kind.BOUNCE),
        ("flufl/postfix_01.txt.eml", ["xxxxx@local.ie"], Kind.BOUNCE),
        ("flufl/bounce_02.txt.eml", ["userx@example.com"], Kind.BOUNCE),
    ],
)
def test_kept_bounces_are_read(name: str, recipients: list[str], kind: Kind) -> None:
    letter = read((MAILS / name).read_bytes())
    assert [one[0] for one in told(letter)] == recipients
    assert letter.kind is kind


@pytest.mark.parametrize(
    "body",
    [
        "I got this back from your server:\n\n> <c@example.org>: 550 User unknown\n\nWhat does it mean?",
        "My mail to you could not be delivered yesterday, please help.",
        "The parcel was undeliverable: 550 items are missing.",
    ],
)
def test_a_persons_mail_about_a_bounce_is_none(body: str) -> None:
    letter = read(f"From: Ann <ann@example.org>\nTo: help@example.com\nSubject: Problem\n\n{body}\n".encode())
    assert (letter.kind, letter.answerable) == (Kind.PERSON, True)


def test_a_forwarded_bounce_is_a_persons_mail() -> None:
    letter = read(
        b"From: Ann <ann@example.org>\nTo: help@example.com\nSubject: Fwd: Undelivered Mail Returned to Sender\n\n"
        b"What is this?\n\n<c@example.org>: 550 User unknown, could not be delivered\n"
    )
    assert letter.kind is Kind.PERSON


def test_a_vacation_notice_is_no_bounce() -> None:
    assert read((MAILS / "sisimai/rfc3834-03.eml").read_bytes()).kind is Kind.OUT_OF_OFFICE
