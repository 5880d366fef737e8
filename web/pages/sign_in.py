"""Signing in by password or by a one-time link, setting a password, and signing out."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, request

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office.passwords import is_password, set_password, shortest
from mailgate.office.second_factor import is_second_factor
from mailgate.store.agents import (
    Agent,
    Holder,
    Token,
    agent_by_id,
    end_sessions_of,
    find_agent,
    find_token,
    remove_sign_in_links,
    session_begun_at,
    token_by_id,
    use_once,
)
from mailgate.store.db import Session
from mailgate.tokens import hashed
from web.access import client_address, desk, desk_of, limit, sign_out, who
from web.access import sign_in as begin_session
from web.access.evenly import evenly
from web.access.sessions import NAME, cookie_name
from web.answers import see_other
from web.db import seal, tools
from web.entrance import WRONG, let_in, local, second_step_page, sign_in_page
from web.forms import Form
from web.show.shell import customer_page, face, public_face
from web.speech import later

pages = Blueprint("sign_in", __name__)

_LATE = later("That took too long. Sign in once more.")
_WRONG_CODE = later("This code is wrong, or was used already. Wait for the next one, then try again.")
_BY_ADDRESS, _BY_ACCOUNT, _MINUTES_15 = 30, 10, 900
_FRESH = timedelta(minutes=15)  # whoever signed in longer ago signs in again before they change their password


class SignInForm(Form):
    """Who somebody says they are."""

    email: str
    password: str
    next: str = "/"


class LinkForm(Form):
    next: str = "/"


class SecondStepForm(Form):
    """A code, and what proves that the password was right."""

    step: str
    code: str
    next: str = "/"


class PasswordForm(Form):
    """A new password. `email` is there for password managers alone."""

    password: str
    email: str = ""


@pages.get("/sign-in")
def show() -> str:
    """Ask for address and password."""
    return sign_in_page("", local(request.args.get("next", "/")), None)


@pages.post("/sign-in")
def enter() -> Response | tuple[str, int]:
    """Let somebody in, or say that address and password do not fit, whatever the cause."""
    form = SignInForm.read(request)
    email = form.email.strip().lower()[:254]
    limit("sign-in", client_address(), times=_BY_ADDRESS, seconds=_MINUTES_15)
    limit("sign-in-account", email, times=_BY_ACCOUNT, seconds=_MINUTES_15)
    with evenly():
        found = _found(email)
        agent = _agent(found)
        is_right = is_password(agent, form.password)
    if not is_right or found is None or agent is None:
        return sign_in_page(email, local(form.next), {"": WRONG}), 422
    return let_in(found.org_id, agent.id, local(form.next))


@pages.post("/sign-in/second-step")
def take_second_step() -> Response | tuple[str, int]:
    """Ask for the second factor, and let somebody in who has it."""
    form = SecondStepForm.read(request)
    limit("second-step", client_address(), times=_BY_ADDRESS, seconds=_MINUTES_15)
    found = _token("second-step", form.step)
    if found is None:
        return sign_in_page("", local(form.next), {"": _LATE}), 422
    with desk_of(found.org_id) as session:
        agent = _whose(session, found.id)
        if agent is None:
            return sign_in_page("", local(form.next), {"": _LATE}), 422
        limit("second-step-agent", f"{found.org_id}.{agent.id}", times=_BY_ACCOUNT, seconds=_MINUTES_15)
        now = clock.now()
        is_in = is_second_factor(session, agent, form.code, seal(), now) and use_once(session, found.id, now)
        if is_in:
            begin_session(session, agent)
    if not is_in:
        wrong = {"code": _WRONG_CODE}
        return second_step_page(form.step, local(form.next), wrong), 422
    return see_other(local(form.next))


@pages.get("/sign-in/<secret>")
def show_link(secret: str) -> tuple[str, int]:
    """Where a one-time link lands. Looking changes nothing: mail filters look at links, too."""
    found = _token("sign-in", secret)
    if found is not None:
        with desk_of(found.org_id) as session:
            agent, shown = _whose(session, found.id), face(session)
        if agent is not None:
            values = {
                "agent": agent.name,
                "action": f"/sign-in/{secret}",
                "next_url": local(request.args.get("next", "")),
            }
            return customer_page(shown, "sign_in_link.html", **values), 200
    return customer_page(public_face(), "sign_in_link.html", agent=None, action=""), 410


@pages.post("/sign-in/<secret>")
def enter_by_link(secret: str) -> Response | tuple[str, int]:
    """Let somebody in, once."""
    limit("sign-in", client_address(), times=_BY_ADDRESS, seconds=_MINUTES_15)
    form = LinkForm.read(request)
    found = _token("sign-in", secret)
    if found is None:
        return show_link(secret)
    with desk_of(found.org_id) as session:
        agent = _whose(session, found.id)
        is_first = agent is not None and use_once(session, found.id, clock.now())
    if agent is None or not is_first:
        return show_link(secret)
    return let_in(found.org_id, agent.id, local(form.next) if agent.password_hash else "/password")


@pages.get("/password")
def show_password() -> Response | str:
    """Ask for a new password."""
    agent, is_fresh = _self()
    return _password_form(agent, None) if is_fresh else see_other("/sign-in?next=/password")


@pages.post("/password")
def change_password() -> Response | tuple[str, int]:
    """Set it, and sign its owner out everywhere else."""
    form = PasswordForm.read(request)
    agent, is_fresh = _self()
    if not is_fresh:
        return see_other("/sign-in?next=/password")
    try:
        with desk() as session:
            known = agent_by_id(session, agent.id) or agent
            set_password(session, known, form.password)
            end_sessions_of(session, known.id)
            remove_sign_in_links(session, known.id)
            begin_session(session, known)
    except BadInput as error:
        return _password_form(agent, {"password": str(error)}), 422
    return see_other("/")


@pages.post("/sign-out")
def leave() -> Response:
    """End the session."""
    with desk() as session:
        sign_out(session)
    return see_other("/sign-in")


def _password_form(agent: Agent, errors: dict[str, str] | None) -> str:
    return customer_page(public_face(), "password.html", email=agent.email, least=shortest(agent), errors=errors)


def _found(email: str) -> Holder | None:
    with tools().database.crossing() as connection:
        return find_agent(connection, email)


def _agent(found: Holder | None) -> Agent | None:
    if found is None:
        return None
    with desk_of(found.org_id) as session:
        return agent_by_id(session, found.id)


def _self() -> tuple[Agent, bool]:
    """The agent who asks, and whether they signed in just now."""
    with desk() as session:
        agent = agent_by_id(session, who().agent_id or 0)
        begun = session_begun_at(session, hashed(request.cookies.get(cookie_name(NAME), "")))
    if agent is None:
        raise BadInput("An application has no password.")
    return agent, begun is not None and clock.now() - begun < _FRESH


def _token(kind: str, secret: str) -> Holder | None:
    with tools().database.crossing() as connection:
        return find_token(connection, kind, hashed(secret))


def _whose(session: Session, token_id: int) -> Agent | None:
    """Whom a one-time link signs in, or who has still to show their second factor, while they can."""
    token: Token | None = token_by_id(session, token_id)
    if token is None or token.used_at is not None or token.agent_id is None:
        return None
    if token.expires_at is not None and token.expires_at <= clock.now():
        return None
    agent = agent_by_id(session, token.agent_id)
    return agent if agent is not None and agent.active else None
