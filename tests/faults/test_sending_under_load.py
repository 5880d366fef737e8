"""Killed anywhere between rendering and the relay's 250, under load: once at least, twice no more often than killed."""

from collections import Counter
from pathlib import Path

import pytest

from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.processes import eventually, gateway
from tests.support.world import World

POINTS = (
    "follow.after_claim", "follow.after_taking", "follow.before_commit", "follow.after_commit",
    "send.after_claim", "send.before_relay", "send.announced", "send.after_mark", "send.after_250",
)  # fmt: skip


def _killed(world: World, fresh: Fresh, folder: Path, kills: list[str], people: int) -> None:
    with gateway(fresh, folder, relay_url=world.relay.url, MAILGATE_REQUESTS_PER_SENDER="0") as gate:
        gate.start("smtp")
        for number in range(people):
            sender = f"person{number}@lusitel.example"
            assert gate.send(mail(sender=sender, subject=f"From {number}"), sender=sender)
        gate.start("clock")
        died = 0
        for place in kills:
            gate.start("worker-1", failpoints=place)
            eventually(lambda: gate.has_died("worker-1") or _all_sent(world, people), within=120)
            if gate.has_died("worker-1"):
                died += 1
            else:
                gate.stop("worker-1")
            if "worker-2" not in gate.running:
                gate.start("worker-2")
        gate.start("worker-1")
        eventually(lambda: _all_sent(world, people), within=120)
    assert died > 0
    letters = [(taken.recipient, str(taken.mail["To"]), str(taken.mail["Message-ID"])) for taken in world.relay.taken]
    assert all(recipient in to for recipient, to, _ in letters), "never to another recipient"
    times = Counter(recipient for recipient, _, _ in letters)
    assert len(times) == people
    assert sum(times.values()) - people <= died
    assert len({message_id for _, _, message_id in letters}) == people, "a repeated letter keeps its Message-ID"
    assert world.count("SELECT count(*) FROM outbox WHERE state <> 'sent'") == 0
    assert world.count("SELECT count(*) FROM unfollowed_events") == 0
    assert world.reconciles()


def _all_sent(world: World, people: int) -> bool:
    return world.count("SELECT count(*) FROM outbox WHERE state = 'sent'") == people


def test_killed_while_rendering_and_while_sending(world: World, fresh: Fresh, tmp_path: Path) -> None:
    _killed(
        world, fresh, tmp_path, ["follow.before_commit=kill@1", "send.after_250=kill@5", "send.announced=kill@4"], 40
    )


@pytest.mark.slow
def test_killed_at_every_point_again_and_again(world: World, fresh: Fresh, tmp_path: Path) -> None:
    kills = [f"{point}=kill@{nth}" for nth in (1, 7, 2) for point in POINTS]
    _killed(world, fresh, tmp_path, kills, 600)
