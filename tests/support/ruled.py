"""Rules for tests: set up in a line, and what they did told in short."""

from typing import Any

from mailgate import clock
from mailgate.office.rules import add_rule, adopt_shipped, switch_rule, understood
from mailgate.store.events import Event, history_of
from mailgate.store.rules import RuleRun, runs_of_ticket
from tests.support.world import World


def asks(field: str, op: str, value: str = "") -> dict[str, str]:
    """A condition."""
    return {"field": field, "op": op, "value": value}


def rule(world: World, name: str, when: str, *then: tuple[str, str], where: Any = (), **more: Any) -> int:
    """A rule that is on; `then`: pairs of deed and value. Its id."""
    plain = {
        "name": name,
        "when": when,
        "if": where if isinstance(where, dict) else {"all": list(where)},
        "then": [{"do": do, ("text" if do == "note" else "value"): value} for do, value in then],
        "active": True,
        **more,
    }
    with world.database.desk(world.org) as session:
        return add_rule(session, understood(plain), "Ida", clock.now()).id


def shipped(world: World, key: str, *, on: bool = True) -> int:
    """A rule that ships, switched on or off; its id."""
    with world.database.desk(world.org) as session:
        row = adopt_shipped(session, key, "Ida", clock.now())
        return switch_rule(session, row.id, "Ida", clock.now(), on=on).id


def runs(world: World, ticket_id: int | None) -> list[RuleRun]:
    with world.database.desk(world.org) as session:
        return runs_of_ticket(session, ticket_id or 0)


def names(world: World, ticket_id: int | None) -> list[str]:
    """Which rules acted on a ticket, in order."""
    return [run.rule_name for run in runs(world, ticket_id)]


def history(world: World, ticket_id: int | None) -> list[Event]:
    with world.database.desk(world.org) as session:
        return history_of(session, ticket_id or 0)
