"""Five power cuts under load: everything is killed at once, and every acknowledged mail is a ticket, once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.processes import eventually, gateway
from tests.support.world import World

ROLES = ("smtp", "worker-1", "worker-2", "clock")


def test_five_power_cuts_under_load_lose_nothing_and_double_nothing(world: World, fresh: Fresh, tmp_path: Path) -> None:
    acknowledged: set[str] = set()

    def client(number: int) -> None:
        message_id = f"cut{number}@lusitel.example"
        raw = mail(message_id=message_id, sender=f"p{number}@lusitel.example")
        while message_id not in acknowledged:
            if gate.send(raw, sender=f"p{number}@lusitel.example"):
                acknowledged.add(message_id)
            else:
                sleep(0.2)

    with gateway(fresh, tmp_path, relay_url=world.relay.url) as gate, ThreadPoolExecutor(4) as clients:
        gate.start(*ROLES)
        work = [clients.submit(client, number) for number in range(200)]
        for _ in range(5):
            sleep(1.5)
            gate.kill(*ROLES)
            gate.start(*ROLES)
        for each in work:
            each.result(60)
        eventually(lambda: world.count("SELECT count(*) FROM outbox WHERE state = 'sent'") == 200, within=90)
    assert world.count("SELECT count(*) FROM tickets") == 200
    assert world.count("SELECT count(DISTINCT message_id) FROM messages WHERE direction = 'in'") == 200
    sent = [str(letter.mail["Message-ID"]) for letter in world.relay.taken]
    assert len(set(sent)) == 200
    assert len(sent) - 200 <= 5 * 2  # a crash repeats at most the one letter each worker had in hand
    assert world.reconciles()
