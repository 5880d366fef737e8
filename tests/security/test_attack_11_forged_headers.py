"""THREATS row 11: what a sender writes about his own mail counts for nothing (RT CVE-2023-41259)."""

import pytest

from mailgate.trust.case import Believed
from mailgate.trust.checker import Checker
from tests.support.mails import mail
from tests.support.signing import REJECT, known
from tests.support.world import World

OURS = "mx.nordlicht.example"
PASS = (
    "dmarc=pass header.from=lusitel.example; dkim=pass header.d=lusitel.example; spf=pass smtp.mailfrom=lusitel.example"
)
FORGED = {
    "somebody's results": (("Authentication-Results", f"mx.evil.example; {PASS}"),),
    "our relay's results": (("Authentication-Results", f"{OURS}; {PASS}"),),
    "our relay's results, folded": (("Authentication-Results", f"\r\n {OURS};\r\n {PASS}"),),
    "our relay's results twice": (("Authentication-Results", f"{OURS}; {PASS}"),) * 2,
    "original results": (("X-Original-Authentication-Results", f"{OURS}; {PASS}"),),
    "sealed results": (("ARC-Authentication-Results", f"i=1; {OURS}; {PASS}"), ("ARC-Seal", "i=1; cv=none")),
    "received by us": (("Received", f"from mx.lusitel.example ([203.0.114.5]) by {OURS}"), ("Received-SPF", "Pass")),
    "our own marks": (("X-Mailgate-Trust", "pass"), ("X-Trust", "pass"), ("X-Mailgate-Ticket", "1")),
    "a clean bill": (("X-Spam-Status", "No"), ("X-MS-Exchange-Organization-AuthAs", "Internal")),
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)
def test_a_stranger_is_not_believed(world: World, headers: tuple[tuple[str, str], ...]) -> None:
    """The one who reaches our SMTP door himself; our relay is named, and is not he."""
    world.shop.trust = Checker(known(REJECT, spf="-all"), Believed(results=(OURS,)))
    kept_id = world.deliver(mail(headers=headers), peer="200.1.1.1")
    world.work()
    assert world.kept(kept_id).trust == "fail"


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)
def test_nor_is_he_through_our_relay_which_writes_on_top(world: World, headers: tuple[tuple[str, str], ...]) -> None:
    world.shop.trust = Checker(known(REJECT), Believed(results=(OURS,)))
    found = f"Authentication-Results: {OURS}; dmarc=fail (p=reject) header.from=lusitel.example\r\n".encode()
    assert world.receive(found + mail(headers=headers)).trust == "fail"


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)
def test_nor_when_no_relay_is_named(world: World, headers: tuple[tuple[str, str], ...]) -> None:
    world.shop.trust = Checker(known(REJECT))
    assert world.receive(mail(headers=headers)).trust == "none"
