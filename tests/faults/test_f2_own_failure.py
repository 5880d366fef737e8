"""F2: our failure is a 451, without a word of ours; the client tries again and nothing is lost."""

import smtplib

import pytest
from sqlalchemy import text

from mailgate import failpoints
from mailgate.store.door import DoorDatabase
from tests.support.databases import Fresh
from tests.support.doors import DOORS, mail_door
from tests.support.mails import mail
from tests.support.processes import CLIENTS
from tests.support.world import DESK, World

MALICE = ("postgres", "RuntimeError", "Failpoint", "SELECT", "/", "psycopg")


each_door = pytest.mark.parametrize("door", DOORS)


def _answer(door: str, port: int, raw: bytes, to: str = DESK) -> tuple[int, str]:
    with CLIENTS[door]("127.0.0.1", port, timeout=20) as client:
        try:
            client.sendmail("ana@lusitel.example", [to], raw)
        except smtplib.SMTPDataError as error:
            return error.smtp_code, str(error.smtp_error)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = error.recipients[to]
            return code, words.decode()
    return 250, ""


@each_door
@pytest.mark.parametrize("step", ["accept.received", "accept.before_commit"])
def test_f2_a_failure_of_ours_is_451_and_says_nothing_of_us(world: World, door: str, step: str) -> None:
    failpoints.arm(f"{step}=raise*1")
    try:
        with mail_door(door, world) as port:
            code, words = _answer(door, port, mail())
            assert code == 451
            assert not any(word in words for word in MALICE)
            assert _answer(door, port, mail())[0] == 250
    finally:
        failpoints.arm("")


@each_door
def test_f2_a_full_disk_is_451(world: World, door: str) -> None:
    world.fill_the_disk()
    with mail_door(door, world) as port:
        code, words = _answer(door, port, mail())
    assert code == 451
    assert not any(word in words for word in (*MALICE, "extend"))


@each_door
def test_f2_a_database_that_is_down_is_451_at_the_recipient(world: World, door: str) -> None:
    nowhere = DoorDatabase("postgresql://nobody:secret@127.0.0.1:1/none")
    with mail_door(door, world, nowhere) as port:
        code, words = _answer(door, port, mail())
    assert code == 451
    assert not any(word in words for word in (*MALICE, "secret"))


@each_door
def test_f2_a_database_that_takes_nobody_in_any_more_is_451(world: World, fresh: Fresh, door: str) -> None:
    crowded = DoorDatabase(fresh.app_url)
    limit = f"ALTER DATABASE {world.owner.engine.url.database} CONNECTION LIMIT"
    with world.owner.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as owner:
        owner.execute(text(f"{limit} 0"))
        try:
            with mail_door(door, world, crowded) as port:
                assert _answer(door, port, mail())[0] == 451
                owner.execute(text(f"{limit} -1"))
                assert _answer(door, port, mail())[0] == 250
        finally:
            owner.execute(text(f"{limit} -1"))
    crowded.close()
