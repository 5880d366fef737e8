"""`mailgate mailbox`: connecting a mailbox to its host, from the command line, to the ticket."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailgate import clock
from mailgate.office.setup import add_mailbox
from mailgate.seal import Seal
from mailgate.steps.ticking import tick_until
from mailgate.store.bare_clock import ClockDatabase
from mailgate.store.dkim import dkim_keys
from mailgate.store.founding import found
from mailgate.store.organisations import own
from tests.cli.conftest import Mailgate
from tests.support.databases import Fresh
from tests.support.dovecot import PROGRAM, Dovecot, dovecot
from tests.support.fetching import connect_mailbox, how_it_goes
from tests.support.imap_server import PASSWORD
from tests.support.mails import mail
from tests.support.processes import eventually, gateway
from tests.support.world import DESK, KEY, World

needs_dovecot = pytest.mark.skipif(PROGRAM is None, reason="Dovecot is not installed")
SALES = "sales@nordlicht.example"


@needs_dovecot
def test_a_mailbox_is_added_fetched_changed_and_ended(
    world: World, fresh: Fresh, tmp_path: Path, mailgate: Mailgate
) -> None:
    with dovecot() as server, gateway(fresh, tmp_path) as gate:
        server.put(SALES, mail(to=SALES))
        gate.start("imap", "worker-1", "clock")
        url = f"imap://127.0.0.1:{server.port}"
        said = mailgate("mailbox", "add", SALES, "--imap", url, "--password-stdin", stdin=b"wrong\n")
        assert (said.code, said.err) == (0, "")
        eventually(lambda: how_it_goes(world, SALES).account.complaint)
        assert "user name or password" in mailgate("mailbox", "list").out
        words = ("--imap", url, "--password-stdin", "--after", "delete")
        said = mailgate("mailbox", "connect", SALES, *words, stdin=f"{PASSWORD}\n".encode())
        assert said.code == 0
        eventually(lambda: world.count("SELECT count(*) FROM tickets") == 1)
        eventually(lambda: server.count(SALES) == 0)
        (row,) = [each for each in json.loads(mailgate("mailbox", "list", "--json").out) if each["imap"]]
        assert (row["address"], row["complaint"]) == (SALES, None)
        assert mailgate("mailbox", "disconnect", SALES).code == 0
        assert mailgate("mailbox", "disconnect", SALES).code == 1
        gate.stop("imap")
        log = gate.log("imap")
        assert PASSWORD not in log
        assert "wrong" not in log


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--imap", "imaps://me:geheim@imap.example"), "--password-stdin"),
        (("--imap", "https://imap.example"), "imaps://"),
        (("--imap", "ftp://imap.example"), "imaps://"),
        (("--imap", "imaps://imap.example", "--after", "burn"), "move:FOLDER"),
        (("--imap", "imaps://imap.example", "--after", "move"), "move:FOLDER"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(mailgate: Mailgate, words: tuple[str, ...], complaint: str) -> None:
    said = mailgate("mailbox", "connect", DESK, *words)
    assert said.code == 65
    assert complaint in said.err
    assert "Password" not in said.out + said.err, "it is said before somebody types one in vain"
    assert "geheim" not in said.err


def test_nobody_types_a_password_for_a_mailbox_that_is_not_there(mailgate: Mailgate) -> None:
    for words in (("connect", "no@such.example", "--imap", "imaps://imap.example"),
                  ("relay", "no@such.example", "--relay", "smtps://me@mail.example")):  # fmt: skip
        said = mailgate("mailbox", *words)
        assert said.code != 0
        assert "There is no mailbox no@such.example" in said.err
        assert "Password" not in said.out + said.err


def test_an_address_that_another_organisation_has_is_said_in_one_line(world: World, mailgate: Mailgate) -> None:
    with world.owner.desk(0) as session:
        other = found(session, "Another desk").id
    with world.database.desk(other) as session:
        add_mailbox(session, SALES, clock.now())
        add_mailbox(session, "all@suedwind.example", clock.now(), catch_all=True)
    with world.database.desk(1) as session:
        ours = own(session).name
    said = mailgate("mailbox", "add", SALES, "--org", ours)
    assert (said.code, said.err.count("\n")) == (65, 1)
    assert f"{SALES} is a mailbox of another organisation" in said.err
    said = mailgate("mailbox", "add", "mine@suedwind.example", "--catch-all", "--org", ours)
    assert "takes all mail to suedwind.example already" in said.err
    assert world.count("SELECT count(*) FROM mailboxes WHERE org_id = 1") == 1


def test_secrets_are_sealed_and_can_be_sealed_anew(world: World, mailgate: Mailgate) -> None:
    words = ("--imap", "imaps://imap.example", "--password-stdin")
    assert mailgate("mailbox", "connect", DESK, *words, stdin="schönes Geheimnis\n".encode()).code == 0
    sealed = _sealed(world)
    assert b"Geheimnis" not in sealed
    assert Seal(KEY).open(sealed) == "schönes Geheimnis"
    other = "another key, which is just as long as the first"
    refused = mailgate("mailbox", "reseal", MAILGATE_SECRET_KEY=other)
    assert refused.code == 1
    assert "MAILGATE_FORMER_SECRET_KEY" in refused.err
    renewed = mailgate("mailbox", "reseal", MAILGATE_SECRET_KEY=other, MAILGATE_FORMER_SECRET_KEY=KEY)
    assert (renewed.code, renewed.out) == (0, "Sealed 1 secret anew.\n")
    assert Seal(other).open(_sealed(world)) == "schönes Geheimnis"


def _sealed(world: World) -> bytes:
    from sqlalchemy import text

    with world.owner.engine.begin() as connection:
        return bytes(connection.execute(text("SELECT secret FROM imap_accounts")).scalar_one())


@needs_dovecot
def test_a_mailbox_is_checked(world: World, fresh: Fresh, tmp_path: Path, mailgate: Mailgate) -> None:
    with dovecot() as server, _forwarding(world, server) as relay_url, gateway(fresh, tmp_path) as gate:
        connect_mailbox(world, server.port, PASSWORD, folders=("INBOX", "Nowhere"))
        said = mailgate("mailbox", "check", DESK, "--wait", "0")
        assert said.code == 1
        assert "There is no folder Nowhere" in said.out
        assert "No mail was sent" in said.out
        connect_mailbox(world, server.port, PASSWORD)
        said = mailgate("mailbox", "check", DESK, MAILGATE_RELAY_URL=relay_url)
        assert (said.code, said.err) == (0, "")
        assert "INBOX, Junk" in said.out
        assert "It came to INBOX" in said.out
        gate.start("imap", "worker-1", "clock")
        eventually(lambda: world.count("SELECT count(*) FROM kept_mail WHERE outcome = 'discarded'") == 1)
    assert world.count("SELECT count(*) FROM tickets") == 0
    connect_mailbox(world, 1, PASSWORD)
    said = mailgate("mailbox", "check", DESK)
    assert said.code == 1
    assert "cannot be reached" in said.out


@contextmanager
def _forwarding(world: World, server: Dovecot) -> Iterator[str]:
    """A relay that puts what it takes into the mailbox, as a host would."""
    stop = threading.Event()

    def forward() -> None:
        while not stop.wait(0.2):
            while world.relay.taken:
                server.put(DESK, world.relay.taken.pop().raw)

    thread = threading.Thread(target=forward)
    thread.start()
    try:
        yield world.relay.url
    finally:
        stop.set()
        thread.join(10)


def test_the_clock_notes_whether_there_is_something_to_fetch(
    world: World, fresh: Fresh, mailgate: Mailgate, tmp_path: Path
) -> None:
    """`up` starts the IMAP process by that note."""
    database, stop, flag = ClockDatabase(fresh.app_url), threading.Event(), tmp_path / "flag"
    told = (database, world.shop.bell, "test", stop)
    clock = threading.Thread(target=tick_until, args=told, kwargs={"imap_flag": flag})
    clock.start()
    try:
        connect_mailbox(world, 1, PASSWORD)
        eventually(flag.exists)
        mailgate("mailbox", "disconnect", DESK)
        eventually(lambda: not flag.exists())
    finally:
        stop.set()
        clock.join(10)
        database.close()


def test_a_domain_gets_one_key_which_is_sealed_anew_with_the_rest(world: World, mailgate: Mailgate) -> None:
    said = mailgate("mailbox", "dkim", DESK)
    assert (said.code, said.err) == (0, "")
    assert "._domainkey.nordlicht.example. IN TXT (" in said.out
    assert mailgate("mailbox", "dkim", DESK.upper()).out == said.out
    assert mailgate("mailbox", "dkim", "nobody@nordlicht.example").code == 1
    other = "another key for tests, as long as it must be"
    assert (
        "Sealed 1 secret anew"
        in mailgate("mailbox", "reseal", MAILGATE_SECRET_KEY=other, MAILGATE_FORMER_SECRET_KEY=KEY).out
    )
    with world.database.desk(1) as session:
        (key,) = dkim_keys(session)
    assert Seal(other).open(key.secret).startswith("-----BEGIN")
