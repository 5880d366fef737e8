"""A new password by mail. Whoever asks learns nothing: the same words, after the same time, whatever the address."""

from __future__ import annotations

from flask import Blueprint, request

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office.setup import checked_address
from mailgate.store.account_letters import ask as ask_for_letter
from mailgate.store.agents import find_agent
from web.access import client_address, desk_of, limit
from web.access.evenly import evenly
from web.db import ring, tools
from web.forms import Form, Line
from web.show.shell import customer_page, public_face
from web.speech import later

pages = Blueprint("forgotten", __name__, url_prefix="/forgotten-password")

_HOUR, _BY_ADDRESS, _BY_ACCOUNT = 3600, 10, 3


class ForgottenForm(Form):
    email: Line


@pages.get("")
def show() -> str:
    """Ask for the address."""
    return customer_page(public_face(), "forgotten.html", email="", errors=None, is_asked=False)


@pages.post("")
def ask() -> str | tuple[str, int]:
    """Have the letter written, if there is somebody to write to. A worker does, so that this takes no longer."""
    limit("forgotten", client_address(), times=_BY_ADDRESS, seconds=_HOUR)
    form, shown = ForgottenForm.read(request), public_face()
    try:
        email = checked_address(form.email)
    except BadInput:
        errors = {"email": later("Enter a mail address such as ann@example.org.")}
        return customer_page(shown, "forgotten.html", email=form.email, errors=errors, is_asked=False), 422
    limit("forgotten-account", email, times=_BY_ACCOUNT, seconds=_HOUR)
    with evenly():
        with tools().database.crossing() as connection:
            found = find_agent(connection, email)
        if found is not None:
            with desk_of(found.org_id) as session:
                ask_for_letter(session, found.id, "password", clock.now())
        ring("follow_event")
        return customer_page(shown, "forgotten.html", email=email, errors=None, is_asked=True)
