"""Long base64 is set aside while a mail is taken apart, and is the same afterwards."""

import base64
import random

import pytest

from mailgate.parse import read
from mailgate.parse.set_aside import parsed

CONTENT = random.Random(1).randbytes(76 * 30)
LINES = base64.encodebytes(CONTENT)
HEAD = b"From: a@example.org\nSubject: s\n"
PART = b"--b\nContent-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee the picture.\n" + PART


@pytest.mark.parametrize("end", [b"\n--b--\n", b"--b--\n", b"\n\n--b--\n", b"", b"\nnot base64\n--b--\n"])
def test_a_file_is_whole(end: bytes) -> None:
    (file,) = read(MIXED + LINES + end).files
    assert file.content[: len(CONTENT)] == CONTENT


def test_a_mail_of_nothing_but_base64_is_whole() -> None:
    letter = read(HEAD + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(b"Hello. " * 200))
    assert letter.text == ("Hello. " * 200)


def test_parsers_do_not_see_it() -> None:
    short = parsed(MIXED + LINES + b"\n--b--\n").get_payload()[1].get_payload()  # type: ignore[index,union-attr]
    assert len(short) < 200 < len(LINES)


def test_an_attached_mail_is_written_as_it_stood() -> None:
    inner = HEAD + b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + LINES
    outer = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: message/rfc822\n\n"
        + inner
        + b"\n--x--\n"
    )
    assert read(outer).files[0].content.strip() == inner.strip()


def test_a_mail_that_imitates_the_mark_is_read_as_it_is() -> None:
    letter = read(HEAD + b"\n\x1aset aside\x1a0\x1a\n\n" + LINES)
    assert "set aside" in letter.text
    assert LINES.decode().strip() in letter.text
