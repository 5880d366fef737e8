"""What is promised: due times follow what happens, and steps are done once when their time has come."""

from datetime import timedelta

from sqlalchemy import event

from mailgate import clock, jobs
from mailgate.office.promises import policies, switch_policy
from mailgate.store.office import mailbox_by_id
from mailgate.store.promises import policy_rows
from mailgate.store.tickets import Ticket, by_id
from mailgate.tickets.answer import answer
from mailgate.tickets.change import change
from mailgate.tickets.explain import explain
from mailgate.tickets.history import Actor
from tests.support.mails import mail
from tests.support.promises import Hands
from tests.support.world import World

MARA = Actor("agent", "Mara Koch", 1)


def _due(ticket: Ticket) -> list[str | None]:
    moments = ticket.first_response_due, ticket.next_response_due, ticket.resolution_due, ticket.assignment_due
    zone = clock.now().tzinfo
    return [moment.astimezone(zone).strftime("%a %H:%M") if moment else None for moment in moments]


def test_due_times_follow_what_happens(hands: Hands, world: World) -> None:
    ticket_id = world.receive(mail()).ticket_id
    assert ticket_id is not None
    assert _due(world.ticket(ticket_id)) == ["Mon 11:00", None, "Tue 17:00", "Mon 10:00"]
    hands.moment += timedelta(minutes=30)
    with world.database.desk(1) as session:
        ticket = by_id(session, ticket_id, lock=True)
        assert ticket is not None
        change(session, ticket, MARA, clock.now(), priority="high")
    world.work()
    assert _due(world.ticket(ticket_id))[0] == "Mon 10:00"
    with world.database.desk(1) as session:
        ticket = by_id(session, ticket_id, lock=True)
        assert ticket is not None
        mailbox = mailbox_by_id(session, ticket.mailbox_id)
        letter = answer(session, ticket, mailbox, "Soon.", MARA, clock.now(), world.shop.marks, channel="web")
    world.work()
    assert _due(world.ticket(ticket_id)) == ["Mon 10:00", None, None, None], "waiting for the customer"
    hands.moment += timedelta(hours=2)
    world.receive(mail(headers=(("In-Reply-To", f"<{letter.message_id}>"),)))
    assert _due(world.ticket(ticket_id)) == ["Mon 10:00", "Mon 15:30", "Wed 11:00", "Mon 12:00"]


def test_explain_counts_the_minutes(hands: Hands, world: World) -> None:
    ticket_id = world.receive(mail()).ticket_id
    hands.moment += timedelta(hours=25)
    world.work()
    with world.database.desk(1) as session:
        (told,) = explain(
            session, world.shop.marks, world.ticket(ticket_id).number, policies(session, hands()), hands()
        )
    first = next(promise for promise in told.promises if promise.goal == "first_response")
    assert (first.state, first.minutes, first.target) == ("late", 9 * 60, 120)
    assert first.words == "It was due Mon 2026-11-23 11:00 CET."
    assert first.counted == ("Mon 2026-11-23 09:00–17:00: 8 h", "Tue 2026-11-24 09:00–10:00: 1 h")
    late = [each for each in told.history if each.kind == "breached"]
    assert [each.what for each in late] == [
        "The assignment is late: policy Usual.", "The first response is late: policy Usual."
    ]  # fmt: skip
    assert late[0].details == ("This was due 24 hours ago, and is done late.",)


def _asked_by_following(world: World, mails: int) -> list[str]:
    """What following so many new requests asks, one batch."""
    for number in range(mails):
        world.deliver(mail(sender=f"p{number}-{mails}@lusitel.example"))
    jobs.read_mail()
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    jobs.follow_event()
    event.remove(world.database.engine, "before_cursor_execute", note)
    return [statement for statement in asked if "tickets" in statement or "sla_policies" in statement]


def test_promises_cost_one_small_write_a_batch_and_nothing_where_there_are_none(world: World) -> None:
    with_policy = _asked_by_following(world, 10)
    assert sum("UPDATE tickets" in statement for statement in with_policy) == 1
    with world.database.desk(1) as session:
        (row,) = policy_rows(session)
        switch_policy(session, row.id, clock.now(), is_active=False)
    jobs.watch_clocks()
    without = _asked_by_following(world, 10)
    assert not any("UPDATE tickets" in one or "sla_policies" in one or "FOR UPDATE" in one for one in without)
