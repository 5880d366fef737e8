"""How an agent signs in: their second factor, its recovery codes, and where they are signed in."""

from __future__ import annotations

import io
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, make_response, request
from markupsafe import Markup

from mailgate import clock, totp
from mailgate.errors import BadInput, Conflict, NotFound
from mailgate.office import second_factor
from mailgate.store.agents import (
    Agent,
    agent_by_id,
    end_one_session,
    end_other_sessions,
    sessions_of,
)
from mailgate.store.db import Session
from mailgate.store.organisations import own
from mailgate.tokens import hashed
from web.access import client_address, desk, limit, who
from web.access.sessions import NAME, cookie_name
from web.answers import see_other
from web.db import seal
from web.forms import Form, Line
from web.show.shell import desk_page

pages = Blueprint("security", __name__, url_prefix="/me/security")

_URL = "/me/security"
_TRIES, _MINUTES_15 = 10, 900


class CodeForm(Form):
    """A first code, and the secret it is of, sealed: it is kept nowhere before it is proved."""

    code: Line
    begun: str


class PasswordForm(Form):
    password: str


@pages.get("")
def show() -> str:
    """Show it all."""
    with desk() as session:
        return _page(session, _me(session))


@pages.post("/factor/beginning")
def begin() -> Response:
    """Show a new secret, as a picture and in letters."""
    try:
        with desk() as session:
            me = _me(session)
            return make_response(_page(session, me, begun=second_factor.begin(me)))
    except Conflict as error:
        return _refused({"": str(error)}, HTTPStatus.CONFLICT)


@pages.post("/factor")
def set_up() -> Response:
    """Ask for the secret's codes from now on, and show the recovery codes."""
    form = CodeForm.read(request)
    secret = seal().open(form.begun.encode())
    _limit()
    try:
        with desk() as session:
            me = _me(session)
            codes = second_factor.set_up(session, me, secret, form.code, seal(), clock.now())
            end_other_sessions(session, me.id, _here())
            return make_response(_page(session, me, codes=codes))
    except BadInput as error:
        return _refused({"code": str(error)}, HTTPStatus.UNPROCESSABLE_ENTITY, begun=secret)
    except Conflict as error:
        return _refused({"": str(error)}, HTTPStatus.CONFLICT)


@pages.post("/factor/removal")
def turn_off() -> Response:
    """Ask for the password alone again."""
    form = PasswordForm.read(request)
    _limit()
    try:
        with desk() as session:
            second_factor.turn_off(session, _me(session), form.password)
    except BadInput as error:
        return _refused({"password": str(error)}, HTTPStatus.UNPROCESSABLE_ENTITY)
    except Conflict as error:
        return _refused({"": str(error)}, HTTPStatus.CONFLICT)
    return see_other(f"{_URL}?done=off")


@pages.post("/codes")
def renew_codes() -> Response:
    """Ten new recovery codes."""
    _limit()
    with desk() as session:
        me = _me(session)
        if me.totp_secret is None:
            raise Conflict("There is no second factor they could stand for.")
        return make_response(_page(session, me, codes=second_factor.new_recovery_codes(session, me)))


@pages.post("/sessions/<key:session_id>/removal")
def end_session(session_id: int) -> Response:
    """Sign out elsewhere."""
    with desk() as session:
        if not end_one_session(session, _me(session).id, session_id):
            raise NotFound("There is no such session: it has ended already.")
    return see_other(f"{_URL}?done=ended")


@pages.post("/sessions/removal")
def end_others() -> Response:
    """Sign out everywhere else."""
    with desk() as session:
        end_other_sessions(session, _me(session).id, _here())
    return see_other(f"{_URL}?done=ended")


def _limit() -> None:
    limit("own-security", f"{who().org}.{who().agent_id} {client_address()}", times=_TRIES, seconds=_MINUTES_15)


def _here() -> bytes:
    return hashed(request.cookies.get(cookie_name(NAME), ""))


def _refused(errors: dict[str, str], status: HTTPStatus, *, begun: str | None = None) -> Response:
    with desk() as session:
        return make_response(_page(session, _me(session), errors=errors, begun=begun), status)


def _page(session: Session, me: Agent, *, begun: str | None = None, **values: Any) -> str:
    organisation = own(session)
    shown = {"errors": None, "codes": None, **values}
    if begun is not None:
        shown["begun"] = seal().close(begun).decode()
        shown["secret"] = " ".join(begun[start : start + 4] for start in range(0, len(begun), 4))
        shown["picture"] = _picture(totp.address(begun, me.email, organisation.name))
    return desk_page(
        session, "security.html", me=me, is_needed=organisation.needs_second_factor, here=_here(),
        left=second_factor.recovery_codes_left(session, me), sessions=sessions_of(session, me.id, clock.now()),
        done=request.args.get("done", ""), **{"begun": None, **shown},
    )  # fmt: skip


def _picture(address: str) -> Markup:
    import segno  # noqa: PLC0415 - needed once in an agent's life, and not in every web process

    drawn = io.BytesIO()
    made = segno.make(address, error="m", micro=False)
    made.save(
        drawn, kind="svg", xmldecl=False, svgns=True, nl=False, omitsize=True, border=2, svgclass="qr", lineclass=None
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704 - drawn by us, of squares alone


def _me(session: Session) -> Agent:
    known = agent_by_id(session, who().agent_id or 0)
    if known is None:
        raise NotFound("An application has nothing to set here. Sign in as an agent.")
    return known
