"""A week against machines that answer every letter: none is answered for answering, and loops end (row 14)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.policy import SMTP
from pathlib import Path

import pytest

from mailgate import clock
from mailgate.office.setup import add_mailbox
from mailgate.steps.workshop import move_in
from mailgate.store.founding import found
from tests.support.databases import Databases, fresh_database
from tests.support.mails import mail
from tests.support.relay import Taken
from tests.support.world import DESK, World, small_world

DAYS, HOURS = 7, 8  # a simulated week, in steps
CAP, FAR_TOO_MANY = 5, 50
OTHER_DESK = "help@suedwind.example"
MARKS = (  # by which a mail says that a machine wrote it, or to what it answers
    *("Auto-Submitted", "X-Auto-Response-Suppress", "X-Loop", "Precedence"),
    *("In-Reply-To", "References", "Thread-Index", "Thread-Topic", "Message-ID", "Reply-To"),
)
Answer = Callable[[Taken, str], tuple[bytes, str]]  # a letter of ours and the machine's address: its mail and envelope


@pytest.fixture
def moment() -> Iterator[dict[str, datetime]]:
    moment = {"now": datetime(2026, 11, 2, 9, tzinfo=UTC)}
    clock.follow(lambda: moment["now"])
    yield moment
    clock.follow(None)


def _cited(letter: Taken) -> tuple[str, str]:
    return "In-Reply-To", str(letter.mail["Message-ID"])


def exchange(letter: Taken, me: str) -> tuple[bytes, str]:
    headers = (
        ("X-MS-Exchange-Inbox-Rules-Loop", me), ("X-Auto-Response-Suppress", "All"),
        ("Auto-Submitted", "auto-generated"), _cited(letter),
    )  # fmt: skip
    return mail(sender=me, subject=f"Automatic reply: {letter.mail['Subject']}", body="I am away.", headers=headers), me


def gmail(letter: Taken, me: str) -> tuple[bytes, str]:
    headers = (("Auto-Submitted", "auto-replied"), ("X-Autoreply", "yes"), ("Precedence", "bulk"), _cited(letter))
    return mail(sender=me, subject=f"Away Re: {letter.mail['Subject']}", body="I am away.", headers=headers), ""


def zimbra(letter: Taken, me: str) -> tuple[bytes, str]:
    headers = (("Auto-Submitted", "auto-replied (zimbra; vacation=true)"), ("Precedence", "bulk"))
    return mail(sender=me, subject="Out of office", body="I am away.", headers=headers), ""


def vacation(letter: Taken, me: str) -> tuple[bytes, str]:
    return mail(sender=me, subject="away from my mail", body="I am away.", headers=(("Precedence", "junk"),)), ""


def list_manager(letter: Taken, me: str) -> tuple[bytes, str]:
    headers = (("List-Id", "<talk.example.org>"), ("Precedence", "list"), ("X-List-Administrivia", "yes"))
    return mail(sender=me, subject="Your message awaits approval", body="By the list.", headers=headers), me


def _pump(world: World, me: str, answer: Answer, done: int) -> int:
    """The machine answers every letter it gets, until there is nothing more to answer."""
    for _ in range(40):
        fresh = [letter for letter in world.relay.taken[done:] if letter.recipient == me]
        done = len(world.relay.taken)
        if not fresh:
            return done
        for letter in fresh:
            raw, sender = answer(letter, me)
            world.deliver(raw, sender=sender)
        world.work()
    raise AssertionError("the ping-pong never ends")


def _week(world: World, moment: dict[str, datetime], me: str, answer: Answer) -> list[int]:
    """A person at that address writes once a day; how many letters we sent there each day."""
    done, daily = 0, []
    for day in range(DAYS):
        before = len(world.relay.to(me))
        world.receive(mail(sender=me, subject=f"A question on day {'abcdefg'[day]}"), sender=me)
        for _ in range(24 // HOURS):
            done = _pump(world, me, answer, done)
            moment["now"] += timedelta(hours=HOURS)
        daily.append(len(world.relay.to(me)) - before)
    return daily


@pytest.mark.parametrize("machine", [exchange, gmail, zimbra, vacation, list_manager])
def test_no_machine_that_says_so_is_answered(world: World, moment: dict[str, datetime], machine: Answer) -> None:
    daily = _week(world, moment, "bob@away.example", machine)
    assert daily == [1] * DAYS, "the person's question is acknowledged, and no machine's answer to that"
    _is_told(world)


def test_two_desks_of_one_gateway_do_not_answer_each_other(world: World, moment: dict[str, datetime]) -> None:
    other = "desk@andere.example"
    with world.owner.desk(0) as session:
        org = found(session, "Another desk").id
    with world.database.desk(org) as session:
        add_mailbox(session, other, clock.now())
    done = 0
    for day in range(DAYS):
        world.receive(mail(sender=other, subject=f"Passed on {day}"), sender=other)
        for _ in range(10):
            fresh, done = world.relay.taken[done:], len(world.relay.taken)
            for letter in fresh:
                world.deliver(letter.raw, to=letter.recipient, sender=letter.sender)
            world.work()
        moment["now"] += timedelta(days=1)
    assert len(world.relay.to(other)) == DAYS
    assert len(world.relay.taken) == DAYS, "what the other desk got says that a machine wrote it: no answer"
    assert world.reconciles()


@pytest.fixture
def other(databases: Databases, world: World, tmp_path: Path) -> Iterator[World]:
    """A second Mailgate: another database, another key, another address."""
    folder = tmp_path / "other"
    folder.mkdir()
    with (
        fresh_database(databases) as fresh,
        small_world(fresh, folder, OTHER_DESK, "the other's own key, long") as made,
    ):
        yield made
    move_in(world.shop)


@pytest.mark.parametrize("is_stripped", [False, True], ids=["as it is", "with all marks lost on the way"])
def test_two_whole_gateways_answer_each_other_for_a_week(
    world: World, other: World, moment: dict[str, datetime], is_stripped: bool
) -> None:
    """Somebody at the other desk writes to ours once a day; each gets all that the other sends."""
    done, daily = (0, 0), []
    for day in range(DAYS):
        before = len(world.relay.taken), len(other.relay.taken)
        world.deliver(mail(sender=OTHER_DESK, subject=f"A question on day {'abcdefg'[day]}"), sender=OTHER_DESK)
        while done != (done := _exchange(world, other, done, is_stripped=is_stripped)):
            assert len(world.relay.taken) - before[0] < FAR_TOO_MANY
        daily.append((len(world.relay.taken) - before[0], len(other.relay.taken) - before[1]))
        moment["now"] += timedelta(days=1)
    if is_stripped:
        assert max(max(day) for day in daily) <= CAP
    else:
        assert daily == [(1, 0)] * DAYS, "the question is acknowledged; the acknowledgement says that it is one"
    for each in (world, other):
        _is_told(each)


def _exchange(world: World, other: World, done: tuple[int, int], *, is_stripped: bool) -> tuple[int, int]:
    """Both work, and get what the other has written; how much that was so far."""
    for each in (world, other):
        move_in(each.shop)
        each.work()
    return (
        _hand_over(world, other, OTHER_DESK, done[0], is_stripped=is_stripped),
        _hand_over(other, world, DESK, done[1], is_stripped=is_stripped),
    )


def _hand_over(sender: World, receiver: World, desk: str, done: int, *, is_stripped: bool) -> int:
    """What one sends reaches the other."""
    fresh = [letter for letter in sender.relay.taken[done:] if letter.recipient == desk]
    for letter in fresh:
        if not is_stripped:
            receiver.deliver(letter.raw, to=desk, sender=letter.sender)
            continue
        stripped = letter.mail
        for name in MARKS:
            del stripped[name]
        author = stripped["From"].addresses[0].addr_spec
        receiver.deliver(stripped.as_bytes(policy=SMTP), to=desk, sender=author)
    return len(sender.relay.taken)


def test_a_ticket_system_that_keeps_our_number_stays_on_one_ticket(world: World, moment: dict[str, datetime]) -> None:
    cases = itertools.count(100)

    def system(letter: Taken, me: str) -> tuple[bytes, str]:
        return mail(sender=me, subject=f"[Case-{next(cases)}] {letter.mail['Subject']}", body="Thank you."), me

    assert _week(world, moment, "help@silent.example", system) == [1] * DAYS
    assert world.count("SELECT count(*) FROM tickets") == DAYS


def _subject(moment: dict[str, datetime], case: int) -> str:
    """One day another in each mail, the next always the same."""
    return f"Case {case}: thank you" if moment["now"].day % 2 else "We have received your message"


def test_one_that_quotes_us_is_found_and_held_within_the_day(world: World, moment: dict[str, datetime]) -> None:
    cases = itertools.count(100)

    def system(letter: Taken, me: str) -> tuple[bytes, str]:
        return mail(sender=me, subject=_subject(moment, next(cases)), body=f"You wrote:\r\n{letter.text}"), me

    daily = _week(world, moment, "help@silent.example", system)
    assert max(daily) <= CAP
    assert world.count("SELECT count(*) FROM kept_mail WHERE cause = 'loop'") == DAYS, (
        "once a day, and then it is quiet"
    )
    _is_told(world)


def test_one_that_gives_no_sign_at_all_is_ended_by_the_cap(world: World, moment: dict[str, datetime]) -> None:
    cases = itertools.count(100)

    def system(letter: Taken, me: str) -> tuple[bytes, str]:
        return mail(sender=me, subject=_subject(moment, next(cases)), body="We will answer soon."), me

    daily = _week(world, moment, "help@silent.example", system)
    assert max(daily) <= CAP
    told = world.count("SELECT count(*) FROM events WHERE kind = 'not_acknowledged'")
    assert told >= DAYS, "each suppressed answer is told on its ticket"
    _is_told(world)


def test_subjects_that_pile_up_are_held(world: World, moment: dict[str, datetime]) -> None:
    held = world.receive(mail(subject="[Case-101] Re: [Case-102] Re: [Case-103] Your request"))
    assert (held.outcome, held.cause) == ("held", "loop")
    assert world.relay.taken == []


def _is_told(world: World) -> None:
    """Every request was acknowledged, or its history says why not; and no mail is missing."""
    answered = (
        "SELECT count(*) FROM events WHERE ticket_id = tickets.id AND kind IN ('acknowledged', 'not_acknowledged')"
    )
    assert world.count(f"SELECT count(*) FROM tickets WHERE ({answered}) <> 1") == 0
    silent = "kind = 'not_acknowledged' AND coalesce(data->>'reasons', '[]') = '[]'"
    assert world.count(f"SELECT count(*) FROM events WHERE {silent}") == 0
    assert world.reconciles()
