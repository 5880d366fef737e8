"""What a domain asks of those who get mail in its name, and whom its name covers."""

import pytest

from mailgate.trust.names import NoAnswer
from mailgate.trust.policy import NO_POLICY, Policy, find_policy, is_aligned
from tests.support.names import Recorded


def recorded(**texts: tuple[str, ...]) -> Recorded:
    return Recorded({(f"_dmarc.{name.replace('_', '.')}", "TXT"): found for name, found in texts.items()})


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("v=DMARC1; p=reject", Policy("reject", "my-bank.example")),
        ("v=DMARC1;p=QUARANTINE ; adkim=S; aspf=s", Policy("quarantine", "my-bank.example", True, True)),
        ("V=dmarc1; p=none; rua=mailto:a@b.example,mailto:c@d.example!10m", Policy("none", "my-bank.example")),
        ("v=DMARC1; p=reject; t=y", Policy("quarantine", "my-bank.example")),
        ("v=DMARC1; p=quarantine; pct=0", Policy("none", "my-bank.example")),
        ("v=DMARC1; p=reject; pct=20", Policy("reject", "my-bank.example")),
        ("v=DMARC1; p=banana", Policy("none", "my-bank.example")),
        ("v=DMARC1; ; =; p", Policy("none", "my-bank.example")),
        ("v=DMARC1", Policy("none", "my-bank.example")),
        ("v=DMARC2; p=reject", NO_POLICY),
        ("p=reject; v=DMARC1", NO_POLICY),
        ("", NO_POLICY),
    ],
)
def test_records(text: str, policy: Policy) -> None:
    names = Recorded({("_dmarc.my-bank.example", "TXT"): ("something else", text)})
    assert find_policy("my-bank.example", names.ask) == policy


def test_two_records_are_none() -> None:
    names = recorded(bank_example=("v=DMARC1; p=reject", "v=DMARC1; p=none"))
    assert find_policy("bank.example", names.ask) == NO_POLICY


@pytest.mark.parametrize(
    ("domain", "request_"),
    [("bank.co.uk", "reject"), ("mail.bank.co.uk", "quarantine"), ("a.b.bank.co.uk", "quarantine"), ("co.uk", "none")],
)
def test_a_domain_above_lends_its_policy(domain: str, request_: str) -> None:
    names = recorded(bank_co_uk=("v=DMARC1; p=reject; sp=quarantine",), uk=("v=DMARC1; p=reject",))
    assert find_policy(domain, names.ask).request == request_


def test_no_answer_is_not_taken_for_no_policy() -> None:
    with pytest.raises(NoAnswer):
        find_policy("bank.example", Recorded(silent={"_dmarc.bank.example"}).ask)


@pytest.mark.parametrize(
    ("one", "author", "relaxed"),
    [
        ("bank.example", "bank.example", True),
        ("BANK.example.", "bank.example", True),
        ("mail.bank.example", "bank.example", True),
        ("bank.example", "mail.bank.example", True),
        ("my-bank.example", "bank.example", False),
        ("bank.example.evil.example", "bank.example", False),
        ("other.co.uk", "bank.co.uk", False),
        ("co.uk", "bank.co.uk", False),
        ("you.github.io", "me.github.io", False),
        ("", "bank.example", False),
        ("nbank.example", "bank.example", False),
    ],
)
def test_alignment(one: str, author: str, relaxed: bool) -> None:
    assert is_aligned(one, author, strict=False) is relaxed
    assert is_aligned(one, author, strict=True) is (one.lower().rstrip(".") == author)
