"""Let Mailgate into a mailbox at Microsoft 365 or Google: somebody signs in there once, on a page of the provider's."""

from __future__ import annotations

import json
from typing import Annotated, Any

from flask import Blueprint, Response, request
from pydantic import Field

from mailgate import clock, oauth
from mailgate.errors import MailgateError, NotFound
from mailgate.oauth import Client, Grant, Question
from mailgate.office.imap import ByToken, sign_in_anew
from mailgate.store.db import Session
from mailgate.store.imap import account_of
from mailgate.store.office import Mailbox, mailboxes
from web.access import desk, who
from web.answers import see_other
from web.db import seal
from web.forms import Form, Line
from web.show.shell import desk_page
from web.speech import later, say, told_all

pages = Blueprint("mailbox_sign_in", __name__, url_prefix="/admin/mailboxes/<key:mailbox_id>/sign-in")

_ANY_TENANT = "organizations"  # Microsoft's word for whichever one the user belongs to
_LIST = "/admin/mailboxes"
_NAMES = {"microsoft": "Microsoft 365", "google": later("Gmail or Google Workspace")}


class Beginning(Form):
    """Where, and as which application, somebody signs in."""

    provider: str
    client_id: Annotated[Line, Field(min_length=1, max_length=500)]
    client_secret: Annotated[Line, Field(max_length=500)] = ""
    tenant: Annotated[Line, Field(max_length=250)] = ""
    username: Annotated[Line, Field(max_length=320)] = ""


class Ending(Form):
    """What was begun, and what came of it: `address` is where the browser ended, where there is no code."""

    begun: str
    address: Annotated[str, Field(max_length=8000)] = ""


@pages.get("")
def show(mailbox_id: int) -> str:
    """Ask where, and as which application."""
    with desk() as session:
        mailbox = _mailbox(session, mailbox_id)
        return _form(session, mailbox, _known(session, mailbox))


@pages.post("")
def begin(mailbox_id: int) -> str | tuple[str, int]:
    """Ask the provider, and say what is to be opened there. The provider is asked outside of any transaction."""
    form = Beginning.read(request)
    values = {"provider": form.provider, "client_id": form.client_id, "tenant": form.tenant, "username": form.username}
    try:
        begun = {**values, "org": who().org, "mailbox": mailbox_id, "client_secret": form.client_secret, **_asked(form)}
    except MailgateError as error:
        with desk() as session:
            return _form(session, _mailbox(session, mailbox_id), values, {"": _sentence(error)}), 422
    with desk() as session:
        return _opened(session, _mailbox(session, mailbox_id), begun)


@pages.post("/end")
def end(mailbox_id: int) -> Response | tuple[str, int]:
    """Take what the signing in has given us."""
    form = Ending.read(request)
    begun = json.loads(seal().open(form.begun.encode()))
    if (begun["org"], begun["mailbox"]) != (who().org, mailbox_id):
        raise NotFound("That signing in was begun for another mailbox.")
    client = Client(begun["client_id"], begun["client_secret"])
    try:
        provider = oauth.provider(begun["provider"], begun["tenant"] or _ANY_TENANT)
        grant = _redeemed(begun, form.address, provider, client)
    except MailgateError as error:
        with desk() as session:
            return _opened(session, _mailbox(session, mailbox_id), begun, {"": _sentence(error)}), 422
    with desk() as session:
        mailbox, way_in = _mailbox(session, mailbox_id), ByToken(provider, client, grant)
        sign_in_anew(session, mailbox, way_in, seal(), clock.now(), username=begun["username"] or None)
    return see_other(_LIST)


def _asked(form: Beginning) -> dict[str, str]:
    """What the provider wants to be opened, and what proves afterwards that we asked."""
    provider = oauth.provider(form.provider, form.tenant or _ANY_TENANT)
    client = Client(form.client_id, form.client_secret)
    if provider.device_url is not None:
        code = oauth.ask_for_code(provider, client)
        return {"address": code.address, "code": code.code, "device_code": code.device_code}
    asked = oauth.ask_browser(provider, client)
    return {"address": asked.address, "verifier": asked.verifier, "state": asked.state}


def _redeemed(begun: dict[str, Any], ended_at: str, provider: oauth.Provider, client: Client) -> Grant:
    if "device_code" in begun:
        return oauth.redeem_code(provider, client, begun["device_code"])
    question = Question(begun["address"], begun["verifier"], begun["state"])
    return oauth.redeem_address(provider, client, question, ended_at)


def _form(session: Session, mailbox: Mailbox, values: dict[str, str], errors: dict[str, str] | None = None) -> str:
    return _page(
        session,
        mailbox,
        begun=None,
        values=values,
        providers=told_all(_NAMES),
        errors=errors,
    )


def _opened(session: Session, mailbox: Mailbox, begun: dict[str, Any], errors: dict[str, str] | None = None) -> str:
    """`begun` travels sealed in the form: nothing is kept of a signing in that nobody ends."""
    shown = {
        "address": begun["address"],
        "code": begun.get("code"),
        "sealed": seal().close(json.dumps(begun)).decode(),
    }
    return _page(session, mailbox, begun=shown, name=say(_NAMES[begun["provider"]]), back=oauth.REDIRECT, errors=errors)


def _page(session: Session, mailbox: Mailbox, **values: Any) -> str:
    url = f"{_LIST}/{mailbox.id}/sign-in"
    return desk_page(session, "mailbox_sign_in.html", current="mailboxes", mailbox=mailbox.address, url=url, **values)


def _mailbox(session: Session, mailbox_id: int) -> Mailbox:
    found = next((mailbox for mailbox in mailboxes(session) if mailbox.id == mailbox_id), None)
    if found is None:
        raise NotFound("There is no such mailbox.")
    return found


def _known(session: Session, mailbox: Mailbox) -> dict[str, str]:
    """What is known from the last time somebody signed in."""
    account = account_of(session, mailbox.id)
    empty = {"provider": "microsoft", "client_id": "", "tenant": "", "username": ""}
    if account is None:
        return empty
    at = next((name for name, known in oauth.PROVIDERS.items() if known.host == account.host), "microsoft")
    username = account.username if account.username != mailbox.address else ""
    return {**empty, "provider": at, "client_id": (account.oauth or {}).get("client_id", ""), "username": username}


def _sentence(error: MailgateError) -> str:
    """As it stands on a page."""
    words = str(error)
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
