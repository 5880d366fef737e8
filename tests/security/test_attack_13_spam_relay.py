"""Row 13. Our automatic answers carry nobody else's words, and there are never many of them."""

from __future__ import annotations

import pytest

from tests.support.mails import mail
from tests.support.world import World


@pytest.mark.parametrize("senders", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_thousand_forged_senders_stay_within_the_breaker(world: World, senders: int) -> None:
    world.shop.ack_per_hour = 20
    raw = mail(sender="SENDER@elsewhere.example", subject="BUY NOW http://spam.example", message_id="SENDER@x.example")
    forged = [(f"victim{number}@elsewhere.example", b"victim%d" % number) for number in range(senders)]
    mails = [world.incoming(raw.replace(b"SENDER", name), sender=sender) for sender, name in forged]
    world.keeper.keep(mails).result(60)
    world.work()
    assert len(world.relay.taken) == 20
    assert world.count("SELECT count(*) FROM outbox WHERE state = 'held' AND held_for = 'breaker'") == senders - 20
    assert not any(b"BUY NOW" in letter.raw or b"spam.example" in letter.raw for letter in world.relay.taken)


def test_one_forged_sender_is_answered_a_few_times_and_every_silence_has_its_reason(world: World) -> None:
    for number in range(9):
        world.deliver(mail(sender="victim@elsewhere.example", subject=f"BUY NOW {number}"))
    world.work()
    assert len(world.relay.to("victim@elsewhere.example")) == world.shop.ack_per_sender == 5
    assert world.count("SELECT count(*) FROM events WHERE kind = 'not_acknowledged'") == 4
