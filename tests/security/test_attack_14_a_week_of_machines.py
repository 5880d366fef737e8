"""A week against machines that answer every letter: none is answered for answering, and loops end (row 14)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mailgate import clock
from mailgate.office.setup import add_mailbox
from mailgate.store.organisations import found
from tests.support.mails import mail
from tests.support.relay import Taken
from tests.support.world import World

DAYS, HOURS = 7, 8  # a simulated week, in steps
CAP = 5
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
    assert world.reconciles()


def test_two_gateways_do_not_answer_each_other(world: World, moment: dict[str, datetime]) -> None:
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


def test_a_ticket_system_that_keeps_our_number_stays_on_one_ticket(world: World, moment: dict[str, datetime]) -> None:
    cases = itertools.count(100)

    def system(letter: Taken, me: str) -> tuple[bytes, str]:
        return mail(sender=me, subject=f"[Case-{next(cases)}] {letter.mail['Subject']}", body="Thank you."), me

    assert _week(world, moment, "help@silent.example", system) == [1] * DAYS
    assert world.count("SELECT count(*) FROM tickets") == DAYS


def test_one_that_quotes_us_is_found_and_held_within_the_day(world: World, moment: dict[str, datetime]) -> None:
    cases = itertools.count(100)

    def system(letter: Taken, me: str) -> tuple[bytes, str]:
        return mail(sender=me, subject=f"Case {next(cases)}: thank you", body=f"You wrote:\r\n{letter.text}"), me

    daily = _week(world, moment, "help@silent.example", system)
    assert max(daily) <= CAP
    assert world.count("SELECT count(*) FROM kept_mail WHERE cause = 'loop'") == DAYS, (
        "once a day, and then it is quiet"
    )
    assert world.reconciles()


def test_one_that_gives_no_sign_at_all_is_ended_by_the_cap(world: World, moment: dict[str, datetime]) -> None:
    cases = itertools.count(100)

    def system(letter: Taken, me: str) -> tuple[bytes, str]:
        return mail(sender=me, subject=f"Case {next(cases)}: thank you", body="We will answer soon."), me

    daily = _week(world, moment, "help@silent.example", system)
    assert max(daily) <= CAP
    told = world.count("SELECT count(*) FROM events WHERE kind = 'not_acknowledged'")
    assert told >= DAYS, "each suppressed answer is told on its ticket"


def test_subjects_that_pile_up_are_held(world: World, moment: dict[str, datetime]) -> None:
    held = world.receive(mail(subject="[Case-101] Re: [Case-102] Re: [Case-103] Your request"))
    assert (held.outcome, held.cause) == ("held", "loop")
    assert world.relay.taken == []
