"""`mailgate outbox`: what leaves is listed, tried again, stopped; addresses that are dead are listed and cleared."""

import json

from mailgate import clock
from mailgate.store.outbox import OutboxCopy, list_copies
from mailgate.store.people import mark_failing
from tests.cli.conftest import Mailgate
from tests.support.mails import mail
from tests.support.world import World

ANA = "ana@lusitel.example"


def _copies(world: World) -> list[OutboxCopy]:
    """Oldest first."""
    with world.database.desk(1) as session:
        return [copy for copy, _ in list_copies(session, states=(), before=None, limit=10)][::-1]


def test_letters_are_listed_tried_again_and_stopped(world: World, mailgate: Mailgate) -> None:
    world.shop.relay_url = None
    for count in range(2):
        world.receive(mail(subject=f"Request {count}"))
    with world.database.desk(1) as session:
        session.add(first := _copies(world)[0])
        first.state, first.held_for, first.answer = "failed", None, "550 no"
    rows = json.loads(mailgate("outbox", "list", "--json").out)
    assert [(row["to"], row["state"]) for row in rows] == [(ANA, "held"), (ANA, "failed")]
    (failed,) = json.loads(mailgate("outbox", "list", "--state", "failed", "--json").out)
    assert (failed["id"], failed["answer"], failed["next_try"]) == (first.id, "550 no", None)
    assert "--failed" in mailgate("outbox", "retry").err
    assert mailgate("outbox", "retry", "--failed").out == "1 letter is sent now.\n"
    assert _copies(world)[0].state == "waiting"
    stopped = mailgate("outbox", "cancel", str(rows[0]["id"]))
    assert stopped.out == "Stopped 1.\n"
    assert _copies(world)[1].state == "cancelled"
    again = mailgate("outbox", "cancel", str(rows[0]["id"]))
    assert (again.code != 0, "Only what waits or is held can be cancelled." in again.err) == (True, True)
    assert "There is no letter 4711 in the outbox." in mailgate("outbox", "retry", "4711").err


def test_dead_addresses_are_listed_and_cleared(world: World, mailgate: Mailgate) -> None:
    world.receive(mail())
    with world.database.desk(1) as session:
        mark_failing(session, ANA, clock.now())
    (dead,) = json.loads(mailgate("outbox", "failing", "--json").out)
    assert dead["address"] == ANA
    assert mailgate("outbox", "clear", ANA).out == f"{ANA} is written to again.\n"
    assert json.loads(mailgate("outbox", "failing", "--json").out) == []
    assert f"No letter to {ANA} came back for good." in mailgate("outbox", "clear", ANA).err
