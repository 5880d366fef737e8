"""THREATS row 9: our own Message-ID in In-Reply-To does not make an agent of whoever knows it (CVE-2026-47123)."""

import pytest

from mailgate.trust.case import Believed
from mailgate.trust.checker import Checker
from tests.support.mails import mail
from tests.support.names import Recorded
from tests.support.signing import REJECT, known, signed
from tests.support.world import World

ANA, MARA, HOUSE = "ana@lusitel.example", "mara@nordlicht.example", "nordlicht.example"
BODY = "Pay to this account."


def _names() -> Recorded:
    names = known(REJECT, domain=HOUSE, spf="-all")
    names.answers |= known(REJECT, domain="evil.example", spf="ip4:200.1.1.1 -all").answers
    return names


def _reply(to: str, *headers: tuple[str, str]) -> bytes:
    return mail(sender=f"Mara Koch <{MARA}>", body=BODY, headers=(("In-Reply-To", f"<{to}>"), *headers))


FORGED = {
    "unsigned": _reply,
    "signed by another domain": lambda to: signed(_reply(to), "evil.example"),
    "signed, and changed": lambda to: signed(_reply(to)[:-3], HOUSE) + b"!\r\n",
    "signed for a part": lambda to: signed(_reply(to), HOUSE, length=True) + b"And quickly.\r\n",
    "another subject on top": lambda to: b"Subject: Pay\r\n" + signed(_reply(to), HOUSE),
    "says that it was checked": lambda to: _reply(
        to, ("Authentication-Results", f"mx.{HOUSE}; dmarc=pass header.from={HOUSE}"), ("Received-SPF", "pass")
    ),
}


@pytest.mark.parametrize("peer", ["200.1.1.1", "127.0.0.1"])
@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_an_agents_name_and_our_message_id_are_not_enough(world: World, forge: object, peer: str) -> None:
    assert callable(forge)
    believed = Believed(results=(f"mx.{HOUSE}",)) if peer != "127.0.0.1" else None
    world.shop.trust = Checker(_names(), believed)
    ticket = world.ticket(world.receive(mail()).ticket_id)
    (acknowledged,) = world.relay.to(ANA)
    ours = acknowledged.mail["Message-ID"].strip("<>")
    row = world.kept(world.deliver(forge(ours), sender="x@evil.example", peer=peer))
    world.work()
    row = world.kept(row.id)
    assert row.state == "held"
    assert row.cause in {"forged-sender", "unauthenticated-agent"}
    assert len(world.relay.to(ANA)) == 1
    assert world.ticket(ticket.id).status == "new"


@pytest.mark.parametrize("wrong", ["t1.x.aaaaaaaaaaaaaaaa@nordlicht.example", "{}a", "x{}"])
def test_a_message_id_with_a_wrong_mark_leads_nowhere(world: World, wrong: str) -> None:
    world.shop.trust = Checker(_names())
    ticket = world.ticket(world.receive(mail()).ticket_id)
    ours = world.relay.to(ANA)[0].mail["Message-ID"].strip("<>")
    local, _, domain = ours.partition("@")
    cited = wrong.format(local) + ("" if "@" in wrong else f"@{domain}")
    row = world.receive(signed(_reply(cited), HOUSE), sender=MARA)
    assert (row.outcome, row.trust) == ("opened", "pass")
    assert row.ticket_id != ticket.id


def test_a_signature_of_the_house_is_enough(world: World) -> None:
    world.shop.trust = Checker(_names())
    world.receive(mail())
    ours = world.relay.to(ANA)[0].mail["Message-ID"].strip("<>")
    row = world.receive(signed(_reply(ours), HOUSE), sender=MARA)
    assert (row.outcome, row.trust) == ("appended", "pass")
    assert BODY in world.relay.to(ANA)[-1].text
