"""Five hundred mailboxes in one process: each fetched, each told of news, for little memory and next to no work."""

import os
import time
from pathlib import Path

import pytest

from mailgate import clock
from mailgate.office.setup import add_mailbox
from tests.support.databases import Fresh
from tests.support.fetching import connect_mailbox
from tests.support.mails import mail
from tests.support.odd_imap import odd_imap
from tests.support.processes import eventually, gateway
from tests.support.world import World

MAILBOXES, MEGABYTES, IDLE_SHARE, WATCHED_SECONDS = 500, 180, 0.03, 20
KEPT = "SELECT count(*) FROM kept_mail"


@pytest.mark.slow
def test_five_hundred_mailboxes_in_one_process(world: World, fresh: Fresh, tmp_path: Path) -> None:
    addresses = [f"desk{number}@nordlicht.example" for number in range(MAILBOXES)]
    with world.database.desk(1) as session:
        for address in addresses:
            add_mailbox(session, address, clock.now())
    with odd_imap() as server, gateway(fresh, tmp_path) as gate:
        server.anybody, server.nap = True, 1.0
        server.put(mail())
        for address in addresses:
            connect_mailbox(world, server.port, server.password, address=address)
        began = time.monotonic()
        gate.start("imap")
        eventually(lambda: world.count(KEPT) == MAILBOXES, within=300)
        eventually(lambda: server.asked("IDLE") == MAILBOXES, within=120)
        fetched = time.monotonic() - began
        pid = gate.running["imap"].pid
        assert pid is not None
        before = _cpu(pid)
        time.sleep(WATCHED_SECONDS)  # what is measured is that nothing happens
        share = (_cpu(pid) - before) / WATCHED_SECONDS
        megabytes = _memory(pid) / 2**20
        server.put(mail(subject="News"))
        began = time.monotonic()
        eventually(lambda: world.count(KEPT) == 2 * MAILBOXES, within=120)
        told = time.monotonic() - began
    print(f"{MAILBOXES} mailboxes: {fetched:.0f} s to the first wait, {megabytes:.0f} MB, {share:.2%}, {told:.0f} s")
    assert world.count("SELECT count(DISTINCT (mailbox_id, sha256)) FROM kept_mail") == 2 * MAILBOXES
    assert server.visits == MAILBOXES
    assert megabytes < MEGABYTES
    assert share < IDLE_SHARE


def _cpu(pid: int) -> float:
    """Seconds of work so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
