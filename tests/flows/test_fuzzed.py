"""Broken mails go through the whole gateway: each has one outcome. `make fuzz` sends 10,000."""

import os
import random

from mailgate.errors import Refused
from mailgate.parse import read
from tests.parse.fuzz import broken, samples
from tests.support.world import World

MAILS = int(os.environ.get("FUZZED_MAILS", "150"))
BATCH = 50


def test_kept_is_the_sum_of_outcomes_whatever_comes_in(world: World) -> None:
    mails = samples()
    unreadable = 0
    for number in range(MAILS):
        chance = random.Random(f"gateway {number}")
        raw = broken(chance.choice(mails), mails, chance)
        unreadable += _is_refused(raw)
        world.deliver(raw, sender=chance.choice(["", f"person{number % 500}@lusitel.example"]))
        if number % BATCH == BATCH - 1:
            world.work()
    world.work()
    assert world.count("SELECT count(*) FROM kept_mail") == MAILS
    assert world.count("SELECT count(*) FROM kept_mail WHERE outcome IS NULL") == 0
    assert world.count("SELECT count(*) FROM kept_mail WHERE outcome = 'quarantined'") == unreadable
    assert world.reconciles()


def _is_refused(raw: bytes) -> bool:
    try:
        read(raw)
    except Refused:
        return True
    return False
