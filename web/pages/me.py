"""What an agent sets for themselves: what they sign with, and in which language and zone they read."""

from __future__ import annotations

from http import HTTPStatus
from zoneinfo import available_timezones

from flask import Blueprint, Response, make_response, request

from mailgate import clock
from mailgate.errors import BadInput, NotFound
from mailgate.office.wishes import set_pages
from mailgate.office.writing import set_signature
from mailgate.store.agents import Agent, agent_by_id
from mailgate.store.db import Session
from mailgate.store.organisations import own
from web.access import desk, who
from web.answers import see_other
from web.forms import Form, Line
from web.show.fields import Option
from web.show.shell import desk_page
from web.speech import NAMES, say

pages = Blueprint("me", __name__, url_prefix="/me")


class MeForm(Form):
    signature: str = ""
    language: Line = ""
    time_zone: Line = ""


@pages.get("")
def show() -> str:
    """Show it."""
    with desk() as session:
        return _page(session, _me(session), is_saved=request.args.get("done") == "saved")


@pages.post("")
def change() -> Response:
    """Change it."""
    form = MeForm.read(request)
    try:
        with desk() as session:
            me = _me(session)
            set_signature(me, form.signature)
            set_pages(session, me, form.language, form.time_zone, clock.now())
    except BadInput as error:
        with desk() as session:
            page = _page(session, _me(session), typed=form, errors=_errors(error))
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other("/me?done=saved")


def _errors(refused: BadInput) -> dict[str, str]:
    return {next(iter(refused.fields), "signature"): str(refused)}


def _page(
    session: Session,
    me: Agent,
    *,
    typed: MeForm | None = None,
    errors: dict[str, str] | None = None,
    is_saved: bool = False,
) -> str:
    shown = typed or MeForm(signature=me.signature, language=me.language or "", time_zone=me.time_zone or "")
    languages = [Option("", say("As the browser asks")), *(Option(*each) for each in NAMES.items())]
    usual = own(session).time_zone
    zones = [Option("", say("The office’s, %(zone)s", zone=usual)), *(Option(zone, zone) for zone in sorted(_cities()))]
    return desk_page(
        session, "me.html", me=me, form=shown, languages=languages, zones=zones, errors=errors, is_saved=is_saved
    )


def _cities() -> set[str]:
    """Zones as people look for them; the others are old names and offsets."""
    return {zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/"))}


def _me(session: Session) -> Agent:
    known = agent_by_id(session, who().agent_id or 0)
    if known is None:
        raise NotFound("An application has nothing to set here. Sign in as an agent.")
    return known
