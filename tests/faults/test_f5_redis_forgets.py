"""F5: Redis holds nudges. Emptied or gone, everything that was kept is still read, followed and sent."""

from pathlib import Path

from mailgate.queue.nudges import connect
from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.processes import eventually, gateway
from tests.support.world import World


def test_f5_flushed_again_and_again_under_load_everything_is_read(world: World, fresh: Fresh, tmp_path: Path) -> None:
    redis = connect(fresh.redis_url)
    with gateway(fresh, tmp_path, relay_url=world.relay.url) as gate:
        gate.start("smtp", "worker-1", "worker-2", "clock")
        for number in range(60):
            assert gate.send(mail(sender=f"person{number}@lusitel.example"))
            if number % 5 == 0:
                redis.flushdb()
        redis.flushdb()
        eventually(lambda: world.count("SELECT count(*) FROM outbox WHERE state = 'sent'") == 60, within=60)
    assert world.count("SELECT count(*) FROM tickets") == 60
    assert world.reconciles()


def test_f5_mail_is_kept_while_redis_cannot_be_reached(world: World, fresh: Fresh, tmp_path: Path) -> None:
    away = Fresh(fresh.app_url, fresh.owner_url, f"unix://{tmp_path}/nobody.sock")
    with gateway(away, tmp_path) as gate:
        gate.start("smtp")
        assert gate.send(mail())
    world.work()
    assert world.count("SELECT count(*) FROM tickets") == 1
