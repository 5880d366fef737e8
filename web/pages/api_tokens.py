"""API tokens: which programs may do what, until when; make one, take one away."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, make_response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, Forbidden, NotFound
from mailgate.office.links import make_api_token
from mailgate.rights import Right
from mailgate.store.agents import remove_api_token, tokens_named
from web.access import desk, who
from web.answers import see_other
from web.forms import Form, Line
from web.show.agents import ROLES, ROLES_OF_OTHERS
from web.show.fields import said
from web.show.shell import desk_page

pages = Blueprint("api_tokens", __name__, url_prefix="/admin/tokens")


class TokenForm(Form):
    """A token to make; without days it never ends."""

    name: Annotated[Line, Field(max_length=100)] = ""
    role: Line = "agent"
    days: Annotated[Line, Field(pattern=r"^[0-9]{0,4}$")] = ""


@pages.get("")
def show() -> str:
    """Show them, never their secrets."""
    return _page(TokenForm())


@pages.post("")
def add() -> Response:
    """Make one; its secret is shown now and never again."""
    form, now = TokenForm.read(request), clock.now()
    ends = now + timedelta(days=int(form.days)) if form.days else None
    if form.role == "owner" and not who().may(Right.OWN):
        raise Forbidden("Only an owner may make a token with an owner's rights.")
    try:
        with desk() as session:
            made = make_api_token(session, form.name, form.role, now, expires=ends)
    except BadInput as error:
        page = _page(form, errors={next(iter(error.fields), ""): str(error)})
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return make_response(_page(TokenForm(), made=made.secret), HTTPStatus.CREATED)


@pages.post("/<key:token_id>/removal")
def revoke(token_id: int) -> Response:
    """Take one away, at once."""
    with desk() as session:
        if not remove_api_token(session, token_id):
            raise NotFound("There is no such token.")
    return see_other("/admin/tokens")


def _page(form: TokenForm, *, made: str | None = None, errors: dict[str, str] | None = None) -> str:
    with desk() as session:
        return desk_page(
            session, "api_tokens.html", current="tokens", tokens=tokens_named(session), form=form, made=made,
            errors=errors, now=clock.now(), roles=said(ROLES if who().may(Right.OWN) else ROLES_OF_OTHERS),
        )  # fmt: skip
