"""F8, for longer: twenty mailboxes with five thousand mails, whose connections are cut at random all the time."""

import contextlib
import os
import random
import time

import pytest

from mailgate import clock
from mailgate.office.setup import add_mailbox
from tests.support.fetching import connect_mailbox, fetching
from tests.support.mails import mail
from tests.support.odd_imap import odd_imap
from tests.support.processes import eventually
from tests.support.world import World

SECONDS = float(os.environ.get("CUT_SECONDS", "60"))  # `make soak` takes ten minutes
MAILBOXES, MAILS = 20, 250


@pytest.mark.slow
def test_f8_random_cuts_lose_nothing_and_keep_nothing_twice(world: World) -> None:
    chance = random.Random(8)
    addresses = [f"desk{number}@nordlicht.example" for number in range(MAILBOXES)]
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(odd_imap()) for _ in addresses]
        with world.database.desk(1) as session:
            for address in addresses:
                add_mailbox(session, address, clock.now())
        for address, server in zip(addresses, servers, strict=True):
            server.user = address
            connect_mailbox(world, server.port, server.password, address=address)
        stack.enter_context(fetching(world, idle=1.0))
        began, put = time.monotonic(), 0
        while (elapsed := time.monotonic() - began) < SECONDS:
            server = chance.choice(servers)
            due = int(MAILBOXES * MAILS * elapsed / SECONDS) - sum(len(each.mails) for each in servers)
            server.put(*(mail(to=server.user) for _ in range(min(due, MAILS - len(server.mails)))))
            chance.choice(servers).cut_all()
            chance.choice(servers).cuts += 1
            chance.choice(servers).byes += 1
            time.sleep(chance.random() / 10)
        for server in servers:
            server.cuts = server.byes = 0
            server.put(*(mail(to=server.user) for _ in range(MAILS - len(server.mails))))
            put += len(server.mails)
        eventually(lambda: world.count("SELECT count(*) FROM kept_mail") == put, within=120)
        eventually(lambda: all(len(server.flags) == MAILS for server in servers), within=120)
        visits = sum(server.visits for server in servers)
    assert put == MAILBOXES * MAILS
    assert visits > 10 * MAILBOXES
    assert world.count("SELECT count(DISTINCT sha256) FROM kept_mail") == put
    assert world.count("SELECT count(*) FROM imap_folders WHERE tidy <> '[]'") == 0
