"""An agent works from a mail program: answers, notes and commands count only if the mail proves whose it is."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mailgate import clock
from mailgate.mail import Verdict
from mailgate.office.setup import add_agent
from mailgate.store.agents import Agent, agent_by_email
from mailgate.store.events import history_of
from mailgate.store.messages import Message
from mailgate.store.tickets import Ticket
from tests.support.mails import mail
from tests.support.world import DESK, World

ANA, MARA = "ana@lusitel.example", "mara@nordlicht.example"


def _asked(world: World) -> Ticket:
    return world.ticket(world.receive(mail(body="A question of Ana's.")).ticket_id)


def _write(world: World, ticket: Ticket, body: str, *, trust: str = "pass", **more: Any) -> tuple[str, Ticket, Message]:
    subject = f"Re: [#{ticket.number}] {ticket.subject}"
    raw = mail(sender=f"Mara Koch <{MARA}>", subject=subject, body=body, **more)
    kept = world.receive(raw, sender=MARA, trust=trust)
    return kept.cause or str(kept.outcome), world.ticket(ticket.id), world.thread(ticket.id)[-1]


def _agent(world: World) -> Agent:
    with world.database.desk(1) as session:
        agent = agent_by_email(session, MARA)
    assert agent is not None
    return agent


def test_an_agents_mail_answers_the_customer_in_the_desks_name(world: World) -> None:
    ticket = _asked(world)
    body = "I have sent you a fresh link.\r\n-- \r\nMara\r\nprivate: 0170 1234\r\n\r\nOn Friday, Ana wrote:\r\n> A"
    outcome, after, said = _write(world, ticket, body)
    assert (outcome, after.status, said.direction) == ("appended", "pending", "out")
    (letter,) = world.relay.to(ANA)[1:]
    assert "fresh link" in letter.text
    assert "0170" not in letter.text
    assert letter.mail["From"] == '"Mara Koch (Nordlicht Support)" <help@nordlicht.example>'
    assert MARA not in letter.raw.decode()


@pytest.mark.parametrize(("trust", "cause"), [("none", "unauthenticated-agent"), ("fail", "forged-sender")])
def test_an_agents_mail_that_proves_nothing_is_held_and_reaches_nobody(world: World, trust: str, cause: str) -> None:
    ticket = _asked(world)
    outcome, after, said = _write(world, ticket, "Please pay to this account.", trust=trust)
    assert (outcome, after.status, said.direction) == (cause, "new", "system")
    assert len(world.relay.taken) == 1, "only the acknowledgement"
    assert world.reconciles()


def test_an_agent_who_was_switched_off_is_a_stranger_when_the_mail_is_read(world: World) -> None:
    """THREATS row 10: rights count at processing time."""
    ticket = _asked(world)
    subject = f"Re: [#{ticket.number}] {ticket.subject}"
    world.deliver(mail(sender=MARA, subject=subject, body="Written while employed."), sender=MARA)
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE agents SET active = false WHERE email = '{MARA}'")
    world.work()
    assert len(world.relay.to(ANA)) == 1
    outcome, after, said = _write(world, ticket, "Written afterwards.")
    assert (outcome, after.status, said.direction) == ("opened", "new", "system")
    assert len(world.relay.to(ANA)) == 1


def test_somebody_who_only_looks_on_answers_nobody(world: World) -> None:
    ticket = _asked(world)
    with world.owner.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE agents SET role = 'viewer'")
    assert _write(world, ticket, "Hello from a viewer.")[0] == "opened"
    assert len(world.relay.to(ANA)) == 1


def test_commands_at_the_top_are_carried_out_and_not_sent(world: World) -> None:
    ticket = _asked(world)
    outcome, after, said = _write(
        world, ticket, "#assign me\r\n#priority urgent\r\n#status resolved\r\n\r\nIt is mended.\r\n#status stays here"
    )
    assert (outcome, after.status, after.priority, after.assignee_id) == (
        "appended", "resolved", "urgent", _agent(world).id,
    )  # fmt: skip
    assert said.text == "It is mended.\n#status stays here"
    assert "#priority" not in world.relay.to(ANA)[-1].text


def test_a_note_by_mail_stays_in_the_house(world: World) -> None:
    ticket = _asked(world)
    outcome, after, said = _write(world, ticket, "#note\r\nShe has called twice already.")
    assert (outcome, after.status, said.direction, said.text) == (
        "appended", "new", "note", "She has called twice already.",
    )  # fmt: skip
    assert len(world.relay.taken) == 1


def test_commands_alone_send_nothing(world: World) -> None:
    ticket = _asked(world)
    outcome, after, said = _write(
        world, ticket, "#status on-hold\r\n\r\nOn Friday, Ana wrote:\r\n> A question of Ana's."
    )
    assert (outcome, after.status, said.direction) == ("appended", "on_hold", "system")
    assert len(world.relay.taken) == 1


@pytest.mark.parametrize(
    "body",
    ["#nte She is lying.", "#assign nobody-here\r\nHello", "#priority soon\r\nHello", "#status new\r\nHello",
     "#status open\r\n#status open\r\nHello", "#assign\r\nHello"],
)  # fmt: skip
def test_a_mistake_in_a_command_sends_and_changes_nothing(world: World, body: str) -> None:
    ticket = _asked(world)
    _write(world, ticket, "#status open")
    outcome, after, said = _write(world, ticket, body)
    assert (outcome, after.status, after.priority, said.direction) == ("appended", "open", "normal", "note")
    assert said.text.startswith("Nothing was sent or changed. ")
    assert after.is_unread
    assert len(world.relay.taken) == 1


def test_a_colleague_is_found_by_name_or_address(world: World) -> None:
    with world.database.desk(1) as session:
        jon = add_agent(session, "jon@nordlicht.example", "agent", clock.now(), name="Jon Berg")
    ticket = _asked(world)
    for name in ("jon", "Jon Berg", "jon@nordlicht.example"):
        assert _write(world, ticket, f"#assign {name}")[1].assignee_id == jon.id
        assert _write(world, ticket, "#assign none")[1].assignee_id is None


def test_an_answer_the_customer_has_already_is_not_sent_once_more(world: World) -> None:
    ticket = _asked(world)
    outcome, after, said = _write(world, ticket, "As I said on the phone.", to=f"help@nordlicht.example, {ANA}")
    assert (outcome, after.status, said.direction) == ("appended", "pending", "out")
    assert len(world.relay.to(ANA)) == 1
    with world.database.desk(1) as session:
        assert history_of(session, ticket.id)[-1].kind == "answered_directly"


def test_an_agents_out_of_office_reaches_no_customer(world: World) -> None:
    ticket = _asked(world)
    raw = mail(
        sender=MARA, subject=f"Out of office: [#{ticket.number}]", body="Back on Monday.",
        headers=(("Auto-Submitted", "auto-replied"),),
    )  # fmt: skip
    assert world.receive(raw, sender=MARA, trust="pass").outcome == "appended"
    assert (world.thread(ticket.id)[-1].direction, world.ticket(ticket.id).status) == ("note", "new")
    assert len(world.relay.taken) == 1


def test_a_mail_without_new_words_sends_nothing(world: World) -> None:
    ticket = _asked(world)
    outcome, _, said = _write(world, ticket, "On Friday, Ana wrote:\r\n> A question of Ana's.")
    assert (outcome, said.direction) == ("appended", "note")
    assert len(world.relay.taken) == 1


def test_an_agent_who_asks_for_something_themselves_is_a_customer(world: World) -> None:
    kept = world.receive(mail(sender=MARA, subject="My laptop"), sender=MARA)
    own = world.ticket(kept.ticket_id)
    assert own.requester_address == MARA
    back = world.receive(mail(sender=MARA, subject=f"Re: [#{own.number}] My laptop", body="Still broken."), sender=MARA)
    assert (back.outcome, world.thread(own.id)[-1].direction) == ("appended", "in")


def test_what_an_agent_writes_to_others_with_the_desk_in_cc_is_a_note(world: World) -> None:
    ticket = _asked(world)
    outcome, after, said = _write(
        world, ticket, "Can you mend it for our customer?", to="vendor@else.example", headers=(("Cc", DESK),)
    )
    assert (outcome, after.status, said.direction) == ("appended", "new", "note")
    assert len(world.relay.taken) == 1


def test_an_imported_answer_of_an_agent_is_filed_under_its_date_and_not_sent_again(world: World) -> None:
    ticket = _asked(world)
    raw = mail(sender=MARA, to=DESK, subject=f"Re: [#{ticket.number}]", body="I have sent you a fresh link.")
    long_ago = datetime(2020, 3, 2, 9, tzinfo=UTC)
    kept_id = world.keeper.keep([replace(world.incoming(raw, sender=MARA), dated=long_ago, quiet=True)]).result(30)[0]
    world._file(kept_id, raw, Verdict("pass"))
    world.work()
    assert world.kept(kept_id).outcome == "appended"
    (said,) = [message for message in world.thread(ticket.id) if message.kept_id == kept_id]
    assert (said.direction, said.at) == ("out", long_ago)
    assert len(world.relay.to(ANA)) == 1, "only the acknowledgement"
