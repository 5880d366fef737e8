"""What leaves a domain that has a key is signed, so that others can tell it from a forged letter."""

import random

import dkim
import pytest
from dkim.canonicalization import Relaxed

from mailgate import clock
from mailgate.compose.sign import relaxed
from mailgate.mail import Verdict
from mailgate.office.dkim import make_dkim_key, zone_line
from mailgate.store.agents import agent_by_email
from mailgate.store.dkim import DkimKey
from mailgate.store.office import mailbox_by_address
from mailgate.store.tickets import by_id
from mailgate.tickets.answer import answer
from mailgate.tickets.history import Actor
from tests.support.mails import mail
from tests.support.names import Recorded
from tests.support.signing import judged
from tests.support.world import DESK, World

ANA = "ana@lusitel.example"


def _key(world: World) -> DkimKey:
    with world.database.desk(1) as session:
        mailbox = mailbox_by_address(session, DESK)
        assert mailbox is not None
        return make_dkim_key(session, world.shop.seal, mailbox, clock.now())


def _judged(raw: bytes, key: DkimKey) -> Verdict:
    names = Recorded({(key.name, "TXT"): (key.record,), ("_dmarc.nordlicht.example", "TXT"): ("v=DMARC1; p=reject",)})
    return judged(raw, names, peer="127.0.0.1", sender="")


def test_every_letter_of_the_domain_is_signed(world: World) -> None:
    key = _key(world)
    ticket_id = world.receive(mail()).ticket_id
    with world.database.desk(1) as session:
        mara, ticket = agent_by_email(session, "mara@nordlicht.example"), by_id(session, ticket_id or 0, lock=True)
        mailbox = mailbox_by_address(session, DESK)
        assert mara is not None
        assert ticket is not None
        assert mailbox is not None
        by = Actor("agent", "Mara Koch", agent_id=mara.id)
        answer(session, ticket, mailbox, "Grüße – " + "long " * 400, by, clock.now(), world.shop.marks, channel="web")
    world.work()
    letters = [letter.raw for letter in world.relay.to(ANA)]
    assert len(letters) == 2
    assert [_judged(raw, key) for raw in letters] == [Verdict("pass", ("Signed by nordlicht.example (DKIM).",))] * 2


@pytest.mark.parametrize(
    "added",
    [b"Subject: Pay\r\n", b"Reply-To: x@evil.example\r\n", b"Cc: x@evil.example\r\n", b"From: x@evil.example\r\n"],
)
def test_nothing_can_be_put_on_top(world: World, added: bytes) -> None:
    """Also by those who check less than we do: each field is signed once more than it stands there."""
    key = _key(world)
    world.receive(mail())
    (letter,) = world.relay.to(ANA)

    def published(name: bytes, timeout: int) -> bytes:
        return key.record.encode()

    assert dkim.verify(letter.raw, dnsfunc=published)
    assert not dkim.verify(added + letter.raw, dnsfunc=published)


def test_without_a_key_nothing_is_signed(world: World) -> None:
    world.receive(mail())
    assert b"DKIM-Signature" not in world.relay.to(ANA)[0].raw


def test_the_key_is_sealed_and_its_record_fits_the_dns(world: World) -> None:
    key = _key(world)
    assert b"PRIVATE" not in key.secret
    assert world.shop.seal.open(key.secret).startswith("-----BEGIN RSA PRIVATE KEY-----")
    line = zone_line(key)
    strings = line.partition("(")[2].rstrip(")").split('" "')
    assert line.startswith(f"mailgate-{key.selector[-8:]}._domainkey.nordlicht.example. IN TXT (")
    assert all(len(string.strip('"')) <= 255 for string in strings)
    assert "".join(string.strip('"') for string in strings) == key.record


def test_a_body_is_put_in_order_as_the_library_does_it() -> None:
    dice = random.Random(6376)
    pieces = (b" ", b"\t", b"words", b"\r\n", b"=20", b"-- \r\n", b"  ", b"\r\n\r\n", b".")
    for _ in range(2000):
        body = b"".join(dice.choices(pieces, k=dice.randint(0, 12))) + b"\r\n"
        assert relaxed(body) == Relaxed.canonicalize_body(body)
    assert relaxed(b"") == b""
    assert relaxed(b"cut short \t") == b"cut short\r\n", "as it arrives: whoever hands it over ends the line"
