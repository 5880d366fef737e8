"""F11: when the database goes away in the middle of work, no mail is blamed for it, and none has to wait long."""

import pytest

from mailgate import jobs
from mailgate.errors import Temporary
from tests.support.mails import mail
from tests.support.world import World


def test_f11_an_outage_while_reading_costs_a_mail_no_try(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_id = world.deliver(mail())

    def is_down(*_: object) -> int:
        raise Temporary("The database cannot be reached.")

    for _ in range(5):
        with monkeypatch.context() as down, pytest.raises(Temporary):
            down.setattr(jobs, "file_letters", is_down)
            jobs.read_mail()
    assert world.kept(kept_id).tries == 1
    world.work()
    assert world.kept(kept_id).outcome == "opened"
    assert world.reconciles()


def test_f11_connections_cut_under_load_heal_by_themselves(world: World) -> None:
    for number in range(30):
        world.deliver(mail(sender=f"p{number}@lusitel.example"))
    cut = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE usename = 'mailgate_app' AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    with world.database.crossing(), world.database.crossing(), world.database.crossing():
        pass  # three connections lie in the pool now
    assert _count(world, cut) >= 2
    for _ in range(3):
        try:
            world.work()
            break
        except Temporary:
            continue
    assert world.count("SELECT count(*) FROM tickets") == 30
    assert world.reconciles()


def _count(world: World, question: str) -> int:
    with world.database.crossing() as connection:  # a role may end its own connections
        return int(connection.exec_driver_sql(question).scalar_one())
