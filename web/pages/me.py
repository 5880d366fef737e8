"""What an agent sets for themselves: what they sign with."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, make_response, request

from mailgate.errors import BadInput, NotFound
from mailgate.office.writing import set_signature
from mailgate.store.agents import Agent, agent_by_id
from mailgate.store.db import Session
from web.access import desk, who
from web.answers import see_other
from web.forms import Form
from web.show.shell import desk_page

pages = Blueprint("me", __name__, url_prefix="/me")


class MeForm(Form):
    signature: str = ""


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
            set_signature(_me(session), form.signature)
    except BadInput as error:
        with desk() as session:
            page = _page(session, _me(session), typed=form, error=str(error))
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other("/me?done=saved")


def _page(
    session: Session, me: Agent, *, typed: MeForm | None = None, error: str | None = None, is_saved: bool = False
) -> str:
    signature = typed.signature if typed is not None else me.signature
    errors = {"signature": error} if error else None
    return desk_page(session, "me.html", me=me, signature=signature, errors=errors, is_saved=is_saved)


def _me(session: Session) -> Agent:
    known = agent_by_id(session, who().agent_id or 0)
    if known is None:
        raise NotFound("An application has nothing to set here. Sign in as an agent.")
    return known
