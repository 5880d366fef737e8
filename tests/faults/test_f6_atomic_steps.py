"""F6: filing and following are atomic. Aborted at each statement, tried again, the end is always the same."""

from collections.abc import Callable

import pytest
from sqlalchemy import event

from mailgate import jobs
from mailgate.steps.file import file_letters
from mailgate.steps.follow import follow
from mailgate.store.claims import Claimed
from tests.support.mails import mail
from tests.support.world import World

TABLES = ("tickets", "messages", "events", "thread_ids", "people", "addresses", "outbox", "written_letters")


class PowerCutError(Exception):
    """The power goes here."""


def _counts(world: World) -> dict[str, int]:
    return {table: world.count(f"SELECT count(*) FROM {table}") for table in TABLES}


def _cut_at(world: World, statement_number: int) -> tuple[dict[str, int], Callable[[], None]]:
    seen = {"count": 0}

    def watch(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "number_blocks" in statement:  # numbers are taken in a transaction of their own: a gap is no loss
            return
        seen["count"] += 1
        if seen["count"] == statement_number:
            raise PowerCutError

    event.listen(world.database.engine, "before_cursor_execute", watch)
    return seen, lambda: event.remove(world.database.engine, "before_cursor_execute", watch)


def test_f6_filing_cut_at_each_statement_leaves_nothing_behind(world: World) -> None:
    kept_id = world.deliver(mail())
    kept = world.kept(kept_id)
    with world.database.desk(1) as session:
        from mailgate.store.kept import raw_of

        ((row, raw),) = raw_of(session, [kept_id])
    before, statement, done = _counts(world), 0, False
    while not done:
        statement += 1
        seen, forget = _cut_at(world, statement)
        try:
            file_letters(world.shop, 1, [jobs._arrival(row, raw or b"")])
            done = True
        except PowerCutError:
            assert _counts(world) == before
        finally:
            forget()
    assert statement > 8
    assert seen["count"] < statement
    assert kept.state == "waiting"
    assert world.count("SELECT count(*) FROM tickets") == 1
    assert world.reconciles()


def test_f6_following_cut_at_each_statement_leaves_nothing_behind(world: World) -> None:
    world.deliver(mail())
    jobs.read_mail()
    event_id = world.count("SELECT event_id FROM unfollowed_events")
    before, statement, done = _counts(world), 0, False
    while not done:
        statement += 1
        _, forget = _cut_at(world, statement)
        try:
            assert follow(world.shop, 1, [event_id]) == 1
            done = True
        except PowerCutError:
            assert _counts(world) == before
            assert world.count("SELECT count(*) FROM unfollowed_events") == 1
        finally:
            forget()
    assert statement > 8
    assert world.count("SELECT count(*) FROM outbox") == 1
    assert world.count("SELECT count(*) FROM unfollowed_events") == 0


def test_f6_an_event_followed_by_two_workers_at_once_is_followed_once(world: World) -> None:
    world.deliver(mail())
    jobs.read_mail()
    event_id = world.count("SELECT event_id FROM unfollowed_events")
    assert [follow(world.shop, 1, [event_id]), follow(world.shop, 1, [event_id])] == [1, 0]
    assert world.count("SELECT count(*) FROM outbox") == 1


@pytest.mark.parametrize("step", ["read", "follow"])
def test_f6_a_step_that_fails_keeps_its_words_and_is_tried_again(world: World, step: str) -> None:
    kept_id = world.deliver(mail())
    claim = Claimed(1, kept_id, 1)
    if step == "read":
        jobs._reading_failed(claim, RuntimeError("no such thing"))
        assert "no such thing" in (world.kept(kept_id).last_error or "")
        assert world.kept(kept_id).state == "waiting"
        return
    jobs.read_mail()
    event_id = world.count("SELECT event_id FROM unfollowed_events")
    jobs._following_failed(Claimed(1, event_id, 1), RuntimeError("no such thing"))
    assert world.count("SELECT count(*) FROM unfollowed_events WHERE last_error LIKE '%no such thing%'") == 1
