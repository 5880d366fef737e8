"""The block and allow lists: whose mail is let in, held or discarded, whatever else speaks for or against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office import senders
from mailgate.store.senders import sender_rules
from web.access import agent, desk
from web.answers import see_other
from web.forms import Form, Line
from web.show.lists import ENTRIES
from web.show.shell import desk_page
from web.show.words import TREATMENTS
from web.speech import say, told_all

pages = Blueprint("senders", __name__, url_prefix="/admin/senders")

_URL = "/admin/senders"


class RuleForm(Form):
    """What becomes of whose mail."""

    pattern: Annotated[Line, Field(max_length=254)]
    treatment: Line


@dataclass(frozen=True, slots=True)
class RuleShown:
    """One line of the lists."""

    id: int
    pattern: str
    word: str
    is_allowed: bool
    by: str
    at: datetime


@pages.get("")
def show() -> str:
    """Show both lists, in order of their addresses and domains."""
    return _page()


@pages.post("")
def treat() -> Response | tuple[str, int]:
    """Put an address or a domain on a list; what it was on before no longer counts."""
    form = RuleForm.read(request)
    try:
        with desk() as session:
            senders.treat(session, form.pattern, form.treatment, agent().name, clock.now())
    except BadInput as error:
        return _page(form.pattern, {"pattern": str(error)}), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other(_URL)


@pages.post("/<key:rule_id>/removal")
def forget(rule_id: int) -> Response:
    """Take a sender off the lists."""
    with desk() as session:
        senders.forget(session, rule_id)
    return see_other(_URL)


def _page(pattern: str = "", errors: dict[str, str] | None = None) -> str:
    after = request.args.get("after", "")[:254].replace("\0", "")
    with desk() as session:
        found = sender_rules(session, after=after, limit=ENTRIES + 1)
        shown = [
            RuleShown(
                rule.id, rule.pattern, say(TREATMENTS[rule.treatment]), rule.treatment == "allow", rule.by, rule.at
            )
            for rule in found[:ENTRIES]
        ]
        return desk_page(
            session,
            "senders.html",
            current="senders",
            rules=shown,
            treatments=told_all(TREATMENTS),
            pattern=pattern,
            errors=errors or {},
            more_from=shown[-1].pattern if len(found) > ENTRIES else "",
        )
