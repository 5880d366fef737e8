"""An organisation begins: its row, and the rules that ship switched on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from mailgate import clock
from mailgate.store.base import add
from mailgate.store.organisations import Organisation, every
from mailgate.store.rules import RuleRow, RuleVersion

_PLACES = 10  # between one rule and the next
# As office/shipped_rules.py has them: what every desk did before it wrote its first rule.
SHIPPED_ON: dict[str, dict[str, Any]] = {
    "digest": {
        "name": "Each agent's digest",
        "when": "digest",
        "if": {"all": []},
        "then": [{"do": "digest", "value": "", "text": ""}],
        "stop": False,
        "after_rules": False,
        "active": True,
    },
    "reminder": {
        "name": "Remind whoever put a ticket out of sight",
        "when": "woke",
        "if": {"all": [{"field": "by", "op": "is", "value": "mailgate"}]},
        "then": [{"do": "notify", "value": "snoozer", "text": ""}],
        "stop": False,
        "after_rules": False,
        "active": True,
    },
}


def found(session: Session, name: str) -> Organisation:
    """Add a tenant (as the owner of the tables)."""
    organisation = Organisation(name=name, created_at=clock.now())
    session.add(organisation)
    session.flush()
    before, session.info["org"] = session.info.get("org"), organisation.id
    for number, (key, given) in enumerate(SHIPPED_ON.items(), 1):
        _give(session, organisation, key, given, number * _PLACES)
    organisation.rule_triggers = sorted({str(given["when"]) for given in SHIPPED_ON.values()})
    organisation.rules_version = 1
    session.flush()
    session.info["org"] = before
    return organisation


def found_first(connection: Connection) -> None:
    """Where there is none yet, one called Support."""
    with Session(connection, join_transaction_mode="conditional_savepoint") as session:
        if not every(session):
            found(session, "Support")
            session.commit()


def _give(session: Session, organisation: Organisation, key: str, given: dict[str, Any], place: int) -> None:
    at = organisation.created_at
    row = add(
        session,
        RuleRow(
            name=given["name"], place=place, active=True, shipped=key, version=1, given=given,
            created_at=at, changed_at=at, walked_to=0,
        ),
    )  # fmt: skip
    add(session, RuleVersion(rule_id=row.id, number=1, given=given, by_name="Mailgate", created_at=at))
