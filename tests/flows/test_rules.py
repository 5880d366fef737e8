"""Rules in the story of a letter: on what they act, in what order, told to whom, and never in circles."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office.rules import apply_rules, change_rule, export_rules, given_by, return_rule, switch_rule, the_rule
from mailgate.office.setup import add_agent, add_category, add_team
from mailgate.steps import ruling
from mailgate.store.agents import agent_by_email
from mailgate.store.tickets import Ticket, by_id, tags_of
from mailgate.tickets.answer import note
from mailgate.tickets.change import change
from mailgate.tickets.history import Actor
from tests.support.databases import Fresh
from tests.support.mails import mail
from tests.support.promises import promise
from tests.support.ruled import asks, history, names, rule, runs
from tests.support.world import World, small_world

MARA = Actor("agent", "Mara Koch", agent_id=1)


@pytest.fixture
def world(fresh: Fresh, tmp_path: Path) -> Iterator[World]:
    """A desk with something to be given to."""
    with small_world(fresh, tmp_path) as made:
        with made.database.desk(1) as session:
            add_team(session, "Billing", clock.now())
            add_category(session, "Refunds", clock.now())
            add_agent(session, "ida@nordlicht.example", "admin", clock.now(), name="Ida Holm")
        promise(made)
        yield made
        made.work()
        assert made.count("SELECT count(*) FROM unfollowed_events") == 0


def _tags(world: World, ticket_id: int | None) -> list[str]:
    with world.database.desk(1) as session:
        return tags_of(session, [ticket_id or 0])[ticket_id or 0]


def _change(world: World, ticket: Ticket, **what: str) -> None:
    with world.database.desk(1) as session:
        again = by_id(session, ticket.id, lock=True)
        assert again is not None
        change(session, again, MARA, clock.now(), **what)  # type: ignore[arg-type] # one of its fields
    world.work()


def test_rules_act_on_a_new_ticket_in_order_and_say_so(world: World) -> None:
    body = "Where is my refund?\n\nOn Monday you wrote:\n> nothing\n"
    rule(
        world, "Refunds", "created",
        ("category", "Refunds"), ("team", "Billing"), ("priority", "high"), ("tag", "Money"),
        where={"all": [asks("words", "contains", "refund"), {"any": [
            asks("company", "is", "lusitel.example"), asks("language", "is", "de")]}]},
    )  # fmt: skip
    rule(
        world,
        "High",
        "created",
        ("assignee", "mara@nordlicht.example"),
        where=[asks("priority", "is", "high")],
        stop=True,
    )
    rule(world, "Never", "created", ("tag", "never"))
    rule(world, "Headers", "created", ("tag", "never"), where=[asks("header.X-Nothing", "set")], place=1)
    rule(
        world, "All the rest", "created", ("tag", "rest"), place=2,
        where=[asks("header.message-id", "contains", "@"), asks("trust", "is", "none"), asks("kind", "is", "person"),
               asks("from", "is", "ana@lusitel.example"), asks("to", "has", "help@nordlicht.example"),
               asks("by", "is", "customer"), asks("files", "empty"), asks("earlier", "is", "0"),
               asks("mailbox", "is", "help@nordlicht.example"), asks("channel", "is", "mail"),
               asks("turn", "is", "us"), asks("text", "contains_not", "nothing"),
               asks("customer_name", "contains", "Ana"), asks("messages", "is", "1"), asks("age", "below", "1")],
    )  # fmt: skip
    kept = world.receive(mail(subject="Order 20931", body=body))
    ticket = world.ticket(kept.ticket_id)
    assert names(world, ticket.id) == ["All the rest", "Refunds", "High"]
    assert (ticket.priority, ticket.assignee_id is not None, ticket.team_id is not None) == ("high", True, True)
    assert _tags(world, ticket.id) == ["money", "rest"]
    refunds = runs(world, ticket.id)[1]
    assert refunds.saw["company"] == "lusitel.example"
    assert "nothing" not in refunds.saw["words"]
    told = next(event for event in history(world, ticket.id) if event.data.get("rule") == "Refunds")
    assert told.actor_name == "Rule “Refunds”"
    assert told.data["reasons"][0] == "Set the category “Refunds”."
    # The answer to the customer is written after the rules have done what they do.
    kinds = [event.kind for event in history(world, ticket.id)]
    assert kinds[0] == "opened"
    assert kinds[-1] == "acknowledged"


def test_rules_wait_for_what_they_say(world: World) -> None:
    rule(world, "Again", "message", ("tag", "again"), where=[asks("by", "is", "customer")])
    rule(world, "Noted", "message", ("priority", "urgent"), where=[asks("direction", "is", "note")])
    rule(world, "Waits", "status", ("note", "It waits."), where=[asks("status_before", "is", "new")])
    rule(world, "Low", "priority", ("tag", "lowered"), where=[asks("priority", "is", "low")])
    first = world.receive(mail(message_id="one@lusitel.example"))
    assert names(world, first.ticket_id) == []
    ticket = world.ticket(first.ticket_id)
    world.receive(mail(headers=(("In-Reply-To", "<one@lusitel.example>"),), body="And again."))
    assert names(world, ticket.id) == ["Again"]
    _change(world, ticket, status="pending")
    assert names(world, ticket.id) == ["Again", "Waits"]
    assert [message.text for message in world.thread(ticket.id) if message.direction == "note"] == ["It waits."]
    _change(world, ticket, priority="low")
    assert names(world, ticket.id)[2:] == ["Low"]
    with world.database.desk(1) as session:
        note(session, by_id(session, ticket.id) or ticket, "Hm.", MARA, clock.now(), channel="web")
    world.work()
    # The note a rule left started no rule, that of a person does.
    assert names(world, ticket.id)[3:] == ["Noted"]


def test_what_cannot_be_done_is_said_and_stops_nothing_else(world: World) -> None:
    rule_id = rule(
        world, "Give", "created", ("assignee", "mara@nordlicht.example"), ("status", "open"), ("status", "closed"),
        ("escalate", "Billing"), ("tag", "b"),
    )  # fmt: skip
    with world.owner.desk(1) as session:
        agent = agent_by_email(session, "mara@nordlicht.example")
        assert agent is not None
        agent.active = False
    kept = world.receive(mail())
    (run,) = runs(world, kept.ticket_id)
    assert "mara@nordlicht.example does not work here." in run.did[0]
    assert "cannot become closed" in run.did[2]
    assert run.did[3:] == ["Escalate it to the team “Billing”.", "Add the tag “b”."]
    assert world.ticket(kept.ticket_id).escalation == 1
    with world.database.desk(1) as session:
        switch_rule(session, rule_id, "Ida", clock.now(), on=False)
    assert names(world, world.receive(mail(message_id="two@x.example")).ticket_id) == []


def test_a_rule_has_versions_and_goes_into_a_file_and_back(world: World) -> None:
    rule_id = rule(world, "One", "created", ("tag", "one"))
    rule(world, "Two", "created", ("tag", "two"))
    with world.database.desk(1) as session:
        given = given_by(the_rule(session, rule_id))
        change_rule(session, rule_id, given.model_copy(update={"stop": True}), "Ida", clock.now())
        row = return_rule(session, rule_id, 1, "Ida", clock.now())
        assert (row.version, row.given["stop"]) == (3, False)
        with pytest.raises(BadInput, match="Two already"):
            change_rule(session, rule_id, given.model_copy(update={"name": "Two"}), "Ida", clock.now())
    lost = {"name": "X", "when": "created", "then": [{"do": "team", "value": "Nobody"}], "active": True}
    with pytest.raises(BadInput, match="no team “Nobody”"), world.database.desk(1) as session:
        apply_rules(session, [lost], "Ida", clock.now())
    with world.database.desk(1) as session:
        written = export_rules(session)[-2:]
        apply_rules(session, [{**written[1], "stop": True}, {**written[0], "name": "Three"}], "Ida", clock.now())
        assert [(each["name"], each["stop"]) for each in export_rules(session)] == [("Two", True), ("Three", False)]
    assert names(world, world.receive(mail()).ticket_id) == ["Two"]


PINGS = {
    "status": (("status", "pending"), ("status", "open")),
    "priority": (("priority", "low"), ("priority", "high")),
    "assigned": (("team", "Billing"), ("team", "")),
    "changed": (("tag", "x"), ("untag", "x")),
    "message": (("note", "ping"), ("note", "pong")),
}


def test_no_two_rules_play_ping_pong(world: World) -> None:
    """Every pair of triggers, marked to act on what rules did: each acts once for what somebody did."""
    for first, second in itertools.product(PINGS, repeat=2):
        with world.database.desk(1) as session:
            apply_rules(session, [], "Ida", clock.now())
        rule(world, "Ping", first, PINGS[second][0], after_rules=True)
        rule(world, "Pong", second, PINGS[first][1], PINGS[first][0], after_rules=True)
        ticket = world.ticket(world.receive(mail(message_id=f"{first}-{second}@lusitel.example")).ticket_id)
        _change(world, ticket, status="on_hold", priority="urgent", tags=["y"])  # type: ignore[arg-type]
        with world.database.desk(1) as session:
            note(session, by_id(session, ticket.id) or ticket, "Hm.", MARA, clock.now(), channel="web")
        world.work()
        done = names(world, ticket.id)
        assert len(done) <= 6, (first, second, done)


def test_a_storm_is_weathered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ruling, "MOST_AN_HOUR", 3)
    rule(world, "Every note", "message", ("tag", "noted"))
    ticket = world.ticket(world.receive(mail()).ticket_id)
    for _ in range(5):
        with world.database.desk(1) as session:
            note(session, by_id(session, ticket.id) or ticket, "Hm.", MARA, clock.now(), channel="web")
        world.work()
    assert len(names(world, ticket.id)) == 3
    assert [event.kind for event in history(world, ticket.id)].count("not_ruled") == 1
