"""Rules: what the desk does by itself; written in a form, tried on the past, switched on, and looked over."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus

from flask import Blueprint, Response, request

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office.rules import (
    add_rule,
    adopt_shipped,
    change_rule,
    drop_rule,
    given_by,
    move_rule,
    not_adopted,
    return_rule,
    switch_rule,
    the_rule,
    unknown_names,
    with_calendars,
)
from mailgate.rules.decide import ready
from mailgate.rules.fields import COMPANY, CUSTOMER, FIELD, FIELDS, HEADER
from mailgate.rules.schema import LETTERS, RuleGiven
from mailgate.rules.words import DO, SINCE, WHEN, in_words, label_of
from mailgate.store.agents import agents
from mailgate.store.db import Session, only_look
from mailgate.store.office import categories, mailboxes, teams
from mailgate.store.promises import calendar_rows
from mailgate.store.rules import RuleRow, rule_rows, runs_of_rule, versions_of_rule
from mailgate.tickets.rule_facts import Desk
from mailgate.tickets.rule_try import Trial, try_rule
from web.access import desk
from web.access.who import who
from web.answers import see_other
from web.db import tools
from web.forms import Form, Line
from web.show.rule_form import WITH_TEXT, RuleForm, ops_of, written
from web.show.shell import desk_page
from web.speech import later, say, told, told_all

pages = Blueprint("rules", __name__, url_prefix="/admin/rules")

_URL = "/admin/rules"
_RUNS = 50
_OWN = {
    HEADER: "X-Spam-Score",
    CUSTOMER: "plan",
    COMPANY: "plan",
    FIELD: "order",
}  # what stands in the empty box of its name
_FIELDS = [
    *((name, field.label) for name, field in FIELDS.items()),
    (CUSTOMER, later("a property of the customer")),
    (COMPANY, later("a property of their company")),
    (FIELD, later("a field of the ticket")),
    (HEADER, later("a header of the mail")),
]
_DAYS = (
    later("Monday"),
    later("Tuesday"),
    later("Wednesday"),
    later("Thursday"),
    later("Friday"),
    later("Saturday"),
    later("Sunday"),
)
_NEW = RuleForm(do=("tag",), do_value=("",), do_text=("",))


class DeedForm(Form):
    """What is to be done with a rule in the list: on, off, up, down, remove."""

    deed: Line


class VersionForm(Form):
    """Which version is to act again."""

    version: Line


@pages.get("")
def show() -> str:
    """Show every rule in the order they are asked, and those that ship."""
    with desk() as session:
        lines = [
            {
                "id": row.id,
                "name": row.name,
                "active": row.active,
                "sentence": in_words(given := given_by(row), say),
                "unknown": unknown_names(session, given),
                "stop": given.stop,
            }
            for row in rule_rows(session)
        ]
        shipped = [
            {"key": key, "name": given.name, "sentence": in_words(given, say)}
            for key, given in not_adopted(session).items()
        ]
        return desk_page(session, "rules.html", current="rules", rules=lines, shipped=shipped)


@pages.get("/new")
def new() -> str:
    """Write a new one."""
    with desk() as session:
        return _form(session, _NEW, None)


@pages.post("/new")
def add() -> Response | tuple[str, int]:
    """Keep a new rule, or go on writing it."""
    return _write(RuleForm.read(request), None)


@pages.get("/<key:rule_id>")
def edit(rule_id: int) -> str:
    """Show one rule, to change it."""
    with desk() as session:
        row = the_rule(session, rule_id)
        return _form(session, written(given_by(row)), row)


@pages.post("/<key:rule_id>")
def change(rule_id: int) -> Response | tuple[str, int]:
    """Keep another version, or go on writing it."""
    return _write(RuleForm.read(request), rule_id)


@pages.post("/<key:rule_id>/deeds")
def do(rule_id: int) -> Response:
    """Switch a rule on or off, move it, or remove it."""
    form, now = DeedForm.read(request), clock.now()
    with desk() as session:
        match form.deed:
            case "on" | "off":
                switch_rule(session, rule_id, who().name, now, on=form.deed == "on")
            case "up" | "down":
                move_rule(session, rule_id, up=form.deed == "up")
            case "remove":
                drop_rule(session, rule_id)
            case _:
                raise BadInput(f"Nothing is called {form.deed}.", deed="is not known")
    return see_other(_URL)


@pages.post("/shipped/<string:key>")
def adopt(key: str) -> Response:
    """Take a rule that ships, to look at it and change it."""
    with desk() as session:
        row = adopt_shipped(session, key, who().name, clock.now())
        return see_other(f"{_URL}/{row.id}")


@pages.get("/<key:rule_id>/log")
def log(rule_id: int) -> str:
    """Show what a rule did last, what it saw, and its versions."""
    with desk() as session:
        row = the_rule(session, rule_id)
        runs = [
            {
                "at": run.at,
                "number": number,
                "version": run.version,
                "saw": [(label_of(name, say), value) for name, value in run.saw.items()],
                "did": run.did,
            }
            for run, number in runs_of_rule(session, rule_id, _RUNS)
        ]
        versions = [
            {
                "number": each.number,
                "by": each.by_name,
                "at": each.created_at,
                "sentence": in_words(RuleGiven.model_validate(each.given), say),
            }
            for each in versions_of_rule(session, rule_id)
        ]
        return desk_page(session, "rule_log.html", current="rules", rule=row, runs=runs, versions=versions)


@pages.post("/<key:rule_id>/version")
def go_back(rule_id: int) -> Response:
    """Have an earlier version act again."""
    number = VersionForm.read(request).version
    if not number.isascii() or not number.isdigit():
        raise BadInput("Say which version.", version="is no number")
    with desk() as session:
        return_rule(session, rule_id, int(number[:18]), who().name, clock.now())
    return see_other(f"{_URL}/{rule_id}/log")


def _write(form: RuleForm, rule_id: int | None) -> Response | tuple[str, int]:
    """What the button that was pressed asks for."""
    if form.deed not in ("save", "on", "off", "try"):
        return _page(form.changed(), rule_id), HTTPStatus.OK
    try:
        if form.deed == "try":
            return _page(form, rule_id, trial=_tried(form)), HTTPStatus.OK
        _save(form, rule_id)
    except BadInput as error:
        return _page(form.fitting(), rule_id, error), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other(_URL)


def _save(form: RuleForm, rule_id: int | None) -> None:
    now, given = clock.now(), form.given()
    if form.deed in ("on", "off"):
        given = given.model_copy(update={"active": form.deed == "on"})
    with desk() as session:
        if rule_id is None:
            add_rule(session, given, who().name, now)
        else:
            change_rule(session, rule_id, given, who().name, now)


def _tried(form: RuleForm) -> Trial:
    """The rule as it stands in the form, asked about the past, in a transaction that cannot change anything."""
    rule, now = ready(0, 0, form.given()), clock.now()
    with desk() as session:
        calendars = with_calendars(session, [rule], now).calendars
        session.flush()
        only_look(session)
        return try_rule(Desk(session, now, calendars, tools().blobs), rule, int(form.try_days))


def _page(form: RuleForm, rule_id: int | None, error: BadInput | None = None, trial: Trial | None = None) -> str:
    with desk() as session:
        row = the_rule(session, rule_id) if rule_id is not None else None
        return _form(session, form, row, error, trial)


def _form(
    session: Session, form: RuleForm, row: RuleRow | None, error: BadInput | None = None, trial: Trial | None = None
) -> str:
    return desk_page(
        session, "rule.html", current="rules", form=form, row=row, trial=trial, sentence=_sentence(form),
        url=f"{_URL}/{row.id}" if row is not None else f"{_URL}/new", errors={"": str(error)} if error else {},
        whens=_pairs(WHEN), sinces=_pairs(SINCE), fields=_pairs(dict(_FIELDS)), ops_of=ops_of,
        known=_known(session),
        deeds=_pairs(DO), with_text=WITH_TEXT, days=list(enumerate(map(say, _DAYS))), own=_OWN,
        secret_of=partial(tools().marks.webhook, who().org),
    )  # fmt: skip


def _sentence(form: RuleForm) -> str | None:
    """The rule in words, as far as it is one already."""
    try:
        return in_words(form.given(), say)
    except BadInput:
        return None


def _pairs(words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Choices in the language of this page."""
    return [*told_all(words).items()]


def _known(session: Session) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen for a field or an action, with the words shown."""
    workers = [(one.email, one.name) for one in agents(session) if one.active]
    boxes = [(one.address, one.address) for one in mailboxes(session)]
    fixed = {
        name: [(value, told(value.replace("_", " "))) for value in field.choices]
        for name, field in FIELDS.items()
        if field.choices
    }
    whom = [
        ("assignee", say("whoever has it")),
        ("team", say("its team")),
        ("snoozer", say("whoever put it out of sight")),
        ("admins", say("the admins")),
        *workers,
    ]
    return fixed | {
        "assignee": workers,
        "team": (teams_ := [(one.name, one.name) for one in teams(session)]),
        "category": [(one.name, one.name) for one in categories(session)],
        "mailbox": boxes,
        "hours": [(one.name, one.name) for one in calendar_rows(session)],
        "notify": whom,
        "escalate": teams_,
        "letter": [(name, name.replace("_", " ")) for name in LETTERS],
    }
