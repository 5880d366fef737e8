"""A rule as a form: rows of conditions in groups and rows of actions, read into a rule, and filled from one.

Works without scripts: each button that adds or removes a row sends the whole form, and gets it back changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from mailgate.errors import BadInput
from mailgate.office.rules import understood
from mailgate.office.written import minutes_in_words, read_minutes
from mailgate.rules.fields import FIELDS, NAMED, OPS, OPS_IN_WORDS, split_name
from mailgate.rules.schema import ACTIONS, TESTS, All, AnyOf, RuleGiven, Test, members
from web.forms import Form, Line, Words
from web.speech import told

_MOST_GROUPS = 20
_Rows = Annotated[tuple[Line, ...], Field(max_length=TESTS + 1)]
_Groups = Annotated[tuple[Line, ...], Field(max_length=_MOST_GROUPS)]
_Deeds = Annotated[tuple[Line, ...], Field(max_length=ACTIONS + 1)]
_Texts = Annotated[tuple[Words, ...], Field(max_length=ACTIONS + 1)]
_DAYS = range(7)
WITH_TEXT = frozenset({"note", "letter", "escalate"})


class TestRow(NamedTuple):
    """One condition as it stands in the form; `own`: the name of a header or property, where the field is one."""

    group: str
    field: str = "words"
    own: str = ""
    op: str = "contains"
    value: str = ""


class GroupRow(NamedTuple):
    """One group: its number, the group it lies in, and whether all or any of it has to hold."""

    number: str
    parent: str
    match: str


class ActionRow(NamedTuple):
    """One action as it stands in the form."""

    do: str = ""
    value: str = ""
    text: str = ""


class RuleForm(Form):
    """A rule as it is written. `deed`: which button was pressed, such as `test:0`, `group:1`, `untest:3`, `act`."""

    name: Annotated[Line, Field(max_length=100)] = ""
    when: Line = "created"
    since: Line = "status"
    minutes: Annotated[Line, Field(max_length=40)] = ""
    calendar: Annotated[Line, Field(max_length=100)] = ""
    days: tuple[Annotated[Line, Field(pattern=r"^[0-6]$")], ...] = ()
    at: Annotated[Line, Field(max_length=5)] = ""
    group_number: _Groups = ("0",)
    group_parent: _Groups = ("",)
    group_match: _Groups = ("all",)
    test_group: _Rows = ()
    test_field: _Rows = ()
    test_own: _Rows = ()
    test_op: _Rows = ()
    test_value: _Rows = ()
    do: _Deeds = ()
    do_value: _Deeds = ()
    do_text: _Texts = ()
    stop: Line = ""
    after_rules: Line = ""
    active: Line = ""
    try_days: Annotated[Line, Field(pattern=r"^(1|7|30|90)$")] = "30"
    deed: Line = "save"

    @property
    def tests(self) -> list[TestRow]:
        return [
            TestRow(*row)
            for row in _rows(self.test_group, self.test_field, self.test_own, self.test_op, self.test_value)
        ]

    @property
    def groups(self) -> list[GroupRow]:
        return [GroupRow(*row) for row in _rows(self.group_number, self.group_parent, self.group_match)]

    @property
    def actions(self) -> list[ActionRow]:
        return [ActionRow(*row) for row in _rows(self.do, self.do_value, self.do_text)]

    def given(self) -> RuleGiven:
        """What it says; what is wrong is told in words."""
        for row in self.tests:
            if row != _fitting(row):
                label = told((NAMED.get(row.field) or FIELDS.get(row.field) or FIELDS["text"]).label)
                raise BadInput(f"Say how “{label}” is to be asked: it is asked otherwise.", condition="does not fit")
        plain: dict[str, Any] = {
            "name": self.name,
            "when": self.when,
            "if": self._group("0", 1),
            "then": [{"do": row.do, "value": row.value, "text": row.text} for row in self.actions if row.do],
            "stop": self.stop == "on",
            "after_rules": self.after_rules == "on",
            "active": self.active == "on",
        }
        if self.when == "time":
            minutes = read_minutes(self.minutes)
            plain["wait"] = {"since": self.since, "minutes": minutes or 0, "calendar": self.calendar or None}
        if self.when == "schedule":
            plain["schedule"] = {"days": [int(day) for day in self.days], "at": self.at}
        try:
            return understood(plain)
        except BadInput as error:  # where it is wrong can be seen: nobody wrote a path
            words = str(error).partition(": ")[2]
            sentence = words[:1].upper() + words[1:]
            raise BadInput(sentence, **error.fields) from None

    def fitting(self) -> RuleForm:
        """The same, with every question one that its field can be asked."""
        return _with(self, self.groups, [_fitting(row) for row in self.tests], self.actions)

    def changed(self) -> RuleForm:
        """The form after one of its buttons was pressed."""
        what, _, which = self.deed.partition(":")
        groups, tests, actions = self.groups, self.tests, self.actions
        match what:
            case "test":
                tests.append(TestRow(which))
            case "group" if len(groups) < _MOST_GROUPS:
                number = str(max(int(group.number) for group in groups if group.number.isdigit()) + 1)
                groups.append(GroupRow(number, which, "any"))
                tests += [TestRow(number), TestRow(number)]
            case "untest" if which.isdigit():
                tests = [row for at, row in enumerate(tests) if at != int(which)]
            case "ungroup":
                gone = _below(groups, which)
                groups = [row for row in groups if row.number not in gone]
                tests = [row for row in tests if row.group not in gone]
            case "act":
                actions.append(ActionRow("tag"))
            case "unact" if which.isdigit():
                actions = [row for at, row in enumerate(actions) if at != int(which)]
            case _:
                pass
        return _with(self, groups, [_fitting(row) for row in tests], actions)

    def _group(self, number: str, depth: int) -> dict[str, Any]:
        group = next((row for row in self.groups if row.number == number), None)
        if group is None or group.match not in ("all", "any") or depth > _MOST_GROUPS:
            raise BadInput("The groups are torn apart. Reload the page and try again.", condition="is incomplete")
        found: list[dict[str, Any]] = [_plain(row) for row in self.tests if row.group == number]
        found += [
            self._group(row.number, depth + 1) for row in self.groups if row.parent == number and row.number != number
        ]
        return {group.match: found}


def written(given: RuleGiven) -> RuleForm:
    """The form, filled with a rule."""
    groups: list[GroupRow] = []
    tests: list[TestRow] = []
    _lay_out(given.condition, "", groups, tests)
    wait, schedule = given.wait, given.schedule
    form = RuleForm(
        name=given.name,
        when=given.when,
        since=wait.since if wait else "status",
        minutes=minutes_in_words(wait.minutes) if wait else "",
        calendar=wait.calendar or "" if wait else "",
        days=tuple(map(str, schedule.days)) if schedule else (),
        at=schedule.at if schedule else "",
        stop="on" if given.stop else "",
        after_rules="on" if given.after_rules else "",
        active="on" if given.active else "",
    )
    return _with(form, groups, tests, [ActionRow(one.do, one.value, one.text) for one in given.then])


def ops_of(field: str) -> list[tuple[str, str]]:
    """What a field can be asked, with words."""
    kind = (NAMED.get(field) or FIELDS.get(field) or FIELDS["text"]).kind
    return [(op, told(OPS_IN_WORDS[op])) for op in OPS[kind]]


def _fitting(row: TestRow) -> TestRow:
    """A row whose field was changed asks something that can be asked."""
    ops = [op for op, _ in ops_of(row.field)]
    return row if row.op in ops else row._replace(op=ops[0])


def _plain(row: TestRow) -> dict[str, str]:
    field = f"{row.field}{row.own}" if row.field in NAMED else row.field
    return {"field": field, "op": row.op, "value": row.value}


def _lay_out(group: All | AnyOf, parent: str, groups: list[GroupRow], tests: list[TestRow]) -> None:
    number = str(len(groups))
    groups.append(GroupRow(number, parent, "all" if isinstance(group, All) else "any"))
    for member in members(group):
        if isinstance(member, Test):
            beginning, own = split_name(member.field)
            name, own = (beginning, own) if beginning else (member.field, "")
            tests.append(TestRow(number, name, own, member.op, member.value))
        else:
            _lay_out(member, number, groups, tests)


def _below(groups: Sequence[GroupRow], number: str) -> set[str]:
    """A group and everything within it; never the first, which holds them all."""
    found = {number} - {"0"}
    while more := {row.number for row in groups if row.parent in found} - found:
        found |= more
    return found


def _with(
    form: RuleForm, groups: Sequence[GroupRow], tests: Sequence[TestRow], actions: Sequence[ActionRow]
) -> RuleForm:
    columns = {f"group_{name}": tuple(getattr(row, name) for row in groups) for name in GroupRow._fields}
    columns |= {f"test_{name}": tuple(getattr(row, name) for row in tests) for name in TestRow._fields}
    deeds = {"do": "do", "value": "do_value", "text": "do_text"}
    columns |= {column: tuple(getattr(row, name) for row in actions) for name, column in deeds.items()}
    return form.model_copy(update=columns)


def _rows(*columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    if len({len(column) for column in columns}) != 1:
        raise BadInput("The rows are torn apart. Reload the page and try again.", condition="is incomplete")
    return list(zip(*columns, strict=True))
