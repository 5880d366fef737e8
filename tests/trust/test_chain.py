"""A forwarder that we named may vouch for mail it has changed; others may not."""

import re

import pytest

from mailgate.trust.case import Believed
from tests.support.mails import mail
from tests.support.names import Recorded
from tests.support.signing import DOMAIN, REJECT, judged, known, public_key, sealed

LIST, SECOND = "lists.verein.example", "forward.other.example"
PASS = f"dmarc=pass header.from={DOMAIN}"
NAMED = Believed(sealers=(LIST,))


def names() -> Recorded:
    found = known(REJECT, spf="-all")
    for sealer in (LIST, SECOND, "evil.example"):
        found.answers[f"s1._domainkey.{sealer}", "TXT"] = (public_key(),)
    return found


def from_list(results: str = PASS, by: str = LIST) -> bytes:
    """A mail a list has changed, so that no signature of its author's holds, and sealed."""
    return sealed(mail(subject="[verein] Hello", body="Hello\r\n-- \r\nA footer"), by, results)


def test_a_named_forwarder_is_believed() -> None:
    verdict = judged(from_list(), names(), believed=NAMED, sender=f"bounces@{LIST}")
    assert verdict.result == "pass"
    assert verdict.reasons == (f"{LIST} found it in order, sealed that, and forwarded it (ARC).",)


def test_others_are_not() -> None:
    assert judged(from_list(), names()).result == "fail"
    assert judged(from_list(by="evil.example"), names(), believed=NAMED).result == "fail"


@pytest.mark.parametrize(
    "results", [f"dmarc=fail header.from={DOMAIN}", "dmarc=pass header.from=evil.example", "spf=pass"]
)
def test_it_has_to_say_that_this_author_was_in_order(results: str) -> None:
    assert judged(from_list(results), names(), believed=NAMED).result == "fail"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"A footer", b"Pay now"),
        (b"[verein] Hello", b"Pay now"),
        (b"dmarc=pass", b"dmarc=none"),
        (b"cv=none", b"cv=pass"),
        (b"From: Ana", b"From: Eva"),
        (b"Subject:", b"Subject: Pay now\r\nSubject:"),
        (b"ARC-Seal:", b"X-Seal:"),
    ],
)
def test_a_seal_that_is_broken_proves_nothing(old: bytes, new: bytes) -> None:
    raw = from_list()
    assert old in raw
    assert not judged(raw.replace(old, new, 1), names(), believed=NAMED).is_verified


def two_forwarders() -> bytes:
    return sealed(from_list(), SECOND, f"arc=pass; dmarc=fail header.from={DOMAIN}")


@pytest.mark.parametrize(
    ("sealers", "result"), [((LIST, SECOND), "pass"), ((LIST,), "fail"), ((SECOND,), "fail"), ((), "fail")]
)
def test_the_chain_must_be_of_named_forwarders_from_its_end(sealers: tuple[str, ...], result: str) -> None:
    assert judged(two_forwarders(), names(), believed=Believed(sealers=sealers)).result == result


def test_a_silent_dns_is_no_forgery() -> None:
    asked = names()
    asked.silent.add(f"s1._domainkey.{LIST}")
    assert judged(from_list(), asked, believed=NAMED).result == "none"


def test_a_chain_that_is_too_long_is_left_alone() -> None:
    seal = re.search(rb"ARC-Seal:.*?\r\n(?=\S)", from_list(), re.DOTALL)
    assert seal is not None
    asked = names()
    assert judged(seal[0] * 60 + from_list(), asked, believed=NAMED).result == "fail"
    assert f"s1._domainkey.{LIST}" not in asked.asked


@pytest.mark.parametrize(
    "value", [b"", b"i=1", b"i=999999999999; a=b", b"i=1; =", b"\xff\xfe", b"i=1;i=1;i=1", b"i=-1; x"]
)
@pytest.mark.parametrize("field", [b"ARC-Seal", b"ARC-Message-Signature", b"ARC-Authentication-Results"])
def test_nonsense_is_survived(field: bytes, value: bytes) -> None:
    """What is no part of the chain changes nothing; what breaks it proves nothing."""
    stray = field + b": " + value + b"\r\n"
    whole = judged(stray + from_list(), names(), believed=NAMED)
    assert whole.is_verified is (re.match(rb"i=\d", value) is None)
    assert not judged(stray + b"ARC-Seal: i=1\r\n" + mail(), names(), believed=NAMED).is_verified
