"""Bodies and files survive every relay, byte for byte."""

import hashlib
from collections.abc import Callable
from email.message import EmailMessage

import mailparser
import pytest

from mailgate.compose import write
from mailgate.mail import Draft, File, Task

Make = Callable[..., Task]
Open = Callable[[Draft], EmailMessage]


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        ("Plain words.", "7bit"),
        ("A line " + "x" * 2000, "quoted-printable"),
        ("Grüße", "quoted-printable"),
        ("日本語のお返事です。" * 20, "base64"),
        ("Ответ на ваш вопрос. " * 20, "base64"),
        (".\n..\nFrom here\n.end", "7bit"),
        ("Größe\n.\n..\ntrailing \t \n=20 = =\n" + "ü" * 40 + "\n" + "=" * 400, "quoted-printable"),
    ],
)
def test_a_text_arrives_as_it_was_written(task: Make, opened: Open, body: str, encoding: str) -> None:
    draft = write(task(body=body))
    message = opened(draft)
    text = message.get_body(("plain",))
    assert text is not None
    assert text["Content-Transfer-Encoding"] == encoding
    assert text.get_content().replace("\r\n", "\n").startswith(body + "\n\n-- \nMia Keller\n")
    assert mailparser.parse_from_bytes(draft.raw).text_plain[0].startswith(body.partition("\n")[0])
    assert draft.raw.isascii()
    assert max(map(len, draft.raw.split(b"\r\n"))) < 998


def test_controls_and_halves_of_characters_do_not_leave(task: Make, opened: Open) -> None:
    draft = write(task(body="a\0b\x07c\ud800d\r\ne\rf"))
    assert draft.text.startswith("a\ufffdb\ufffdc\ufffdd\ne\nf\n")
    assert "\0" not in draft.html
    opened(draft)


FILES = (
    File("report.pdf", "application/pdf", bytes(range(256)) * 40),
    File("Größe 山田.txt", "text/plain", b"one\r\ntwo\nthree\rfour"),
    File("", "image/png", b""),
    File('a"b;c\\d\r\nX-Evil: 1.txt', "text/plain; charset=x\r\nX-Evil: 1", b"x"),
    File("mail.eml", "message/rfc822", b"Subject: inner\r\n\r\nhello"),
    File("ü" * 300 + ".docx", "application/x-thing", b"y"),
    File("." + "x" * 300, "not a type", b"z"),
)


def test_files_arrive_with_their_names_and_every_byte(task: Make, opened: Open) -> None:
    message = opened(write(task(files=FILES)))
    assert message.get_content_type() == "multipart/mixed"
    parts = list(message.iter_attachments())
    assert [part.get_payload(decode=True) for part in parts] == [file.content for file in FILES]
    assert [part.get_filename() for part in parts] == [
        *("report.pdf", "Größe 山田.txt", None, 'a"b;c\\d X-Evil: 1.txt', "mail.eml", "ü" * 97 + ".docx"),
        "." + "x" * 199,
    ]
    unknown = "application/octet-stream"
    assert [part.get_content_type() for part in parts] == [
        *("application/pdf", "text/plain", "image/png", unknown, unknown, "application/x-thing", unknown)
    ]
    assert all(part.get_content_disposition() == "attachment" for part in parts)


def test_mail_parser_finds_text_html_and_files(task: Make) -> None:
    mail = mailparser.parse_from_bytes(write(task(files=FILES[:2])).raw)
    assert len(mail.text_plain) == len(mail.text_html) == 1
    assert [hashlib.sha256(_content(part)).hexdigest() for part in mail.attachments] == [
        FILES[0].sha256,
        FILES[1].sha256,
    ]
    assert [part["filename"] for part in mail.attachments] == ["report.pdf", "Größe 山田.txt"]


def _content(part: dict[str, str]) -> bytes:
    import base64

    return base64.b64decode(part["payload"])
