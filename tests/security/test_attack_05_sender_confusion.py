"""THREATS row 5: an address that two programs read differently speaks for nobody (CVE-2023-27043)."""

import pytest

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
