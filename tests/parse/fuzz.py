"""Break mails at random and read them: no exception, no hang. As a program it goes on until stopped, and resumes."""

import argparse
import hashlib
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings

from mailgate.errors import Refused
from mailgate.mail import Letter
from mailgate.parse import read
from tests.parse import built

MAILS = Path(__file__).parents[1] / "mails"
SLOW = 2.0  # seconds
ROUND = 1_000  # mails between two notes of how far it is
_PIECES = (
    b"\n",
    b"\r",
    b"\0",
    b'"',
    b"<",
    b">",
    b"=?",
    b"?=",
    b"=?utf-8?B?",
    b"--",
    b"\n\n",
    b";",
    b"boundary=",
    b"\xff",
    b"\xe4\xb8",
    b"(",
    b"@",
    b":",
    b",",
    b"=",
    b"''",
    b"*0*=",
    b"charset=utf-16",
    b'charset="',
    b"charset=idna",
    b"Content-Type: ",
    b"message/rfc822",
    b"multipart/mixed",
    b"multipart/alternative",
    b"base64",
    b"x-uuencode",
    b"\x1b$B",
    b"<div>",
    b"<blockquote type=cite>",
    b"text/html",
    b"message/delivery-status",
    b"begin 644 x\n",
    b"text/calendar",
    b"BEGIN:VEVENT\n",
    b"application/ms-tnef",
    b"\xed\xa0\x80",
    b"&#55296;",
    b"=ED=A0=80",
    b"\x78\x9f\x3e\x22\x01\0",
    b"\x01\x03\x90\x06\0\xff\xff\0\0\xff\xff\xff\xff",
    b"{\\rtf1\\ansi ",
    b"=ybegin line=128 size=5 name=x\n",
    b"\n=yend size=5\n",
    b"application/pkcs7-mime",
    b"0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x02\xa0\x80",
    b"$\x80\x04\x03abc\0\0",
    b"-----BEGIN PGP MESSAGE-----\n",
    b"-----END PGP MESSAGE-----\n",
)


def samples() -> list[bytes]:
    """The mails the tests keep."""
    return [path.read_bytes() for path in sorted(MAILS.rglob("*.eml"))]


def broken(mail: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """The mail with one to twelve small disasters, half of them near its header."""
    data = bytearray(mail)
    for _ in range(chance.randint(1, 12)):
        if not data:
            break
        place = chance.randrange(min(len(data), 4_000) if chance.random() < 0.5 else len(data))
        fate = chance.random()
        if fate < 0.25:
            data[place] = chance.randrange(256)
        elif fate < 0.45:
            del data[place : place + chance.randint(1, 60)]
        elif fate < 0.75:
            data[place:place] = chance.choice(_PIECES)
        elif fate < 0.95:
            other = chance.choice(others)
            start = chance.randrange(max(1, len(other)))
            data[place:place] = other[start : start + chance.randint(1, 600)]
        else:
            del data[place:]
    return bytes(data)


def check(raw: bytes) -> Letter | None:
    """Read a mail and see that what came out keeps its promises; None when it was refused."""
    start = time.process_time()
    try:
        letter = read(raw)
    except Refused:
        return None
    assert time.process_time() - start < SLOW, "slow"
    assert not [defect for defect in letter.defects if defect.startswith("could not be parsed")], letter.defects
    for text in (letter.subject, letter.text, letter.reply, letter.html or "", *(file.name for file in letter.files)):
        assert "\x00" not in text
        text.encode()  # no lone surrogates
    for one in letter.forwarded:
        f"{one.subject}{one.date}{one.text}{one.reply}".encode()
    ends = [0, *(span.end for span in letter.spans)]
    assert [span.start for span in letter.spans] == ends[:-1], "spans follow each other"
    assert ends[-1] == len(letter.text), "spans cover the text"
    return letter


def main() -> None:
    """Mails built by hypothesis, then mutations of the samples; what is done is kept beside the mails found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=1_000_000, help="mutations")
    options.add_argument("--built", type=int, default=20_000, help="mails built by hypothesis")
    options.add_argument("--state", type=Path, default=Path("fuzz-state"))
    chosen = options.parse_args()
    chosen.state.mkdir(exist_ok=True)
    for done in _rounds(chosen.state / "built", chosen.built):
        _build(done, chosen.state)
    mails = samples()
    for done in _rounds(chosen.state / "mutated", chosen.count):
        for number in range(done, done + ROUND):
            chance = random.Random(number)
            raw = broken(chance.choice(mails), mails, chance)
            _try(raw, chosen.state / f"{number}.eml")


def _rounds(progress: Path, count: int) -> Iterator[int]:
    """The first number of each round that is still to be done."""
    done = int(progress.read_text()) if progress.exists() else 0
    while done < count:
        yield done
        done += ROUND
        progress.write_text(str(done))
        sys.stdout.write(f"{progress.name}: {done} of {count}\n")
        sys.stdout.flush()


def _build(number: int, state: Path) -> None:
    @seed(number)
    @settings(max_examples=ROUND, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(built.MAILS)
    def build(raw: bytes) -> None:
        _try(raw, state / f"built-{hashlib.sha256(raw).hexdigest()[:12]}.eml")

    build()


def _try(raw: bytes, path: Path) -> None:
    try:
        check(raw)
    except Exception as error:  # noqa: BLE001 - whatever it is, it was found
        path.write_bytes(raw)
        sys.stdout.write(f"{path.name}: {type(error).__name__}: {error}\n")


if __name__ == "__main__":
    main()
