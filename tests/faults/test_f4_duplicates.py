"""F4: many deliveries of one mail are one ticket; one Message-ID over other words is another mail."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path

from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.processes import eventually, gateway
from tests.support.world import World


def test_f4_a_hundred_deliveries_at_once_are_one_ticket(world: World, fresh: Fresh, tmp_path: Path) -> None:
    raw = mail(message_id="one@lusitel.example")
    copies = [f"Received: by path{number}.example\r\n".encode() + raw for number in range(100)]
    other = mail(message_id="one@lusitel.example", body="The same id, but other words.")
    doors = cycle(("smtp", "lmtp"))
    with gateway(fresh, tmp_path) as gate, ThreadPoolExecutor(8) as clients:
        gate.start("smtp", "lmtp", "worker-1", "worker-2", "clock")
        assert all(clients.map(lambda raw: gate.send(raw, door=next(doors)), [*copies, other]))
        eventually(lambda: world.count("SELECT count(*) FROM kept_mail WHERE state <> 'waiting'") == 101)
    assert world.count("SELECT count(*) FROM kept_mail WHERE outcome = 'opened'") == 2
    assert world.count("SELECT count(*) FROM kept_mail WHERE outcome = 'duplicate'") == 99
    assert world.reconciles()
