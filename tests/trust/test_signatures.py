"""A signature of the sender's domain proves who wrote, as long as it covers everything that is read."""

import re
from time import monotonic

import pytest

from mailgate.mail import Verdict
from tests.support.mails import mail
from tests.support.signing import DOMAIN, REJECT, SIGNED, WATCH, elliptic, judged, known, signed

ELSEWHERE = "200.1.1.1"  # no server of the sender's
NO_SERVERS = "-all"


def judged_by_signature(raw: bytes, policy: str | None = REJECT) -> Verdict:
    """The sender's domain names no servers: its signature alone counts."""
    return judged(raw, known(policy, spf=NO_SERVERS), peer=ELSEWHERE)


@pytest.mark.parametrize("form", ["relaxed/relaxed", "relaxed/simple", "simple/relaxed", "simple/simple"])
@pytest.mark.parametrize("policy", [REJECT, WATCH, None])
def test_a_signature_of_the_senders_domain_passes(form: str, policy: str | None) -> None:
    verdict = judged_by_signature(signed(mail(), form=form), policy)
    assert verdict == Verdict("pass", ("Signed by lusitel.example (DKIM).",))


def test_an_elliptic_signature_passes() -> None:
    private, record = elliptic()
    names = known(REJECT)
    names.answers[f"s1._domainkey.{DOMAIN}", "TXT"] = (record,)
    assert judged(signed(mail(), algorithm="ed25519-sha256", with_key=private), names).is_verified


def test_mail_whose_lines_end_as_on_unix_passes() -> None:
    """As it comes through a pipe."""
    assert judged(signed(mail()).replace(b"\r\n", b"\n"), known(REJECT), door="pipe").is_verified


def test_any_of_several_signatures_will_do() -> None:
    broken = signed(mail()).replace(b"bh=", b"bh=AAAA", 1)
    stranger = signed(signed(mail()), "sender-service.example")
    assert judged_by_signature(stranger).is_verified
    own = signed(mail())
    signature = re.match(rb"DKIM-Signature:.*?\r\n(?=\S)", broken, re.DOTALL)
    assert signature is not None
    assert judged_by_signature(signature[0] + own).is_verified


TAMPERED = {
    "body": (b"cannot sign in", b"want my money", "the body was changed"),
    "subject": (b"after reset", b"at all", "it does not hold"),
    "from": (b"Ana Ferreira", b"Ana F. Ferreira", "it does not hold"),
    "to": (b"To: help@", b"To: other@", "it does not hold"),
    "signed domain": (b"d=lusitel.example", b"d=nordlicht.example", "It bears no signature"),
    "selector": (b"s=s1", b"s=s2", "its key is not published"),
    "body hash": (b"bh=", b"bh=A", "it does not hold"),
    "no hash": (b"bh=", b"xh=", "it does not hold"),
}


@pytest.mark.parametrize(("old", "new", "why"), TAMPERED.values(), ids=TAMPERED)
def test_what_was_changed_fails(old: bytes, new: bytes, why: str) -> None:
    raw = signed(mail())
    assert old in raw
    verdict = judged_by_signature(raw.replace(old, new, 1))
    assert verdict.result == "fail"
    assert why in verdict.reasons[0]


OPEN = {
    "a second Subject on top": b"Subject: Please pay at once\r\n",
    "a second From on top": b"From: boss@lusitel.example\r\n",
    "a second To on top": b"To: other@nordlicht.example\r\n",
    "a second Content-Type on top": b"Content-Type: text/html\r\nContent-Type: text/plain\r\n",
    "a second In-Reply-To on top": b"In-Reply-To: <a@b.example>\r\nIn-Reply-To: <c@d.example>\r\n",
    "a Subject behind a lone return": b"X-Note: a\rSubject: Please pay at once\r\n",
    "a From behind a lone return": b"X-Note: a\rFrom: boss@lusitel.example\r\n",
    "a Subject with a space": b"Subject : Please pay at once\r\n",
}


@pytest.mark.parametrize("added", OPEN.values(), ids=OPEN)
def test_what_was_put_on_top_is_not_covered(added: bytes) -> None:
    """The library takes the lowest field of each name, and readers take the highest."""
    assert not judged_by_signature(added + signed(mail())).is_verified


def test_what_is_appended_behind_a_length_is_not_covered() -> None:
    raw = signed(mail(), length=True) + b"And pay at once.\r\n"
    verdict = judged_by_signature(raw)
    assert verdict.result == "fail"
    assert "only the beginning of the body" in verdict.reasons[0]


def test_a_signature_with_sha1_does_not_count() -> None:
    verdict = judged_by_signature(signed(mail(), algorithm="rsa-sha1"))
    assert (verdict.result, "SHA-1" in verdict.reasons[0]) == ("fail", True)


def test_a_signature_that_leaves_the_subject_open_does_not_count() -> None:
    verdict = judged_by_signature(signed(mail(), headers=tuple(name for name in SIGNED if name != "subject")))
    assert (verdict.result, "does not cover Subject" in verdict.reasons[0]) == ("fail", True)


# 768 bits, made for this test and used nowhere else: what can be broken in an afternoon proves nothing.
WEAK = b"""-----BEGIN RSA PRIVATE KEY-----
MIIByQIBAAJhAMiazP9zvDC4JjPLwdZy8e98BrJtYlTS6FDNZ0StaUnEdJYweZ3A
aXAW7XoGIj0m64bKafrzSReFqHKwVsrNQ7cb6K62jZda20pcxSjMS2ieAQGiCL5W
VoIqnar/hYxRwwIDAQABAmAhNg+uUxja8AHTHW6v9EO9pEjvjVB0Pp6bkgYAxrzh
q5aprsjTpyFNn14dj5pniWO12M36kFlwvwlVxb1jgT7SXKYbGIoibup9xRHke/9G
4GhoUoRVHhuixUgBvYsqUlECMQDk/vFlwQkZAPYf3LDO85hD0iT2o2UbqQF1diIu
xKC8bT9NCnucnlu1gVYls6glV48CMQDgQsTOzmXohF1FHdlj7yILoGRzWj4qycD+
fBeLO6CZy1E8qcAy4pLSTWJY2t+HaI0CMELijBOSbFvXQgxQY3wu/jxg9tbrJq8L
kBeE57sNR32B00lnVG+MeXDsVAMzFFvD1QIwfRkBzBMaid/8X2fNMo/cv/uSzT4T
2657t/nk8EgsyF3ATUSr8DavjByatdIySsipAjA7VXwpG0oCdbjYHIq0rK+Sn6wp
cAIk9I+6bZeLxtqeYOarRvzgLH/7nmK+09q0U/I=
-----END RSA PRIVATE KEY-----"""
WEAK_RECORD = (
    "v=DKIM1; k=rsa; p=MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhAMiazP9zvDC4JjPLwdZy8e98BrJtYlTS6FDNZ0StaUnEdJYweZ3AaXAW7X"
    "oGIj0m64bKafrzSReFqHKwVsrNQ7cb6K62jZda20pcxSjMS2ieAQGiCL5WVoIqnar/hYxRwwIDAQAB"
)


def test_a_weak_key_does_not_count() -> None:
    names = known(REJECT, spf=NO_SERVERS)
    names.answers[f"s1._domainkey.{DOMAIN}", "TXT"] = (WEAK_RECORD,)
    assert judged(signed(mail(), with_key=WEAK), names, peer=ELSEWHERE).result == "fail"


def test_an_expired_signature_does_not_count() -> None:
    raw = signed(mail())
    assert "it has expired" in judged_by_signature(raw.replace(b"; h=", b"; x=1; h=", 1)).reasons[0]


@pytest.mark.parametrize("domain", ["sender-service.example", "lusitel.example.evil.example", "el.example", "example"])
def test_somebody_elses_signature_proves_nothing(domain: str) -> None:
    raw = signed(mail(), domain)
    names = known(REJECT, spf=NO_SERVERS)
    names.answers[f"s1._domainkey.{domain}", "TXT"] = known().answers[f"s1._domainkey.{DOMAIN}", "TXT"]
    assert judged(raw, names, peer=ELSEWHERE).result == "fail"
    assert f"s1._domainkey.{domain}" not in names.asked


@pytest.mark.parametrize(
    ("policy", "result"), [(REJECT, "pass"), (REJECT + "; adkim=s", "fail"), (REJECT + "; aspf=s", "pass")]
)
def test_a_part_of_the_organisation_speaks_for_it_unless_it_is_strict(policy: str, result: str) -> None:
    names = known(policy, spf=NO_SERVERS)
    names.answers[f"s1._domainkey.mail.{DOMAIN}", "TXT"] = names.answers[f"s1._domainkey.{DOMAIN}", "TXT"]
    assert judged(signed(mail(), f"mail.{DOMAIN}"), names, peer=ELSEWHERE).result == result


def test_a_silent_dns_is_no_forgery() -> None:
    names = known(REJECT, spf=NO_SERVERS)
    names.silent.add(f"s1._domainkey.{DOMAIN}")
    verdict = judged(signed(mail()), names, peer=ELSEWHERE)
    assert verdict.result == "none"
    assert "the DNS gave no answer" in verdict.reasons[0]


@pytest.mark.parametrize("record", ["", "v=DKIM1; p=", "nonsense", "v=DKIM1; k=rsa; p=AAAA", "v=DKIM1; p=é"])
def test_a_key_that_is_none_proves_nothing(record: str) -> None:
    names = known(REJECT, spf=NO_SERVERS)
    names.answers[f"s1._domainkey.{DOMAIN}", "TXT"] = (record,)
    assert judged(signed(mail()), names, peer=ELSEWHERE).result == "fail"


BLANKS = {
    "one long line of blanks": b" " * 900_000,
    "blanks and tabs": b"a \t" * 250_000,
    "empty lines": b"\r\n" * 500_000,
    "too many blanks": b" x" * 5_000_000,
}


@pytest.mark.parametrize("body", BLANKS.values(), ids=BLANKS)
def test_a_body_of_blanks_costs_little(body: bytes) -> None:
    """The library's pattern for relaxed bodies needs minutes for the first of these, were it left alone with it."""
    raw = signed(mail()) + body + b"x\r\n"
    start = monotonic()
    assert not judged_by_signature(raw).is_verified
    assert monotonic() - start < 30


def test_a_long_run_of_blanks_still_holds() -> None:
    raw = signed(mail(body="Hello" + " " * 300 + "you, \t \t" + "\t" * 200))
    assert judged_by_signature(raw).is_verified


def test_a_hundred_signatures_cost_no_more_than_a_few() -> None:
    one = signed(mail()).replace(b"bh=", b"bh=AAAA", 1)
    signature = one[: one.index(b"From: ")]
    names = known(REJECT, spf=NO_SERVERS)
    judged(signature * 100 + mail(), names, peer=ELSEWHERE)
    assert names.asked.count(f"s1._domainkey.{DOMAIN}") <= 3
