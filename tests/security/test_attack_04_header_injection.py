"""Attack 4: line breaks hidden in header values come out of no header of a letter, so that none can be copied on."""

from datetime import UTC, datetime
from email.parser import BytesParser

import pytest

from mailgate.compose import write
from mailgate.errors import Permanent
from mailgate.mail import Address, Letter, Quoted, Task
from mailgate.parse import read

BREAKS = (
    "=?utf-8?q?Hello=0D=0ABcc:_victim@example.org?=",
    "=?utf-8?q?Hello=0ABcc:_victim@example.org?=",
    "=?utf-8?b?SGVsbG8NCkJjYzogdmljdGltQGV4YW1wbGUub3Jn?=",
    "=?utf-8?q?Hello=C2=85Bcc?= =?utf-8?q?=0D=0A=0D=0Abody?=",
    "=?utf-16?b?AEgAaQANAAoAQgBjAGM=?=",
    "=?utf-8?q?Hello=E2=80=A8Bcc:_victim@example.org?=",
    "Hello\x0bBcc: victim@example.org",
    "Hello\rBcc: victim@example.org",
)
HEADERS = (
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "References",
    "X-Loop",
    "Return-Path",
)


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("value", BREAKS)
def test_no_line_break_comes_out_of_a_header(name: str, value: str) -> None:
    shown = f'"{value}" <a@example.org>' if name in ("From", "To", "Cc", "Reply-To") else value
    for text in _said(read(f"{name}: {shown}\nX-End: x\n\nHello".encode())):
        assert len(text.splitlines()) <= 1, text
        assert not any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in text), text


@pytest.mark.parametrize("value", BREAKS)
def test_no_line_break_comes_out_of_a_file_name(value: str) -> None:
    part = f'Content-Type: image/png; name="{value}"\nContent-Disposition: attachment; filename="{value}"\n\nx'
    (file,) = read(f"From: a@example.org\n{part}".encode()).files
    assert len(file.name.splitlines()) <= 1


def test_an_encoded_line_end_stays_inside_its_header() -> None:
    subject = read(b"From: a@example.org\nSubject: =?utf-8?Q?x=0D=0ABcc:_evil@example.org?=\n\nHello").subject
    assert subject == "x Bcc: evil@example.org"


def _said(letter: Letter) -> list[str]:
    people = [one for one in (letter.sender, *letter.reply_to, *letter.to, *letter.cc) if isinstance(one, Address)]
    return [
        letter.subject, letter.message_id or "", *letter.in_reply_to, *letter.references, letter.return_path or "",
        *(text for one in people for text in (one.name, one.address)), *letter.delivered_to, *letter.loop_marks,
    ]  # fmt: skip


@pytest.mark.parametrize("value", BREAKS)
def test_what_came_in_takes_no_header_along_when_it_is_answered(value: str) -> None:
    """Subject, names, ids, file names and Outlook's index of a hostile mail, all copied into the answer to it."""
    raw = "\n".join(
        [
            f'From: "{value}" <a@example.org>', f'Cc: "{value}" <b@example.org>', f"Subject: {value}",
            f"Message-ID: <{value}@x>", f"References: <{value}@x> <good@x>", f"Thread-Index: {value}",
            f'Content-Type: image/png; name="{value}"', "", "x",
        ]
    )  # fmt: skip
    letter = read(raw.encode())
    assert letter.sender is not None
    task = Task(
        letter="answered", language="en", message_id="t1.a.b@example.org", sender=Address("d@example.org", "Mia"),
        to=(letter.sender,), cc=letter.cc, reply_to="d@example.org", subject=letter.subject, token="[#T-1]",
        in_reply_to=letter.message_id, references=letter.references, thread_root=letter.message_id,
        thread_index=letter.thread_index, body=letter.text, files=letter.files,
        quoted=(Quoted(letter.sender.name, datetime(2026, 1, 2, tzinfo=UTC), letter.text),),
        variables={"number": "T-1", "status_url": "https://x.example", "agent": "Mia", "desk": "D"},
        date=datetime(2026, 1, 2, tzinfo=UTC),
    )  # fmt: skip
    if letter.sender.address != "a@example.org":  # half an address gets no letter at all
        with pytest.raises(Permanent):
            write(task)
        return
    answer = BytesParser().parsebytes(write(task).raw)
    assert not {"Bcc", "X-End", "X-Evil"} & set(answer.keys())
    assert len(answer.keys()) == len(set(answer.keys()))
    assert [part.get_content_type() for part in answer.walk()][:2] == ["multipart/mixed", "multipart/alternative"]
