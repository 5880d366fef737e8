"""THREATS row 5: an address that two programs read differently speaks for nobody (CVE-2023-27043)."""

import pytest

from mailgate.parse import read
from mailgate.trust.checker import Checker
from tests.support.mails import mail
from tests.support.signing import REJECT, known, signed
from tests.support.world import World

MARA, EVIL = "mara@nordlicht.example", "evil.example"
CONFUSING = [
    f"{MARA})x@{EVIL}",
    f"x@{EVIL}, {MARA}",
    f"{MARA}, x@{EVIL}",
    f"<{MARA}> <x@{EVIL}>",
    f"{MARA} <x@{EVIL}>",
    f"x@{EVIL}\r\nFrom: {MARA}",
    f"{MARA}\r\nFrom: x@{EVIL}",
    f'"{MARA}" <x@{EVIL}>',
    f"({MARA}) x@{EVIL}",
    f"Team: {MARA}, x@{EVIL};",
    f"=?utf-8?q?mara=40nordlicht=2Eexample?= <x@{EVIL}>",
    f"@{EVIL}:{MARA}",
    f"{MARA}\0x@{EVIL}",
    f"{MARA}\rFrom: x@{EVIL}",
]
READ_AS = {
    b"alice@ok.example)bob@evil.example": "evil.example",
    b"alice@ok.example <bob@evil.example>": "evil.example",
    b'"alice@ok.example" <bob@evil.example>': "evil.example",
    b"<alice@ok.example>bob@evil.example": None,
    b"alice@ok.example, bob@evil.example": None,
    b"alice@ok.example\x00@evil.example": None,
    b'"<alice@ok.example>" <bob@evil.example>': "evil.example",
    b"=?utf-8?q?alice=40ok.example=3E?= <bob@evil.example>": "evil.example",
    b"bob@evil.example (alice@ok.example)": "evil.example",
    b"group: alice@ok.example;, bob@evil.example": None,
    b"alice@ok.example@evil.example": None,
}


@pytest.mark.parametrize("sender", CONFUSING)
def test_nobody_speaks_as_an_agent_by_confusion(world: World, sender: str) -> None:
    """The attacker signs with a domain of his own; nothing he writes reaches the customer, nor the agent's place."""
    names = known(REJECT, domain="nordlicht.example")
    names.answers |= known(REJECT, domain=EVIL).answers
    world.shop.trust = Checker(names)
    ticket = world.ticket(world.receive(mail()).ticket_id)
    before = len(world.relay.to("ana@lusitel.example"))
    forged = mail(sender=sender, subject=f"Re: [#{ticket.number}] x", body="Pay to this account.")
    row = world.receive(signed(forged, EVIL), sender=f"x@{EVIL}")
    assert row.ticket_id != ticket.id
    assert len(world.relay.to("ana@lusitel.example")) == before
    assert len(world.thread(ticket.id)) == 2
    assert world.reconciles()


@pytest.mark.parametrize("value", READ_AS)
def test_a_confusing_sender_is_plain_or_marked(value: bytes) -> None:
    letter = read(b"From: " + value + b"\nTo: d@example.org\n\nHello")
    domain = letter.sender.address.rpartition("@")[2] if letter.sender else None
    expected = READ_AS[value]
    if expected is not None:
        assert domain == expected
    else:
        assert letter.sender is None or any(one.startswith("From:") for one in letter.defects) or domain != "ok.example"


def test_more_than_one_from_is_noted() -> None:
    letter = read(b"From: alice@ok.example\nFrom: bob@evil.example\n\nHello")
    assert "From: more than one" in letter.defects


def test_several_senders_in_one_from_are_noted() -> None:
    assert "From: names several senders" in read(b"From: a@ok.example, b@evil.example\n\nHello").defects


def test_a_sender_that_breaks_off_in_the_middle_is_a_defect() -> None:
    letter = read(b"From: alice@ok.example)bob@evil.example\nTo: d@example.org\n\nHello")
    assert any(defect.startswith("From") for defect in letter.defects)
