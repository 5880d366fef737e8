"""winmail.dat gives its words, files and mails, also where they are packed twice; damage and bombs cost little."""

import base64
import struct
import time

import pytest

from mailgate.mail import Letter
from mailgate.parse import read
from mailgate.parse.rtf import MAX_RTF, decompress, text_of_rtf

HEAD = b"\x78\x9f\x3e\x22\x01\x00"
MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
SUBJECT, SENDER, ADDRESS, BODY, RTF, HTML, DATA, NAME = 0x37, 0x0C1A, 0x0C1F, 0x1000, 0x1009, 0x1013, 0x3701, 0x3707
# {\rtf1\ansi Hello hello hello.\par}, as Outlook's own algorithm packs it
PACKED = bytes.fromhex("20000000230000004c5a467556a5f5122100092048656c09002068150dc82e0aa27d0f20")


def attribute(name: int, content: bytes, level: int = 1) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(content)) + content + struct.pack("<H", sum(content) % 65536)


def properties(values: dict[int, str | bytes]) -> bytes:
    written = struct.pack("<I", len(values))
    for name, value in values.items():
        kind, data = (0x1F, value.encode("utf-16-le") + b"\0\0") if isinstance(value, str) else (0x102, value)
        written += struct.pack("<HHII", kind, name, 1, len(data)) + data + b"\0" * (-len(data) % 4)
    return written


def winmail(values: dict[int, str | bytes], *files: dict[int, str | bytes]) -> bytes:
    data = HEAD + attribute(0x9003, properties(values))
    for file in files:
        data += attribute(0x9002, b"\0" * 14, 2) + attribute(0x9005, properties(file), 2)
    return data


def plain(rtf: bytes) -> bytes:
    return struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf


def mail(data: bytes) -> Letter:
    raw = b"From: a@example.org\nContent-Type: application/ms-tnef; name=winmail.dat\n"
    start = time.process_time()
    letter = read(raw + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(data))
    assert time.process_time() - start < 5
    assert not [defect for defect in letter.defects if defect.startswith("could not")]
    return letter


def test_text_html_and_files_are_unpacked() -> None:
    letter = mail(winmail({BODY: "Grüße", HTML: b"<p>Gr\xc3\xbc\xc3\x9fe</p>"}, {NAME: "Plan Ä.pdf", DATA: b"%PDF"}))
    assert (letter.text, letter.html) == ("Grüße", "<p>Grüße</p>")
    assert [(file.name, file.type, file.content) for file in letter.files] == [
        ("Plan Ä.pdf", "application/pdf", b"%PDF")
    ]


def test_words_that_stand_in_rtf_alone_are_read() -> None:
    assert decompress(PACKED) == rb"{\rtf1\ansi Hello hello hello.\par}"
    assert mail(winmail({RTF: PACKED})).text == "Hello hello hello."
    assert mail(winmail({BODY: "Words.", RTF: PACKED})).text == "Words."


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2}", "Привет"),
        (rb"{\rtf1{\fonttbl{\f0 Arial;}}{\*\generator x;}One\par two\tab three\line four}", "One\ntwo\tthree\nfour"),
        (rb"{\rtf1 5 \u8364?{\uc0 \u8364}\uc2 \u8364??\{x\}\\}", "5 €€€{x}\\"),
        (rb"{\rtf1 \u-10179?\u-8694? ok \u-10179?}", "\U0001f60a ok \ufffd"),
        (
            rb"{\rtf1\fromhtml1{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 One{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0}",
            "One",
        ),
        (b"{\\rtf1 a\\bin3 {{{b}", "ab"),
        (b"{\\rtf1\\mmathPr x}", ""),
        (b"no rtf", ""),
    ],
)
def test_rtf_is_read_for_its_words(rtf: bytes, text: str) -> None:
    assert text_of_rtf(rtf) == text


def test_a_mail_within_is_a_mail_with_its_files() -> None:
    inner = winmail(
        {SUBJECT: "Zürich", SENDER: "Jörg", ADDRESS: "j@example.org", BODY: "Inner words."},
        {NAME: "b.txt", DATA: b"content"},
    )
    letter = mail(winmail({BODY: "Outer words."}, {NAME: "x", DATA: MESSAGE + inner}))
    assert (letter.text, [(file.name, file.type) for file in letter.files]) == (
        "Outer words.", [("Zürich.eml", "message/rfc822")],
    )  # fmt: skip
    (one,) = letter.forwarded
    assert one.sender is not None
    assert (one.sender.address, one.sender.name, one.subject) == ("j@example.org", "Jörg", "Zürich")
    assert one.text == "Inner words."
    assert [(file.name, file.content) for file in read(letter.files[0].content).files] == [("b.txt", b"content")]


def test_mails_within_mails_end_somewhere() -> None:
    data = winmail({BODY: "Innermost."})
    for _ in range(1_000):
        data = winmail({BODY: "Words."}, {NAME: "x", DATA: MESSAGE + data})
    assert mail(data).text == "Words."
    bomb = plain(b"{\\rtf1 " + b"{\\uc9" * 100_000)
    many: list[dict[int, str | bytes]] = [{DATA: MESSAGE + winmail({RTF: bomb})}] * 20
    assert len(mail(winmail({BODY: "Words."}, *many)).files) == 20


def test_what_was_cut_is_read_as_far_as_it_goes_or_kept() -> None:
    whole = winmail({BODY: "Words."}, {NAME: "a.txt", DATA: b"content"})
    for cut in range(4, len(whole)):
        letter = mail(whole[:cut])
        assert letter.text or letter.files[0].content == whole[:cut]


HUGE = b"\xff\xff\xff\xff"


@pytest.mark.parametrize(
    "data",
    [
        HEAD + attribute(0x9003, HUGE + struct.pack("<HH", 3, 0x1000) + b"abcd"),
        HEAD + attribute(0x9003, HUGE + struct.pack("<HH", 0x1002, 0x1000) + HUGE),
        HEAD + attribute(0x9003, HUGE + struct.pack("<HH", 0x1E, 0x1000) + HUGE + bytes(3_000_000)),
        HEAD + attribute(0x9003, HUGE + struct.pack("<HH", 0x1E, 0x8000) + b"\1" * 20 + HUGE),
        HEAD + attribute(0x9003, HUGE + struct.pack("<HHI", 0x1E, 0x1000, 1) + HUGE),
        HEAD + attribute(0x9004, HUGE),
        HEAD + attribute(1, b"a") * 300_000,
        HEAD + attribute(0x9002, b"") * 15_000,
        HEAD + b"\x01\x03\x90\x06\x00" + HUGE + b"abc",
        HEAD + attribute(0x9007, HUGE) + attribute(0x800C, b"\xe4 words"),
        winmail({RTF: struct.pack("<II4sI", 0, 2**32 - 1, b"LZFu", 0) + b"\xff" + b"\x00\x0f" * 8 + b"\xff" * 900_000}),
        *(
            winmail({RTF: plain(b"{\\rtf1 " + piece * (MAX_RTF // len(piece)))})
            for piece in (b"{", b"}", b"\\", b"\\'", b"\\u1?", b"\\par", b"\\*", b"{\\uc9", b"\\bin9999999 ", b"\\f1")
        ),
    ],
)
def test_hostile_winmail_costs_little(data: bytes) -> None:
    mail(data)
