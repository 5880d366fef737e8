"""Several workers at once: one thread is one ticket, four first mails of one sender are four tickets."""

from pathlib import Path

import pytest

from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.processes import eventually, gateway
from tests.support.world import World

WORKERS = ("worker-1", "worker-2", "worker-3", "worker-4")


@pytest.mark.parametrize("rounds", [25, pytest.param(200, marks=pytest.mark.slow)])
def test_four_workers_make_one_ticket_of_each_thread_and_never_merge_first_mails(
    world: World, fresh: Fresh, tmp_path: Path, rounds: int
) -> None:
    expected = 0
    for number in range(rounds):
        root = f"root{number}@lusitel.example"
        first = mail(message_id=root, sender=f"p{number}@lusitel.example")
        follow_ups = [
            mail(sender=f"p{number}@lusitel.example", headers=(("References", f"<{root}>"),), body=f"More {part}")
            for part in range(3)
        ]
        for raw in (follow_ups[0], first, *follow_ups[1:], first, follow_ups[1]):
            world.deliver(raw)
        for part in range(4):
            world.deliver(mail(sender=f"new{number}@lusitel.example", subject=f"First {part}"))
        expected += 5
    total = world.count("SELECT count(*) FROM kept_mail")
    with gateway(fresh, tmp_path) as gate:
        gate.start(*WORKERS, "clock")
        eventually(lambda: world.count("SELECT count(*) FROM kept_mail WHERE state <> 'waiting'") == total, within=600)
    assert world.count("SELECT count(*) FROM tickets") == expected
    assert world.count("SELECT count(*) FROM kept_mail WHERE outcome = 'duplicate'") == 2 * rounds
    assert world.count("SELECT count(*) FROM people") == 2 * rounds
    assert world.reconciles()
