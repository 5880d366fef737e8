"""F2: our failure is a 451, without a word of ours; the client tries again and nothing is lost."""

import smtplib

from mailgate import failpoints
from mailgate.store.db import Database
from tests.support.doors import smtp_door
from tests.support.mails import mail
from tests.support.world import DESK, World

MALICE = ("postgres", "RuntimeError", "Failpoint", "SELECT", "/", "psycopg")


def _answer(port: int, raw: bytes, to: str = DESK) -> tuple[int, str]:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        try:
            client.sendmail("ana@lusitel.example", [to], raw)
        except smtplib.SMTPDataError as error:
            return error.smtp_code, str(error.smtp_error)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = error.recipients[to]
            return code, words.decode()
    return 250, ""


def test_f2_a_failing_commit_is_451_and_says_nothing_of_us(world: World) -> None:
    failpoints.arm("accept.before_commit=raise*1")
    try:
        with smtp_door(world) as port:
            code, words = _answer(port, mail())
            assert code == 451
            assert not any(word in words for word in MALICE)
            assert _answer(port, mail())[0] == 250
    finally:
        failpoints.arm("")


def test_f2_a_database_that_is_down_is_451_at_the_recipient(world: World) -> None:
    nowhere = Database("postgresql://nobody:secret@127.0.0.1:1/none", pool=1, wait=0.5)
    with smtp_door(world, nowhere) as port:
        code, words = _answer(port, mail())
    assert code == 451
    assert not any(word in words for word in (*MALICE, "secret"))


def test_f2_an_empty_pool_is_451(world: World) -> None:
    small = Database(world.database.engine.url.render_as_string(hide_password=False), pool=1, wait=0.3)
    with smtp_door(world, small) as port, small.crossing():
        assert _answer(port, mail())[0] == 451
    small.close()
