"""Policies: what is promised to whom, and what is done when a promise is in danger."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, request

from mailgate import clock
from mailgate.errors import BadInput, NotFound
from mailgate.office.promises import LETTERS, add_policy, change_policy, given_by, switch_policy
from mailgate.store.agents import agents
from mailgate.store.db import Session
from mailgate.store.office import categories, mailboxes, teams
from mailgate.store.promises import PolicyRow, calendar_rows, policy_row, policy_rows
from mailgate.store.rules import rule_rows
from mailgate.store.tickets import PRIORITIES
from web.access import desk
from web.answers import see_other
from web.forms import Form, Line
from web.show.fields import Option
from web.show.policy_form import GOALS, PolicyForm, targets_in_words, written
from web.show.shell import desk_page
from web.speech import say, told_all

pages = Blueprint("policies", __name__, url_prefix="/admin/policies")

_URL = "/admin/policies"


class SwitchForm(Form):
    """On or off."""

    active: Line


@pages.get("")
def show() -> str:
    """Show every policy in the order they are tried."""
    with desk() as session:
        calendars = {row.id: row.name for row in calendar_rows(session)}
        lines = [
            {
                "id": row.id,
                "name": row.name,
                "active": row.active,
                "calendar": calendars.get(row.calendar_id) if row.calendar_id else None,
                "conditions": _conditions(session, row),
                "targets": targets_in_words(row),
                "steps": len(row.steps),
            }
            for row in policy_rows(session)
        ]
        return desk_page(session, "policies.html", current="policies", policies=lines)


@pages.get("/new")
def new() -> str:
    """Write a new one."""
    with desk() as session:
        return _form(session, PolicyForm(pauses=("pending",)), None)


@pages.post("/new")
def add() -> Response | tuple[str, int]:
    """Promise something from now on."""
    form = PolicyForm.read(request)
    try:
        with desk() as session:
            add_policy(session, form.given(None), clock.now())
    except BadInput as error:
        with desk() as session:
            return _form(session, form, None, error), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other(_URL)


@pages.get("/<key:policy_id>")
def edit(policy_id: int) -> str:
    """Show one policy, to change it."""
    with desk() as session:
        row = _row(session, policy_id)
        return _form(session, written(given_by(row)), row)


@pages.post("/<key:policy_id>")
def change(policy_id: int) -> Response | tuple[str, int]:
    """Promise something else from now on."""
    form = PolicyForm.read(request)
    try:
        with desk() as session:
            change_policy(session, policy_id, form.given(_row(session, policy_id)), clock.now())
    except BadInput as error:
        with desk() as session:
            return _form(session, form, _row(session, policy_id), error), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other(_URL)


@pages.post("/<key:policy_id>/activity")
def switch(policy_id: int) -> Response:
    """Switch a policy on or off."""
    form = SwitchForm.read(request)
    with desk() as session:
        switch_policy(session, policy_id, clock.now(), is_active=form.active == "on")
    return see_other(_URL)


def _form(session: Session, form: PolicyForm, row: PolicyRow | None, error: BadInput | None = None) -> str:
    return desk_page(
        session, "policy.html", current="policies", form=form, row=row, priorities=PRIORITIES, goals=told_all(GOALS),
        url=f"{_URL}/{row.id}" if row is not None else f"{_URL}/new",
        errors=dict.fromkeys(error.fields or [""], str(error)) if error is not None else {},
        calendars=[
            Option("", say("Day and night")), *(Option(str(one.id), one.name) for one in calendar_rows(session)),
        ],
        mailboxes=[(str(one.id), one.address) for one in mailboxes(session)],
        categories=[(str(one.id), one.name) for one in categories(session)],
        letters=[Option("", say("none")), *(Option(name, name.replace("_", " ")) for name in LETTERS)],
        rules=[Option("", say("none")), *(Option(name, name) for name in _callable(session))],
        teams=[Option("", say("as it is")), *(Option(one.name, one.name) for one in teams(session))],
        agents=[Option("", say("as it is")), *(Option(one.email, one.name) for one in agents(session) if one.active)],
    )  # fmt: skip


def _conditions(session: Session, row: PolicyRow) -> str:
    """For which tickets it is, in words; nothing where it is for every one."""
    named = {
        "mailboxes": {one.id: one.address for one in mailboxes(session)},
        "categories": {one.id: one.name for one in categories(session)},
    }
    labels = {
        "mailboxes": say("Mailbox"), "categories": say("Category"), "customers": say("Customers"),
        "tags": say("Tags"), "languages": say("Languages"),
    }  # fmt: skip
    return "; ".join(
        f"{labels.get(name, name)}: {', '.join(str(named.get(name, {}).get(value, value)) for value in values)}"
        for name, values in row.conditions.items()
    )


def _callable(session: Session) -> list[str]:
    """The rules that wait to be called by a step."""
    return [row.name for row in rule_rows(session) if row.given["when"] == "called"]


def _row(session: Session, policy_id: int) -> PolicyRow:
    row = policy_row(session, policy_id)
    if row is None:
        raise NotFound(f"There is no policy {policy_id}.")
    return row
