"""Rules set up, changed, ordered and switched, each version kept; and all that are on, read once for many tickets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from mailgate.errors import BadInput, NotFound
from mailgate.office.calendars import as_calendar, know_holidays
from mailgate.office.shipped_rules import SHIPPED
from mailgate.rules.decide import Rule, needs, ready
from mailgate.rules.fields import FIELDS, Kind, Needs
from mailgate.rules.schema import RuleGiven, tests
from mailgate.rules.times import next_time
from mailgate.sla.calendar import Calendar
from mailgate.store.agents import agents
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.office import categories, mailboxes, teams
from mailgate.store.organisations import own
from mailgate.store.promises import calendar_rows, time_anew
from mailgate.store.rules import (
    RuleRow,
    RuleVersion,
    next_rule_place,
    remove_rule,
    rule_row,
    rule_rows,
    rules_changed,
    versions_of_rule,
)

MOST = 500


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of an organisation that are on, in order, and what they look at."""

    all: tuple[Rule, ...] = ()
    needs: frozenset[Needs] = frozenset()
    calendars: Mapping[str, Calendar] = field(default_factory=dict)

    def waiting_for(self, triggers: Iterable[str]) -> list[Rule]:
        wanted = set(triggers)
        return [rule for rule in self.all if rule.given.when in wanted]


@dataclass
class RuleBook:
    """What a process remembers of rules: an organisation's are read again when their version is another."""

    _known: dict[int, tuple[int, Rules]] = field(default_factory=dict)

    def rules(self, session: Session, now: datetime) -> Rules:
        """Those that are on; without a question to the database, as long as none has changed."""
        organisation = own(session)
        if not organisation.rule_triggers:
            return Rules()
        known = self._known.get(organisation.id)
        if known is None or known[0] != organisation.rules_version:
            known = organisation.rules_version, read_rules(session, now)
            self._known[organisation.id] = known
        return known[1]


def read_rules(session: Session, now: datetime) -> Rules:
    """Those that are on, from the database."""
    found = tuple(as_rule(row) for row in rule_rows(session, only_active=True))
    return with_calendars(session, found, now)


def with_calendars(session: Session, found: Sequence[Rule], now: datetime) -> Rules:
    """Rules with the calendars they go by."""
    needed = needs(found)
    if Needs.HOURS not in needed and not any(rule.given.wait and rule.given.wait.calendar for rule in found):
        return Rules(tuple(found), needed)
    rows = calendar_rows(session)
    know_holidays(rows, now)
    return Rules(tuple(found), needed, {row.name: as_calendar(row) for row in rows})


def as_rule(row: RuleRow) -> Rule:
    """A row as what is asked."""
    return ready(row.id, row.version, given_by(row), row.changed_at)


def given_by(row: RuleRow) -> RuleGiven:
    """A rule as it can be written again."""
    return RuleGiven.model_validate({**row.given, "active": row.active, "place": row.place})


def understood(given: Mapping[str, Any]) -> RuleGiven:
    """A plain dict, as of desk.yaml, as a rule; what is wrong is said by its place."""
    try:
        return RuleGiven.model_validate(given)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in problem["loc"]) or "rule"
        refused = BadInput(f"{place}: {problem['msg'].removeprefix('Value error, ')}.")
        refused.fields = {place: "is wrong"}
        raise refused from None


def add_rule(session: Session, given: RuleGiven, by: str, at: datetime) -> RuleRow:
    """Keep a rule. What was due before is not made up for."""
    require_possible(session, given)
    if len(rule_rows(session)) >= MOST:
        raise BadInput(f"There are {MOST} rules already. Remove one first.", name="is one too many")
    row = RuleRow(version=0, created_at=at, place=given.place or next_rule_place(session), active=False)
    _set(session, row, given, at)
    add(session, row)
    _write_down(session, row, by, at)
    return row


def adopt_shipped(session: Session, key: str, by: str, at: datetime) -> RuleRow:
    """Make a rule that ships one of the desk's own, on or off as it ships."""
    if key not in SHIPPED:
        raise NotFound(f"No rule {key} ships.")
    known = next((row for row in rule_rows(session) if row.shipped == key), None)
    if known is not None:
        return known
    row = add_rule(session, SHIPPED[key], by, at)
    row.shipped = key
    return row


def not_adopted(session: Session) -> dict[str, RuleGiven]:
    """The rules that ship and are none of the desk's own, by their keys."""
    taken = {row.shipped for row in rule_rows(session)}
    return {key: given for key, given in SHIPPED.items() if key not in taken}


def change_rule(session: Session, rule_id: int, given: RuleGiven, by: str, at: datetime) -> RuleRow:
    """Another version from now on."""
    row = the_rule(session, rule_id)
    require_possible(session, given, mine=row.id)
    if given_by(row) == given.model_copy(update={"place": given.place or row.place}):
        return row
    row.place = given.place or row.place
    _set(session, row, given, at)
    _write_down(session, row, by, at)
    return row


def switch_rule(session: Session, rule_id: int, by: str, at: datetime, *, on: bool) -> RuleRow:
    """Have a rule act, or no longer."""
    return change_rule(session, rule_id, given_by(the_rule(session, rule_id)).model_copy(update={"active": on}), by, at)


def move_rule(session: Session, rule_id: int, *, up: bool) -> None:
    """Have a rule asked before the one before it, or after the one after it."""
    rows = rule_rows(session)
    place = next((at for at, row in enumerate(rows) if row.id == rule_id), None)
    if place is None:
        raise NotFound(f"There is no rule {rule_id}.")
    other = place + (-1 if up else 1)
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
        for number, row in enumerate(rows):
            row.place = (number + 1) * 10
        _tell(session)


def drop_rule(session: Session, rule_id: int) -> None:
    """Remove a rule. Tickets keep what it did to them."""
    remove_rule(session, the_rule(session, rule_id))
    _tell(session)


def return_rule(session: Session, rule_id: int, number: int, by: str, at: datetime) -> RuleRow:
    """Have an earlier version act again."""
    earlier = next((each for each in versions_of_rule(session, rule_id) if each.number == number), None)
    if earlier is None:
        raise NotFound(f"There is no version {number} of this rule.")
    row = the_rule(session, rule_id)
    given = RuleGiven.model_validate(earlier.given).model_copy(update={"active": row.active, "place": row.place})
    return change_rule(session, rule_id, given, by, at)


def export_rules(session: Session) -> list[dict[str, Any]]:
    """Every rule as a plain dict, in order."""
    return [given_by(row).model_copy(update={"place": None}).plain() for row in rule_rows(session)]


def apply_rules(session: Session, wanted: Sequence[Mapping[str, Any]], by: str, at: datetime) -> None:
    """Have exactly these rules, in this order; known by their names, all or none."""
    found = [understood(each) for each in wanted]
    if len({given.name for given in found}) < len(found):
        raise BadInput("Two rules have the same name.", name="is taken")
    known = {row.name: row for row in rule_rows(session)}
    for name in known.keys() - {given.name for given in found}:
        drop_rule(session, known[name].id)
    for number, given in enumerate(found, 1):
        placed = given.model_copy(update={"place": number * 10})
        if (row := known.get(given.name)) is not None:
            change_rule(session, row.id, placed, by, at)
        else:
            add_rule(session, placed, by, at)


def the_rule(session: Session, rule_id: int) -> RuleRow:
    row = rule_row(session, rule_id)
    if row is None:
        raise NotFound(f"There is no rule {rule_id}.")
    return row


def require_possible(session: Session, given: RuleGiven, mine: int | None = None) -> None:
    """Refuse a name that is taken, and a rule that acts and names what is not there."""
    if any(row.name == given.name and row.id != mine for row in rule_rows(session)):
        raise BadInput(f"There is a rule {given.name} already.", name="is taken")
    if given.active and (unknown := unknown_names(session, given)):
        raise BadInput(f"{unknown[0]} Choose one that exists.", then="names what does not exist")


def unknown_names(session: Session, given: RuleGiven) -> list[str]:
    """What a rule names and nobody knows, a sentence each."""
    asked = [(test.field, test.value) for test in tests(given.condition) if test.op in ("is", "is_not")]
    asked += [(test.field, test.value) for test in tests(given.condition) if FIELDS.get(test.field, _NO).kind is _HOURS]
    asked += [
        ("assignee" if "@" in action.value else _NAMED_BY.get(action.do, action.do), action.value)
        for action in given.then
    ]
    asked += [("hours", given.wait.calendar)] if given.wait is not None and given.wait.calendar else []
    known = {
        "mailbox": {row.address for row in mailboxes(session)},
        "team": {row.name for row in teams(session)},
        "category": {row.name for row in categories(session)},
        "assignee": {row.email for row in agents(session) if row.active},
        "hours": {row.name for row in calendar_rows(session)},
    }
    return [
        f"There is no {'calendar' if name == 'hours' else 'agent' if name == 'assignee' else name} “{value}”."
        for name, value in dict.fromkeys(asked)
        if value and value.lower() not in {each.lower() for each in known.get(name, {value})}
    ]


_NAMED_BY = {"escalate": "team"}
_NO, _HOURS = FIELDS["subject"], Kind.HOURS


def _set(session: Session, row: RuleRow, given: RuleGiven, at: datetime) -> None:
    row.name, row.active, row.changed_at = given.name.strip(), given.active, at
    row.given = given.model_copy(update={"place": None}).plain()
    row.version += 1
    row.next_at, row.walked_to = None, 0
    if given.schedule is not None and given.active:
        row.next_at = next_time(given.schedule, own(session).time_zone, at)


def _write_down(session: Session, row: RuleRow, by: str, at: datetime) -> None:
    add(session, RuleVersion(rule_id=row.id, number=row.version, given=row.given, by_name=by, created_at=at))
    _tell(session)


def _tell(session: Session) -> None:
    """Whoever asks the rules next reads them anew."""
    session.flush()
    given = [row.given for row in rule_rows(session, only_active=True)]
    waited = {str(each["when"]) for each in given} | {f"{each['when']}+" for each in given if each["after_rules"]}
    before = own(session).rule_triggers
    rules_changed(session, waited, timed="time" in waited or "time" in before)
    session.refresh(own(session))
    if "at_risk" in waited or "at_risk" in before:
        time_anew(session)
