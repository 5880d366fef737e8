"""What must hold with any server, tried against two real ones of different make: Dovecot and pymap."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.support import dovecot
from tests.support.between import Between, between
from tests.support.fetching import connect_mailbox, disturb, fetching, how_it_goes
from tests.support.imap_server import PASSWORD, ImapServer
from tests.support.mails import mail
from tests.support.processes import eventually
from tests.support.pymap_server import pymap
from tests.support.world import DESK, World

KEPT = "SELECT count(*) FROM kept_mail"
ONCE = "SELECT count(DISTINCT sha256) FROM kept_mail"
TICKETS = "SELECT count(*) FROM tickets"
MANY, DAY = 2000, 86400

needs_dovecot = pytest.mark.skipif(dovecot.PROGRAM is None, reason="Dovecot is not installed")


@pytest.fixture(scope="module", params=[pytest.param("dovecot", marks=needs_dovecot), "pymap"])
def server(request: pytest.FixtureRequest) -> Iterator[ImapServer]:
    with dovecot.dovecot() if request.param == "dovecot" else pymap(DESK) as running:
        yield running


@pytest.fixture
def box(server: ImapServer) -> Iterator[ImapServer]:
    """The server, with an empty mailbox."""
    yield server
    server.wipe(DESK)


@pytest.fixture
def path(box: ImapServer) -> Iterator[Between]:
    """The way to that server, on which things happen."""
    with between(box.port) as stands:
        yield stands


@pytest.mark.parametrize("fault", ["cuts", "silences", "bye"])
def test_a_connection_that_ends_or_hangs_while_mails_are_handed_out(
    world: World, box: ImapServer, path: Between, fault: str
) -> None:
    box.put(DESK, mail(), mail(), mail())
    if fault == "bye":
        path.meanwhile = lambda: box.say_bye(DESK)
    else:
        setattr(path, fault, 2)
    connect_mailbox(world, path.port, PASSWORD)
    with fetching(world, patience=1.5):
        eventually(lambda: world.count(ONCE) == 3)
        eventually(lambda: world.count("SELECT count(*) FROM imap_folders WHERE tidy <> '[]'") == 0)
    assert (path.cuts, path.silences, path.meanwhile) == (0, 0, None)
    assert path.visits >= 2
    world.work()
    assert world.count(TICKETS) == 3
    assert world.reconciles()


def test_a_mail_that_somebody_deletes_while_we_ask_for_it(world: World, box: ImapServer, path: Between) -> None:
    box.put(DESK, mail(), mail(), mail())
    path.meanwhile = lambda: box.delete(DESK, 2)
    connect_mailbox(world, path.port, PASSWORD)
    with fetching(world):
        eventually(lambda: world.count(KEPT) >= 2)
        assert path.meanwhile is None
        box.put(DESK, mail(subject="Later"))
        eventually(lambda: world.work() is None and world.count(f"{TICKETS} WHERE subject = 'Later'") == 1)
    assert world.count(KEPT) in (3, 4), "pymap still hands out what somebody else has deleted, Dovecot does not"
    assert how_it_goes(world).left == 0
    assert box.count(DESK) == 3


def test_other_numbers_make_no_second_ticket(world: World, box: ImapServer) -> None:
    box.put(DESK, mail(), mail(), mail())
    connect_mailbox(world, box.port, PASSWORD)
    with fetching(world):
        eventually(lambda: world.count(KEPT) == 3)
    box.renumber(DESK)
    with fetching(world):
        eventually(lambda: world.count(KEPT) == 6)
    world.work()
    assert world.count(TICKETS) == 3
    assert world.count("SELECT count(*) FROM kept_mail WHERE outcome = 'duplicate'") == 3


def test_two_thousand_lines_at_once_while_we_wait(world: World, box: ImapServer, path: Between) -> None:
    """Another program flags two thousand mails that are none of ours: the server tells us of each."""
    long_ago = time.time() - 100 * DAY
    box.put_many(DESK, {f"old{number}": mail() for number in range(MANY)}, long_ago)
    since = datetime.fromtimestamp(long_ago + 10 * DAY, UTC)
    connect_mailbox(world, path.port, PASSWORD, since=since)
    with fetching(world):
        eventually(lambda: how_it_goes(world).account.good_at)
        told = path.lines
        with box.client(DESK) as other:
            other.select()
            other.store(f"1:{MANY}", "+FLAGS", "(\\Flagged)")
        box.put(DESK, mail())
        eventually(lambda: world.count(KEPT) == 1)
        eventually(lambda: path.lines - told > MANY)
    assert path.visits == 1


def test_a_mail_of_forty_megabytes(world: World, box: ImapServer) -> None:
    raw = mail() + (b"x" * 998 + b"\r\n") * 40_000
    box.put_many(DESK, {"large": raw})
    connect_mailbox(world, box.port, PASSWORD)
    with fetching(world, size=50 * 2**20):
        eventually(lambda: world.count(KEPT) == 1, within=60)
    assert world.count("SELECT size FROM kept_mail") == len(raw)


def test_a_wrong_password_and_then_the_right_one(world: World, box: ImapServer) -> None:
    box.put(DESK, mail())
    connect_mailbox(world, box.port, "wrong")
    with fetching(world):
        eventually(lambda: how_it_goes(world).account.complaint)
        assert "user name or password" in str(how_it_goes(world).account.complaint)
        connect_mailbox(world, box.port, PASSWORD)
        eventually(lambda: world.count(KEPT) == 1)
    assert how_it_goes(world).account.complaint is None


@pytest.mark.parametrize("count", [500, pytest.param(5000, marks=pytest.mark.slow)])
def test_thousands_of_waiting_mails_are_each_kept_once(world: World, box: ImapServer, count: int) -> None:
    box.put_many(DESK, {f"mail{number}": mail(message_id=f"w{number}@lusitel.example") for number in range(count)})
    connect_mailbox(world, box.port, PASSWORD, after="move:Done")
    with fetching(world):
        eventually(lambda: world.count(KEPT) >= count // 5, within=120)
        disturb(world)
        eventually(lambda: world.count(KEPT) == count, within=120)
        eventually(lambda: box.count(DESK, "Done") == count, within=120)
    assert world.count(ONCE) == count
    assert box.count(DESK) == 0
