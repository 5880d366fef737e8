"""F9: a mail that fails or kills its reader is quarantined after three tries; its neighbours are read meanwhile."""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from mailgate import clock, failpoints, jobs
from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.processes import eventually, gateway
from tests.support.world import World

READ = "SELECT count(*) FROM kept_mail WHERE outcome = 'opened'"


def test_f9_a_mail_that_kills_its_reader_is_quarantined_and_its_neighbours_are_read(
    world: World, fresh: Fresh, tmp_path: Path
) -> None:
    poison = world.deliver(mail(subject="poison"))
    for number in range(30):
        world.deliver(mail(sender=f"person{number}@lusitel.example"))
    armed = "read.one?poison=kill"
    with gateway(fresh, tmp_path) as gate:
        gate.start("clock")
        gate.start("worker-1", failpoints=armed)

        def is_over() -> bool:
            if gate.has_died("worker-1"):
                gate.start("worker-1", failpoints=armed)
            return world.kept(poison).state == "quarantined" and world.count(READ) == 30

        eventually(is_over, within=60)
    assert world.kept(poison).tries == 3
    assert world.count("SELECT count(*) FROM kept_mail WHERE state = 'quarantined'") == 1
    assert world.reconciles()


def test_f9_one_bad_mail_among_many_delays_none_and_is_tried_three_times(world: World) -> None:
    bad = world.deliver(mail(subject="poison"))
    for number in range(100):
        world.deliver(mail(sender=f"person{number}@lusitel.example"))
    failpoints.arm("read.one?poison=raise")
    start = clock.now()
    try:
        while world.count(READ) < 100:
            before = world.count(READ)
            jobs.read_mail()
            assert world.count(READ) > before
        assert world.kept(bad).state == "waiting"
        for tries in range(1, 4):
            assert world.kept(bad).tries == tries
            later = start + timedelta(minutes=tries)
            clock.follow(partial(_same, later))
            jobs.read_mail()
    finally:
        clock.follow(None)
        failpoints.arm("")
    kept = world.kept(bad)
    assert (kept.state, kept.outcome) == ("quarantined", "quarantined")
    assert "Failpoint" in (kept.last_error or "")
    assert world.reconciles()


def test_f9_what_was_quarantined_can_be_read_again_after_a_fix(world: World) -> None:
    test_f9_one_bad_mail_among_many_delays_none_and_is_tried_three_times(world)
    from mailgate.store.kept import put_back

    bad = world.count("SELECT id FROM kept_mail WHERE state = 'quarantined'")
    with world.database.desk(1) as session:
        assert put_back(session, [bad]) == [bad]
    world.work()
    assert world.kept(bad).outcome == "opened"
    assert world.reconciles()


def _same(moment: datetime) -> datetime:
    return moment
