"""F8: whatever happens between us and an IMAP server, each mail is kept, and none becomes two tickets."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailgate import failpoints
from tests.support.databases import Fresh
from tests.support.fetching import connect_mailbox, disturb, fetching, how_it_goes
from tests.support.mails import mail
from tests.support.odd_imap import OddImap, odd_imap
from tests.support.processes import eventually, gateway
from tests.support.world import World

KEPT = "SELECT count(*) FROM kept_mail"
ONCE = "SELECT count(DISTINCT sha256) FROM kept_mail"
TICKETS = "SELECT count(*) FROM tickets"


@pytest.fixture
def server() -> Iterator[OddImap]:
    with odd_imap() as running:
        yield running


def _all_kept_once(world: World, server: OddImap, count: int) -> None:
    eventually(lambda: world.count(KEPT) == count and len(server.flags) == count)
    world.work()
    assert world.count(TICKETS) == count
    assert world.reconciles()


@pytest.mark.parametrize("fault", ["byes", "cuts", "silences"])
def test_f8_a_connection_that_ends_at_the_worst_moment(world: World, server: OddImap, fault: str) -> None:
    server.put(*(mail() for _ in range(30)))
    setattr(server, fault, 2)
    connect_mailbox(world, server.port, server.password)
    with fetching(world, patience=1.0):
        _all_kept_once(world, server, 30)
    assert server.visits == 3


def test_f8_two_thousand_lines_at_once_before_every_answer(world: World, server: OddImap) -> None:
    server.chatter = 2000
    server.put(*(mail() for _ in range(5)))
    connect_mailbox(world, server.port, server.password)
    with fetching(world):
        _all_kept_once(world, server, 5)
    assert server.visits == 1


def test_f8_a_server_that_never_answers_holds_up_nobody_else(world: World, server: OddImap) -> None:
    from mailgate import clock
    from mailgate.office.setup import add_mailbox

    with world.database.desk(1) as session:
        add_mailbox(session, "other@nordlicht.example", clock.now())
    with odd_imap() as mute:
        mute.never_greets = True
        connect_mailbox(world, mute.port, "secret", address="other@nordlicht.example")
        connect_mailbox(world, server.port, server.password)
        server.put(mail())
        with fetching(world, patience=0.5):
            _all_kept_once(world, server, 1)
            eventually(lambda: mute.visits > 1)
    assert "said nothing" in str(how_it_goes(world, "other@nordlicht.example").account.complaint)


def test_f8_a_server_that_answers_without_end_is_cut_off(world: World, server: OddImap) -> None:
    server.flood = True
    server.put(mail())
    connect_mailbox(world, server.port, server.password)
    with fetching(world):
        eventually(lambda: how_it_goes(world).account.complaint)
        assert "more than it was asked for" in str(how_it_goes(world).account.complaint)
        server.flood = False
        _all_kept_once(world, server, 1)


def test_f8_other_numbers_after_a_restored_backup_make_no_second_ticket(world: World, server: OddImap) -> None:
    server.put(*(mail() for _ in range(10)))
    connect_mailbox(world, server.port, server.password)
    with fetching(world):
        _all_kept_once(world, server, 10)
        server.renumber()
        server.put(mail())
        server.cut_all()
        eventually(lambda: world.count(ONCE) == 11)
        eventually(lambda: world.count(KEPT) == 21)
    world.work()
    assert world.count(TICKETS) == 11
    assert world.count("SELECT count(*) FROM kept_mail WHERE outcome = 'duplicate'") == 10
    assert world.reconciles()


def test_f8_a_mail_deleted_by_somebody_else_meanwhile_stops_nothing(world: World, server: OddImap) -> None:
    server.put(*(mail() for _ in range(4)))
    server.vanishing = {2, 4}
    connect_mailbox(world, server.port, server.password)
    with fetching(world):
        eventually(lambda: world.count(KEPT) == 2)
        server.put(mail())
        eventually(lambda: world.count(KEPT) == 3)
    assert server.flags.keys() == {1, 3, 5}
    assert how_it_goes(world).left == 0


def test_f8_a_mail_the_server_does_not_hand_out_is_left_and_told_and_the_others_are_kept(
    world: World, server: OddImap
) -> None:
    server.put(*(mail() for _ in range(5)))
    server.stubborn = {3}
    connect_mailbox(world, server.port, server.password)
    with fetching(world):
        eventually(lambda: world.count(KEPT) == 4)
        eventually(lambda: how_it_goes(world).left == 1)
    assert server.asked("FETCH 3 (UID BODY.PEEK[])") == 3
    assert 3 not in server.flags
    assert "lie at" in str(how_it_goes(world).words(datetime.now(UTC)))
    connect_mailbox(world, server.port, server.password)
    assert how_it_goes(world).left == 0, "whoever connects it anew has seen it"


def test_f8_a_mail_of_forty_megabytes_and_one_that_is_too_large(world: World, server: OddImap) -> None:
    line = b"x" * 998 + b"\r\n"
    server.put(mail(), mail(subject="plans") + line * 40_000, mail(subject="too large") + line * 50_000, mail())
    connect_mailbox(world, server.port, server.password)
    with fetching(world, size=42 * 2**20):
        eventually(lambda: world.count(KEPT) == 3 and len(server.flags) == 3)
    assert world.count("SELECT max(size) FROM kept_mail") == len(server.mails[2])
    assert server.flags.keys() == {1, 2, 4}
    assert how_it_goes(world).left == 1


def test_f8_a_wrong_password_is_tried_ever_less_often_and_never_told(
    world: World, server: OddImap, caplog: pytest.LogCaptureFixture
) -> None:
    server.put(mail())
    connect_mailbox(world, server.port, 'wr"ong\\')
    with fetching(world, refused_pause=1.0, longest_refused_pause=60.0):
        eventually(lambda: server.asked("LOGIN") == 2)
        assert "user name or password" in str(how_it_goes(world).account.complaint)
        assert how_it_goes(world).account.failing_since is not None
        server.password = 'wr\\"ong\\\\'  # as it stands on the wire
        disturb(world)
        _all_kept_once(world, server, 1)
    assert how_it_goes(world).account.failing_since is None
    assert "ong" not in caplog.text.replace("long", "")


@pytest.mark.parametrize("step", ["accept.before_commit", "accept.after_commit", "imap.after_keep", "imap.after_tidy"])
def test_f8_killed_at_any_step(world: World, fresh: Fresh, tmp_path: Path, server: OddImap, step: str) -> None:
    server.put(*(mail() for _ in range(120)))
    connect_mailbox(world, server.port, server.password)
    with gateway(fresh, tmp_path) as gate:
        gate.start("imap", failpoints=f"{step}=kill@2")
        eventually(lambda: gate.has_died("imap"))
        gate.start("imap", "worker-1", "clock")
        eventually(lambda: world.count(TICKETS) == 120 and len(server.flags) == 120, within=60)
        gate.stop("imap")
    assert world.count(KEPT) == 120
    assert world.reconciles()


def test_f8_a_database_that_fails_moves_no_cursor(world: World, server: OddImap) -> None:
    server.put(*(mail() for _ in range(3)))
    connect_mailbox(world, server.port, server.password)
    failpoints.arm("accept.before_commit=raise*3")
    try:
        with fetching(world):
            _all_kept_once(world, server, 3)
    finally:
        failpoints.arm("")
    assert server.asked("FETCH 1,2,3 (UID BODY.PEEK[])") == 4


def test_f8_two_processes_keep_no_mail_twice(world: World, server: OddImap) -> None:
    server.put(*(mail() for _ in range(300)))
    connect_mailbox(world, server.port, server.password)
    with fetching(world), fetching(world, holder="other"):
        _all_kept_once(world, server, 300)
        assert server.visits == 1


def test_f8_a_cursor_that_somebody_else_has_moved_keeps_nothing(world: World, server: OddImap) -> None:
    """Should two ever fetch the same mailbox at once, the second commit fails whole."""
    from mailgate.errors import Conflict
    from mailgate.store.door import Cursor, Step
    from mailgate.store.imap import start_folder

    connect_mailbox(world, server.port, server.password)
    account = how_it_goes(world).account
    with world.database.desk(1) as session:
        start_folder(session, account.id, "INBOX", 7)
    incoming = world.incoming(mail())
    step = Step(1, account.id, "INBOX", Cursor(7), 5, (5,))
    assert len(world.keeper.keep([incoming], step).result(30)) == 1
    with pytest.raises(Conflict):
        world.keeper.keep([incoming], step).result(30)
    assert world.count(KEPT) == 1


def test_f8_while_there_is_no_news_nothing_is_asked(world: World, server: OddImap) -> None:
    server.put(mail())
    connect_mailbox(world, server.port, server.password)
    with fetching(world):
        eventually(lambda: server.asked("IDLE") == 1)
        asked = len(server.commands)
        time.sleep(1)
        assert len(server.commands) == asked
        server.put(mail())
        eventually(lambda: server.asked("IDLE") == 2)
    assert world.count(KEPT) == 2
    assert server.asked("SELECT") == 2
    assert server.asked("UID SEARCH") <= 4


def test_f8_a_server_that_tells_nothing_is_asked_again(world: World, server: OddImap) -> None:
    server.idles_silently = True
    connect_mailbox(world, server.port, server.password)
    with fetching(world, idle=0.2):
        eventually(lambda: how_it_goes(world).account.good_at)
        server.put(mail())
        _all_kept_once(world, server, 1)
    server.capabilities = "IMAP4rev1"
    idles = server.asked("IDLE")
    with fetching(world):
        eventually(lambda: server.asked("LOGIN") == 2)
        server.put(mail())
        _all_kept_once(world, server, 2)
    assert server.asked("IDLE") == idles


def test_f8_only_what_came_since_is_ours_when_that_was_asked_for(world: World, server: OddImap) -> None:
    server.put(mail(), mail())
    connect_mailbox(
        world, server.port, server.password, since=datetime(2026, 11, 5, 10, 0, 1, tzinfo=UTC), after="delete"
    )
    with fetching(world):
        eventually(lambda: how_it_goes(world).account.good_at)
    assert world.count(KEPT) == 0
    assert server.flags == {}
