"""yEnc files come out of the text, with their bytes; damage is a defect and loses nothing."""

import time
import zlib

import pytest

from mailgate.mail import Letter
from mailgate.parse import read

CONTENT = bytes(range(256)) * 3
HEAD = b"From: a@example.org\nContent-Type: text/plain; charset=iso-8859-1\n\n"


def encoded(content: bytes) -> bytes:
    letters = bytearray()
    for value in content:
        shifted = (value + 42) % 256
        letters += b"=" + bytes([(shifted + 64) % 256]) if shifted in b"\0\n\r=" else bytes([shifted])
        if len(letters) - (letters.rfind(b"\n") + 1) >= 128:
            letters += b"\n"
    return bytes(letters).strip(b"\n")


def mail(content: bytes = CONTENT, crc: int | None = None, part: bytes = b"") -> bytes:
    checksum = zlib.crc32(content) if crc is None else crc
    return HEAD + b"See this.\n\n=ybegin %sline=128 size=%d name=a b.bin\n%s\n=yend size=%d crc32=%08x\n\nBye." % (
        part, len(content), encoded(content), len(content), checksum,
    )  # fmt: skip


def told(letter: Letter) -> tuple[list[str], list[tuple[str, bytes]]]:
    return letter.text.split(), [(file.name, file.content) for file in letter.files]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_yenc_file_is_taken_out_of_the_text(line_end: bytes) -> None:
    letter = read(mail().replace(b"\n", line_end))
    assert told(letter) == (["See", "this.", "Bye."], [("a b.bin", CONTENT)])
    assert letter.defects == ()


def test_a_wrong_checksum_or_size_is_a_defect_and_the_bytes_stay() -> None:
    for raw in (mail(crc=1), mail().replace(b"=yend size=768", b"=yend size=7")):
        letter = read(raw)
        assert letter.files[0].content == CONTENT
        assert letter.defects == ("yEnc: a b.bin is damaged",)


def test_one_part_of_several_is_kept_and_said_so() -> None:
    raw = mail(part=b"part=2 total=3 ").replace(b" name=a b.bin\n", b" name=a b.bin\n=ypart begin=769 end=1536\n")
    letter = read(raw)
    assert told(letter) == (["See", "this.", "Bye."], [("a b.bin", CONTENT)])
    assert letter.defects == ("yEnc: a b.bin is part 2 of 3",)


def test_what_has_no_end_or_only_looks_like_it_stays_in_the_text() -> None:
    assert read(mail().partition(b"\n=yend")[0]).files == ()
    letter = read(HEAD + b"=ybegin is what such files begin with\nand\n=yend ends them")
    assert (letter.text.count("="), letter.files) == (2, ())


@pytest.mark.parametrize(
    "body",
    [
        b"=ybegin line=1 size=1 name=x\n" * 60_000,
        b"=ybegin line=1 size=1 name=x\n" + b"=" * 3_000_000 + b"\n=yend size=1\n",
        b"=ybegin line=1 size=1 name=x\n=yend size=" + b"9" * 900_000,
        b"=ybegin line=1 size=1 name=x\n=yend\n" * 20_000,
        b"=ybegin " + b"line=1 size=1 name=" * 100_000,
    ],
)
def test_hostile_yenc_costs_little(body: bytes) -> None:
    start = time.process_time()
    letter = read(HEAD + body)
    assert time.process_time() - start < 5
    assert not [defect for defect in letter.defects if defect.startswith("could not")]
