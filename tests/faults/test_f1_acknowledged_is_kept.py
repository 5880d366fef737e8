"""F1: 250 only after the commit. Killed at every step of accepting, each acknowledged mail is there once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.processes import eventually, gateway
from tests.support.world import World


@pytest.mark.parametrize("step", ["accept.before_commit", "accept.after_commit"])
def test_f1_killed_while_accepting_nothing_acknowledged_is_lost(
    world: World, fresh: Fresh, tmp_path: Path, step: str
) -> None:
    mails = {f"f1-{number}@lusitel.example": mail(message_id=f"f1-{number}@lusitel.example") for number in range(30)}
    with gateway(fresh, tmp_path) as gate, ThreadPoolExecutor(4) as clients:
        gate.start("smtp", failpoints=f"{step}=kill@5")
        acknowledged = dict(zip(mails, clients.map(gate.send, mails.values()), strict=True))
        eventually(lambda: gate.has_died("smtp"), within=10)
        assert not all(acknowledged.values())
        gate.start("smtp")
        for message_id, raw in mails.items():
            if not acknowledged[message_id]:
                assert gate.send(raw)
        gate.start("worker-1", "clock")
        eventually(lambda: world.count("SELECT count(*) FROM kept_mail WHERE state = 'waiting'") == 0)
    assert world.count("SELECT count(*) FROM tickets") == len(mails)
    assert world.count("SELECT count(DISTINCT message_id) FROM messages WHERE direction = 'in'") == len(mails)
    assert world.reconciles()
