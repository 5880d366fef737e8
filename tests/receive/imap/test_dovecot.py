"""The IMAP door against a real Dovecot: what lies there is kept once, and touched only afterwards."""

from collections.abc import Iterator
from functools import partial

import pytest

from mailgate import clock
from mailgate.office.setup import add_mailbox
from tests.support.dovecot import PROGRAM, Dovecot, dovecot
from tests.support.fetching import connect_mailbox, disturb, fetching, how_it_goes
from tests.support.imap_server import PASSWORD
from tests.support.mails import mail
from tests.support.processes import eventually
from tests.support.world import DESK, World

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Dovecot is not installed")

KEPT = "SELECT count(*) FROM kept_mail"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def box(server: Dovecot) -> Iterator[Dovecot]:
    """The server, with an empty mailbox."""
    yield server
    server.wipe(DESK)


def test_a_mail_becomes_a_ticket_and_is_flagged_as_seen(world: World, box: Dovecot) -> None:
    box.put(DESK, mail(subject="Printer"))
    connect_mailbox(world, box.port, PASSWORD)
    with fetching(world):
        eventually(lambda: "Seen" in "".join(box.flags(DESK)))
    world.work()
    kept = world.kept(world.count("SELECT id FROM kept_mail"))
    assert (kept.outcome, kept.door, kept.folder, kept.is_junk) == ("opened", "imap", "INBOX", False)
    assert (kept.sender, kept.recipient) == ("ana@lusitel.example", DESK)
    assert world.ticket(kept.ticket_id).subject == "Printer"
    assert world.relay.to("ana@lusitel.example")
    assert how_it_goes(world).account.complaint is None


def test_mail_that_comes_while_we_wait_is_told_by_the_server(world: World, box: Dovecot) -> None:
    connect_mailbox(world, box.port, PASSWORD)
    with fetching(world, idle=600):
        eventually(lambda: how_it_goes(world).account.good_at is not None)
        for number in range(1, 4):
            box.put(DESK, mail())
            eventually(partial(_has_kept, world, number))


def test_what_was_kept_is_not_kept_again_when_we_come_again(world: World, box: Dovecot) -> None:
    box.put(DESK, mail(), mail())
    connect_mailbox(world, box.port, PASSWORD)
    with fetching(world):
        eventually(lambda: world.count(KEPT) == 2)
        disturb(world)
        box.put(DESK, mail())
        eventually(lambda: world.count(KEPT) == 3)
    with fetching(world):
        box.put(DESK, mail())
        eventually(lambda: world.count(KEPT) == 4)
    world.work()
    assert world.count("SELECT count(*) FROM tickets") == 4
    assert world.reconciles()


@pytest.mark.parametrize(("after", "here", "there"), [("move:Done/2026", 0, 3), ("delete", 0, 0), ("nothing", 3, 0)])
def test_what_becomes_of_a_mail_afterwards(world: World, box: Dovecot, after: str, here: int, there: int) -> None:
    box.put(DESK, mail(), mail(), mail())
    connect_mailbox(world, box.port, PASSWORD, after=after)
    with fetching(world):
        eventually(lambda: world.count(KEPT) == 3)
        eventually(lambda: (box.count(DESK), box.count(DESK, "Done/2026")) == (here, there))
        eventually(lambda: world.count("SELECT count(*) FROM imap_folders WHERE tidy <> '[]'") == 0)
    if after == "nothing":
        assert "Seen" not in "".join(box.flags(DESK))


def test_a_junk_folder_is_read_too_and_its_mail_says_so(world: World, box: Dovecot) -> None:
    box.put(DESK, mail(subject="Offer"), folder="Junk")
    box.put(DESK, mail(subject="Über & Unter"), folder="&ANw-ber &- Unter")
    connect_mailbox(world, box.port, PASSWORD, folders=("INBOX", "Über & Unter"), junk=("Junk",))
    with fetching(world):
        eventually(lambda: world.count(KEPT) == 2)
    assert world.count("SELECT count(*) FROM kept_mail WHERE is_junk AND folder = 'Junk'") == 1
    assert world.count("SELECT count(*) FROM kept_mail WHERE NOT is_junk AND folder = 'Über & Unter'") == 1


def test_an_end_takes_effect_at_once(world: World, box: Dovecot) -> None:
    connect_mailbox(world, box.port, PASSWORD)
    box.put(DESK, mail())
    with fetching(world):
        eventually(lambda: world.count(KEPT) == 1)
        with world.database.desk(1) as session:
            from mailgate.office.imap import disconnect
            from mailgate.store.office import mailbox_by_address

            desk = mailbox_by_address(session, DESK)
            assert desk is not None
            disconnect(session, desk)
        eventually(lambda: box.sessions(DESK) == 0)
        box.put(DESK, mail())
    assert world.count(KEPT) == 1


def _has_kept(world: World, count: int) -> bool:
    return world.count(KEPT) == count


def test_many_mailboxes_in_one_process(world: World, box: Dovecot) -> None:
    addresses = [f"desk{number}@nordlicht.example" for number in range(40)]
    with world.database.desk(1) as session:
        for address in addresses:
            add_mailbox(session, address, clock.now())
    for address in addresses:
        box.put_many(address, {"one": mail(to=address)})
        connect_mailbox(world, box.port, PASSWORD, address=address)
    with fetching(world):
        eventually(lambda: world.count("SELECT count(DISTINCT mailbox_id) FROM kept_mail") == len(addresses))
    assert world.count(KEPT) == len(addresses)
