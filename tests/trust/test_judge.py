"""From is read strictly: what two readers could read in two ways never passes, and cannot be used to escape either."""

import pytest

from mailgate.mail import Verdict
from tests.support.mails import mail
from tests.support.names import Recorded
from tests.support.signing import CLIENT, DOMAIN, REJECT, WATCH, judged, known, signed

PLAIN = [
    f"ana@{DOMAIN}",
    f"<ana@{DOMAIN}>",
    f"Ana Ferreira <ana@{DOMAIN}>",
    f'"Ferreira, Ana" <ana@{DOMAIN}>',
    f'"bank@evil.example" <ana@{DOMAIN}>',
    f"=?utf-8?q?Ana_=C3=89?= <ana@{DOMAIN}>",
    f"Ana J. Ferreira\r\n <Ana@{DOMAIN}>",
    f"ana@{DOMAIN} (Ana)",
]
ODD = [
    f"ana@{DOMAIN}, eva@evil.example",
    f"eva@evil.example, ana@{DOMAIN}",
    f"ana@{DOMAIN})eva@evil.example",
    f"<ana@{DOMAIN}> <eva@evil.example>",
    f"ana@{DOMAIN} <eva@evil.example>",
    f"eva@evil.example <ana@{DOMAIN}>",
    f"ana@{DOMAIN}:eva@evil.example;",
    f'"ana"@{DOMAIN}, <eva@evil.example>',
    f"Team: ana@{DOMAIN}, eva@evil.example;",
    f"ana@{DOMAIN}\r\nFrom: eva@evil.example",
    f"eva@evil.example\r\nFrom: ana@{DOMAIN}",
    f"(ana@{DOMAIN}) eva@evil.example",
    f"=?utf-8?q?ana=40{DOMAIN}=2C?= <eva@evil.example>, ana@{DOMAIN}",
    f"ana@evil.example\0@{DOMAIN}",
    f"ana%evil.example@{DOMAIN}@evil.example",
    f"@evil.example:ana@{DOMAIN}",
]


def both(policy: str) -> Recorded:
    """Two domains with keys and this policy, and a server that may send for both."""
    names = known(policy, spf=f"ip4:{CLIENT} -all")
    names.answers |= known(policy, spf=f"ip4:{CLIENT} -all", domain="evil.example").answers
    return names


@pytest.mark.parametrize("sender", PLAIN)
def test_a_plain_from_can_pass(sender: str) -> None:
    assert judged(mail(sender=sender), both(REJECT)).is_verified


@pytest.mark.parametrize("sender", ODD)
def test_an_odd_from_never_passes(sender: str) -> None:
    """Even signed by both domains, and sent by a server of both (THREATS row 5)."""
    raw = signed(signed(mail(sender=sender)), "evil.example")
    for envelope in (f"ana@{DOMAIN}", "eva@evil.example"):
        assert not judged(raw, both(REJECT), sender=envelope).is_verified


@pytest.mark.parametrize("sender", [odd for odd in ODD if DOMAIN in odd.split("@", 1)[1] or "," in odd])
def test_an_odd_from_is_no_way_past_a_policy(sender: str) -> None:
    names = both(REJECT)
    assert judged(mail(sender=sender), names, sender="eva@evil.example").result == "fail"
    assert judged(mail(sender=sender), both(WATCH), sender="eva@evil.example").result == "none"


def test_a_sender_instead_of_a_from_is_no_way_past_a_policy() -> None:
    raw = mail().replace(b"From:", b"Sender:")
    assert judged(raw, both(REJECT), sender="eva@evil.example").result == "fail"


@pytest.mark.parametrize(
    "line", [b"", b"From:\r\n", b"From: Ana\r\n", b"From: <>\r\n", b"From: ana\r\n", b"From: ana@local\r\n"]
)
def test_nobody_is_nobody(line: bytes) -> None:
    raw = line + mail().partition(b"\r\n")[2]
    verdict = judged(raw, both(REJECT))
    assert verdict == Verdict("none", ("Its sender has no domain that could vouch for it.",))


def test_an_unknown_policy_is_no_policy() -> None:
    names = both(REJECT)
    names.silent.add(f"_dmarc.{DOMAIN}")
    verdict = judged(mail(), names, sender="eva@evil.example")
    assert (verdict.result, "the DNS gave no answer" in verdict.reasons[0]) == ("none", True)


def test_reasons_can_be_kept_and_shown() -> None:
    names = both(REJECT)
    raw = signed(mail()).replace(b"s=s1", b"s=\xff\0\x1b[31m", 1)
    verdict = judged(raw, names, sender=f"eva@evil\0\udcff{'x' * 500}.example")
    assert all(reason.isascii() and reason.isprintable() and len(reason) <= 300 for reason in verdict.reasons)
