"""Row 13. Our automatic answers carry nobody else's words, and there are never many of them."""

from __future__ import annotations

from tests.support.mails import mail
from tests.support.world import World


def test_a_thousand_forged_senders_stay_within_the_breaker(world: World) -> None:
    world.shop.ack_per_hour = 20
    for number in range(60):
        world.deliver(mail(sender=f"victim{number}@elsewhere.example", subject="BUY NOW http://spam.example"))
    world.work()
    assert len(world.relay.taken) == 20
    assert world.count("SELECT count(*) FROM outbox WHERE state = 'held' AND held_for = 'breaker'") == 40
    assert not any(b"BUY NOW" in letter.raw or b"spam.example" in letter.raw for letter in world.relay.taken)


def test_one_forged_sender_is_answered_a_few_times_and_every_silence_has_its_reason(world: World) -> None:
    for number in range(9):
        world.deliver(mail(sender="victim@elsewhere.example", subject=f"BUY NOW {number}"))
    world.work()
    assert len(world.relay.to("victim@elsewhere.example")) == world.shop.ack_per_sender == 5
    assert world.count("SELECT count(*) FROM events WHERE kind = 'not_acknowledged'") == 4
