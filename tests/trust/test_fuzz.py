"""Whatever stands in a mail or its envelope, a verdict comes of it; and making a library stumble is no way out."""

import random

import pytest

from mailgate import parse
from mailgate.trust.case import Believed
from tests.support.mails import mail
from tests.support.signing import DOMAIN, REJECT, judged, known, public_key, sealed, signed

LIST = "lists.verein.example"
ELSEWHERE = "200.1.1.1"
PIECES = [
    *(
        b"",
        b"\0",
        b"\r",
        b"\n",
        b"\r\n",
        b" ",
        b"\t",
        b";",
        b"=",
        b":",
        b"@",
        b'"',
        b"(",
        b"\xff",
        b"\xc3\xa9",
        b"i=1;",
    ),
    *(b"b=", b"bh=", b"h=", b"l=5", b"x=1", b"s=", b"d=", b"c=relaxed", b"a=rsa-sha1", b"\r\n ", b"From:", b"%{i}"),
]


@pytest.mark.parametrize("seed", range(8))
def test_broken_mails_are_judged(seed: int) -> None:
    chance = random.Random(seed)
    names = known(REJECT, spf="-all")
    names.answers[f"s1._domainkey.{LIST}", "TXT"] = (public_key(),)
    whole = sealed(signed(mail()), LIST, f"dmarc=fail header.from={DOMAIN}")
    for _ in range(60):
        raw = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(raw))
            raw[place : place + chance.choice((0, 0, 1, 3, 40))] = chance.choice(PIECES)
        verdict = judged(bytes(raw), names, peer=ELSEWHERE, believed=Believed(sealers=(LIST,)))  # not behind a door
        assert verdict.reasons, bytes(raw)
        assert not any("could not be checked" in reason and "DNS" not in reason for reason in verdict.reasons)


@pytest.mark.parametrize("piece", PIECES)
def test_a_broken_envelope_is_judged(piece: bytes) -> None:
    text = piece.decode("utf-8", "replace")
    names = known(REJECT, spf="include:%{l}.%{h}.example exists:%{i}._.%{d} -all")
    for sender in (f"{text}@{DOMAIN}", f"a{text}b@{DOMAIN}", f"{text}", f"@{text}{DOMAIN}", f"a@{text}@{DOMAIN}"):
        verdict = judged(mail(), names, peer=ELSEWHERE, sender=sender, helo=text)
        assert verdict.result == "fail"


STUMBLING = {
    "a line that goes on nothing": b" x\r\n",
    "a field without a name": b": x\r\n",
    "no field at all": b"x\r\n",
    "bytes that are no text": b"\xff\xfe: x\r\n",
    "a signature without anything": b"DKIM-Signature:\r\n",
    "a signature of nothing": b"DKIM-Signature: v=1; d=lusitel.example; s=s1; h=; b=; bh=; a=\r\n",
    "a length without end": b"DKIM-Signature: v=1; a=rsa-sha256; d=lusitel.example; s=s1; h=from; b=AAAA; bh=AAAA; x="
    + b"9" * 5000
    + b"\r\n",
}


@pytest.mark.parametrize("added", STUMBLING.values(), ids=STUMBLING)
def test_who_makes_a_library_stumble_is_still_forged(added: bytes) -> None:
    body = mail()
    for raw in (added + body, body.replace(b"To:", added + b"To:", 1)):
        names_nobody = parse.read(raw).sender is None  # the head may end before From; then nobody is impersonated
        verdict = judged(raw, known(REJECT, spf="-all"), peer=ELSEWHERE)
        assert verdict.result == "fail" or (names_nobody and verdict.result == "none"), raw


@pytest.mark.parametrize(
    "record", ["v=spf1 " + "a " * 3000, "v=spf1 ip4:é -all", "v=spf1 %{x} -all", "v=spf1 a:%{", "v=spf1 \0"]
)
def test_a_broken_record_vouches_for_nobody(record: str) -> None:
    names = known(REJECT)
    names.answers[DOMAIN, "TXT"] = (record,)
    assert judged(mail(), names, peer=ELSEWHERE).result == "fail"
