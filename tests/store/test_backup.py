"""What is backed up comes back, whole or not at all, and the copy keeps its mail until told otherwise."""

import hashlib
import io
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from mailgate import clock, jobs
from mailgate.errors import BadInput, Conflict, Temporary
from mailgate.steps.workshop import move_in
from mailgate.store.backup import write_backup
from mailgate.store.blobs import Blobs
from mailgate.store.db import Database
from mailgate.store.door import DoorDatabase
from mailgate.store.restore import check, release, restore
from mailgate.store.tables import metadata
from tests.store.test_schema import CATALOGUE
from tests.support.databases import Databases, Fresh, fresh_database
from tests.support.mails import mail
from tests.support.world import KEY, World

ATTACHED = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\nFrom: Ben <ben@lusitel.example>\r\n"
    b"To: help@nordlicht.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe_=5Ctab?=\r\n"
    b"Message-ID: <f@lusitel.example>\r\n\r\n"
    b"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nA\tb \\N \\. \xc3\xa4\r\n"
    b"--x\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=a.bin\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nAAECAwQF\r\n--x--\r\n"
)


@pytest.fixture
def other(databases: Databases) -> Iterator[Fresh]:
    """A second database, where things are restored to."""
    with fresh_database(databases) as made:
        yield made


@pytest.fixture
def target(other: Fresh) -> Iterator[Database]:
    database = Database(other.owner_url, pool=2)
    yield database
    database.close()


@pytest.fixture
def bring_back(target: Database, other: Fresh, tmp_path: Path) -> Callable[..., Blobs]:
    """Restore a file into the second database, with files of its own."""

    def run(path: Path, *, force: bool = False, at_last: Callable[[], None] = lambda: None) -> Blobs:
        blobs = Blobs(str(tmp_path / "other-blobs"))
        try:
            restore(target, other.app_url, blobs, check(path), force=force, at_last=at_last)
        finally:
            target.engine.dispose()
        return blobs

    return run


@pytest.fixture
def backup(world: World, tmp_path: Path) -> Callable[[], Path]:
    def run() -> Path:
        write_backup(world.owner, world.shop.blobs, KEY, tmp_path / "all.tar", clock.now())
        return tmp_path / "all.tar"

    return run


def _rows(database: Database) -> dict[str, list[Any]]:
    with database.engine.begin() as connection:
        return {
            name: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {name}")).all()), key=str)
            for name in metadata.tables
        }


def _schema(database: Database) -> list[Any]:
    with database.engine.begin() as connection:
        return [tuple(row) for row in connection.execute(text(CATALOGUE))]


def _busy(world: World) -> None:
    """Tickets, a file, letters sent and one that waits."""
    for number in range(3):
        world.receive(mail(subject=f"Request {number}"))
    world.receive(ATTACHED, sender="ben@lusitel.example")
    world.relay.answer = "450 4.7.1 Later"
    world.receive(mail(sender="zoe@lusitel.example"), sender="zoe@lusitel.example")
    world.relay.answer = "250 2.0.0 Taken"


def test_everything_comes_back(world: World, backup: Any, bring_back: Any, target: Database) -> None:
    _busy(world)
    before, schema = _rows(world.owner), _schema(world.owner)
    blobs = bring_back(backup())
    after = _rows(target)
    for name in set(metadata.tables) - {"organisations", "outbox"}:
        assert after[name] == before[name], name
    assert len(after["outbox"]) == len(before["outbox"]) == 5
    assert len(after["files"]) == 1
    assert _schema(target) == schema
    assert blobs.get(1, hashlib.sha256(bytes(range(6))).hexdigest()) == bytes(range(6))


def test_numbering_goes_on_after_the_last_number_ever_given(
    world: World, backup: Any, bring_back: Any, target: Database
) -> None:
    _busy(world)
    given = world.count("SELECT last_value FROM kept_mail_id_seq")
    with world.owner.engine.begin() as connection:
        connection.execute(text("SELECT nextval('outbox_id_seq') FROM generate_series(1, 100)"))
    bring_back(backup())
    with target.engine.begin() as connection:
        assert connection.execute(text("SELECT nextval('kept_mail_id_seq')")).scalar_one() == given + 1
        assert connection.execute(text("SELECT nextval('outbox_id_seq')")).scalar_one() > 100


def test_a_copy_sends_nothing_until_it_is_told_to(
    world: World, backup: Any, bring_back: Any, target: Database, other: Fresh
) -> None:
    _busy(world)
    blobs = bring_back(backup())
    sent = len(world.relay.taken)
    database = Database(other.app_url, pool=4)
    copy = replace(world, database=database, owner=target, shop=replace(world.shop, database=database, blobs=blobs))
    copy.keeper.close()
    copy.door = DoorDatabase(other.app_url)
    copy.keeper = type(copy.keeper)(copy.door, copy.shop.bell)
    move_in(copy.shop)
    try:
        copy.receive(mail(subject="To the copy", sender="new@lusitel.example"))
        jobs.sweep()
        copy.work()
        assert len(world.relay.taken) == sent
        assert copy.count("SELECT count(*) FROM outbox WHERE state = 'held' AND held_for = 'restored'") == 2
        assert copy.count("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')") == 0
        assert release(target) == 2
        jobs.sweep()
        copy.work()
        assert {letter.recipient for letter in world.relay.taken[sent:]} == {
            "zoe@lusitel.example",
            "new@lusitel.example",
        }
    finally:
        copy.keeper.close()
        copy.door.close()
        database.close()


def test_a_backup_of_a_working_gateway_holds_one_moment(
    world: World, bring_back: Any, target: Database, tmp_path: Path
) -> None:
    stop = threading.Event()

    def deliver() -> None:
        while not stop.is_set():
            world.receive(mail())

    world.receive(mail())
    worker = threading.Thread(target=deliver)
    worker.start()
    try:
        for _ in range(3):
            write_backup(world.owner, world.shop.blobs, KEY, tmp_path / "all.tar", clock.now())
    finally:
        stop.set()
        worker.join(60)
    bring_back(tmp_path / "all.tar")  # which checks every reference between tables
    with target.engine.begin() as connection:
        opened = text("SELECT count(*) FROM kept_mail WHERE outcome = 'opened'")
        tickets = text("SELECT count(*) FROM tickets")
        assert connection.execute(opened).scalar_one() == connection.execute(tickets).scalar_one() > 0


def test_a_database_in_use_is_replaced_only_by_force(
    world: World, backup: Any, bring_back: Any, target: Database
) -> None:
    _busy(world)
    path = backup()
    bring_back(path)
    with target.engine.begin() as connection:
        connection.execute(text("UPDATE tickets SET subject = 'changed in the copy'"))
    with pytest.raises(Conflict, match="--force"):
        bring_back(path)
    assert {row.subject for row in _subjects(target)} == {"changed in the copy"}
    target.engine.dispose()
    bring_back(path, force=True)
    assert "changed in the copy" not in {row.subject for row in _subjects(target)}


def _subjects(database: Database) -> list[Any]:
    with database.engine.begin() as connection:
        return list(connection.execute(text("SELECT subject FROM tickets")).all())


def test_a_gateway_at_work_is_not_restored_over(backup: Any, bring_back: Any, other: Fresh) -> None:
    worker = Database(other.app_url, pool=1)
    try:
        with worker.crossing() as connection:
            connection.execute(text("SELECT 1"))
        with pytest.raises(Conflict, match=r"\(1 connections\): stop it first"):
            bring_back(backup(), force=True)
    finally:
        worker.close()


@pytest.mark.parametrize(
    "what", ["cut", "flipped", "a table less", "a file less", "a file changed", "no key", "no tar"]
)
def test_a_damaged_backup_is_refused_before_anything_changes(
    world: World, backup: Any, bring_back: Any, target: Database, tmp_path: Path, what: str
) -> None:
    _busy(world)
    path = backup()
    before = _rows(target)
    target.engine.dispose()
    _damage(path, what)
    with pytest.raises(BadInput, match=r"damaged.*Nothing was changed"):
        bring_back(path)
    assert _rows(target) == before
    assert not any((tmp_path / "other-blobs").rglob("*.zst"))


def _damage(path: Path, what: str) -> None:
    whole = path.read_bytes()
    if what == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif what == "flipped":
        place = whole.index(b"database/kept_mail.copy.zst") + 512 + 40
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    elif what == "no tar":
        path.write_bytes(b"From: a\n\nhello\n" * 100)
    else:
        _rewrite(path, what)


def _rewrite(path: Path, what: str) -> None:
    made = io.BytesIO()
    with tarfile.open(path) as old, tarfile.open(fileobj=made, mode="w") as new:
        for info in old.getmembers():
            content = old.extractfile(info).read()  # type: ignore[union-attr]
            is_table, is_file = info.name == "database/events.copy.zst", info.name.startswith("blobs/")
            if (what == "a table less" and is_table) or (what == "no key" and info.name == "secret.key"):
                continue
            if what == "a file less" and is_file:
                continue
            if what == "a file changed" and is_file:
                content = content[:-1] + bytes([content[-1] ^ 1])
            new.addfile(info, io.BytesIO(content))
    path.write_bytes(made.getvalue())


def test_a_file_that_names_places_outside_changes_nothing_there(
    world: World, backup: Any, bring_back: Any, tmp_path: Path
) -> None:
    path = backup()
    with tarfile.open(path, "a") as tar:
        for name in ("blobs/../../../escaped.zst", "../escaped", "/tmp/escaped-too"):
            info = tarfile.TarInfo(name)
            info.size = 4
            tar.addfile(info, io.BytesIO(b"evil"))
    with pytest.raises(BadInput, match="damaged"):
        bring_back(path)
    assert not list(tmp_path.rglob("escaped*"))


def test_what_fails_on_the_way_leaves_the_database_as_it_was(
    world: World, backup: Any, bring_back: Any, target: Database
) -> None:
    _busy(world)
    before = _rows(target)
    target.engine.dispose()

    def fail() -> None:
        raise Temporary("The disk is full.")

    with pytest.raises(Temporary):
        bring_back(backup(), at_last=fail)
    assert _rows(target) == before


def test_a_backup_of_a_newer_version_is_refused(world: World, backup: Any, bring_back: Any) -> None:
    with world.owner.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Conflict, match="newer Mailgate"):
        bring_back(backup())


def test_a_backup_is_private_and_replaces_an_older_one_whole(world: World, backup: Any, tmp_path: Path) -> None:
    (tmp_path / "all.tar.part").write_bytes(b"left over" * 10_000)
    path = backup()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = check(path).manifest
    world.receive(mail())
    assert check(backup()).manifest.created > first.created
    assert not (tmp_path / "all.tar.part").exists()


def test_a_backup_that_fails_leaves_the_last_one_alone(world: World, backup: Any, fresh: Fresh) -> None:
    path = backup()
    before = path.read_bytes()
    wrong = Database(fresh.app_url, pool=1)  # a role that would see no tenant's rows
    try:
        with pytest.raises(Conflict, match="refused"):
            write_backup(wrong, world.shop.blobs, KEY, path, clock.now())
    finally:
        wrong.close()
    assert path.read_bytes() == before
    assert list(path.parent.glob("*.part")) == []


def test_two_backups_do_not_write_one_file(world: World, tmp_path: Path) -> None:
    problems: list[Exception] = []

    class Slow(Blobs):
        def every(self) -> Iterator[Any]:
            with pytest.raises(Conflict, match="Another backup"):
                write_backup(world.owner, world.shop.blobs, KEY, tmp_path / "all.tar", clock.now())
            problems.append(Conflict("seen"))
            return super().every()

    write_backup(world.owner, Slow(str(tmp_path / "blobs")), KEY, tmp_path / "all.tar", clock.now())
    assert len(problems) == 1
    assert check(tmp_path / "all.tar").key == KEY
