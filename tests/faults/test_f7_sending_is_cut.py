"""F7: the Message-ID is fixed before sending. Killed between the relay's 250 and our mark, one letter comes twice."""

from pathlib import Path

from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.processes import eventually, gateway
from tests.support.world import World


def test_f7_a_crash_between_250_and_our_mark_repeats_one_letter_with_the_same_id(
    world: World, fresh: Fresh, tmp_path: Path
) -> None:
    with gateway(fresh, tmp_path, relay_url=world.relay.url) as gate:
        gate.start("smtp")
        for number in range(10):
            assert gate.send(mail(sender=f"person{number}@lusitel.example"))
        gate.start("clock")
        gate.start("worker-1", failpoints="send.after_250=kill@4")
        eventually(lambda: gate.has_died("worker-1"))
        gate.start("worker-1")
        eventually(lambda: world.count("SELECT count(*) FROM outbox WHERE state = 'sent'") == 10)
    ids = [str(letter.mail["Message-ID"]) for letter in world.relay.taken]
    assert len(set(ids)) == 10
    assert len(ids) == 11
    assert world.reconciles()
