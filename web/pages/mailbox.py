"""One mailbox: add it, say where its mail lies and by what relay it sends, and check both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from flask import Blueprint, Response, make_response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office.dkim import zone_line
from mailgate.office.imap import Wishes, connect, disconnect, read_imap_url
from mailgate.office.mailboxes import MailboxSetup, change_mailbox, known_mailbox, setup_of
from mailgate.office.organisation import LANGUAGES
from mailgate.office.relays import give_relay, read_way, take_relay
from mailgate.office.setup import add_mailbox
from mailgate.store.db import Session
from mailgate.store.dkim import dkim_keys
from mailgate.store.imap import ImapAccount, account_of
from mailgate.store.office import Mailbox, teams
from mailgate.store.relays import RelayAccount, relay_of
from web.access import desk
from web.answers import see_other
from web.db import seal
from web.forms import Form, Line
from web.show.agents import split
from web.show.fields import Option
from web.show.shell import desk_page
from web.speech import say, told_all

if TYPE_CHECKING:
    from mailgate.office.reach import Reached

pages = Blueprint("mailbox", __name__, url_prefix="/admin/mailboxes")

_URL = "/admin/mailboxes"


class MailboxForm(Form):
    """What an admin says of a mailbox. `address` is asked of a new one alone."""

    address: Line = ""
    name: Line = ""
    team: Annotated[Line, Field(pattern=r"^[0-9]{0,18}$")] = ""
    language: Line = ""
    plus: bool = False
    catch_all: bool = False
    active: bool = False

    @property
    def setup(self) -> MailboxSetup:
        team = int(self.team) if self.team else None
        return MailboxSetup(self.name, team, self.language or None, self.plus, self.catch_all, self.active)


class ImapForm(Form):
    """Where its mail lies. The password is sealed, and never shown again."""

    url: Line
    password: str
    folders: Line = "INBOX"
    junk: Line = ""
    after: Line = "seen"
    folder: Line = ""


class RelayForm(Form):
    url: Line
    password: str = ""


@pages.get("/new")
def show_new() -> str:
    """Ask for its address."""
    with desk() as session:
        return _form(session, None, MailboxForm(plus=True, active=True))


@pages.post("")
def add() -> Response:
    """Add it. It takes mail at once, in every process."""
    form = MailboxForm.read(request)
    try:
        with desk() as session:
            made = add_mailbox(
                session, form.address, clock.now(), name=form.name or None, plus=form.plus, catch_all=form.catch_all
            )
            change_mailbox(session, made, replace(form.setup, name=made.name))
    except BadInput as error:
        with desk() as session:
            page = _form(session, None, form, errors={next(iter(error.fields), ""): str(error)})
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other(f"{_URL}/{made.id}?done=added")


@pages.get("/<key:mailbox_id>")
def show_one(mailbox_id: int) -> str:
    """Show one, to change it."""
    with desk() as session:
        return _page(session, known_mailbox(session, mailbox_id))


@pages.post("/<key:mailbox_id>")
def change(mailbox_id: int) -> Response:
    """Change it."""
    form = MailboxForm.read(request)
    return _done(mailbox_id, lambda session, mailbox: change_mailbox(session, mailbox, form.setup), form=form)


@pages.post("/<key:mailbox_id>/imap")
def fetch(mailbox_id: int) -> Response:
    """Have it fetched from now on, or otherwise than so far."""
    form = ImapForm.read(request)

    def work(session: Session, mailbox: Mailbox) -> None:
        after = f"move:{form.folder}" if form.after == "move" else form.after
        wishes = Wishes(split(form.folders) or ("INBOX",), split(form.junk), after)
        connect(session, mailbox, read_imap_url(form.url), wishes, form.password, seal(), clock.now())

    return _done(mailbox_id, work)


@pages.post("/<key:mailbox_id>/imap/removal")
def stop_fetching(mailbox_id: int) -> Response:
    """Fetch it no more."""
    return _done(mailbox_id, disconnect)


@pages.post("/<key:mailbox_id>/relay")
def send_by(mailbox_id: int) -> Response:
    """Have its letters leave by a relay of its own."""
    form = RelayForm.read(request)

    def work(session: Session, mailbox: Mailbox) -> None:
        way = read_way(form.url, has_secret=bool(form.password))
        give_relay(session, mailbox, way, form.password or None, seal(), clock.now())

    return _done(mailbox_id, work)


@pages.post("/<key:mailbox_id>/relay/removal")
def send_as_others(mailbox_id: int) -> Response:
    """Have its letters leave as those of all others."""
    return _done(mailbox_id, take_relay)


@pages.post("/<key:mailbox_id>/check")
def check(mailbox_id: int) -> str:
    """Sign in to both, outside of any transaction, and tell what they said."""
    from mailgate.office.reach import Reached, reach, signing_of  # noqa: PLC0415 - as rare as it is heavy

    with desk() as session:
        mailbox = known_mailbox(session, mailbox_id)
        accounts: list[ImapAccount | RelayAccount | None] = [
            account_of(session, mailbox.id), relay_of(session, mailbox.id)
        ]  # fmt: skip
        signings = [signing_of(account) for account in accounts if account is not None]
    found = [*reach(signings, seal())]
    if not found:
        words = say(
            "Its mail is delivered to this machine, and its letters leave by the common relay: nothing to sign in to."
        )
        found = [Reached(say("Mailbox"), "ok", words)]
    with desk() as session:
        return _page(session, known_mailbox(session, mailbox_id), found=found)


def _done(mailbox_id: int, work: Callable[[Session, Mailbox], Any], *, form: MailboxForm | None = None) -> Response:
    try:
        with desk() as session:
            work(session, known_mailbox(session, mailbox_id))
    except BadInput as error:
        with desk() as session:
            mailbox = known_mailbox(session, mailbox_id)
            page = _page(session, mailbox, form=form, errors={next(iter(error.fields), ""): str(error)})
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other(f"{_URL}/{mailbox_id}?done=saved")


def _page(session: Session, mailbox: Mailbox, *, form: MailboxForm | None = None, **values: Any) -> str:
    now = setup_of(mailbox)
    form = form or MailboxForm(
        name=now.name, team=str(now.team_id or ""), language=now.language or "", plus=now.plus,
        catch_all=now.catch_all, active=now.active,
    )  # fmt: skip
    return _form(session, mailbox, form, **values)


def _form(
    session: Session,
    mailbox: Mailbox | None,
    form: MailboxForm,
    *,
    errors: dict[str, str] | None = None,
    found: list[Reached] | None = None,
) -> str:
    keys = {key.domain: zone_line(key) for key in dkim_keys(session)} if mailbox is not None else {}
    return desk_page(
        session, "mailbox.html", current="mailboxes", mailbox=mailbox, form=form, errors=errors, found=found,
        teams=[Option("", say("No team")), *(Option(str(team.id), team.name) for team in teams(session))],
        languages=[Option("", say("The organisation’s")), *(Option(*each) for each in told_all(LANGUAGES).items())],
        imap=account_of(session, mailbox.id) if mailbox is not None else None,
        relay=relay_of(session, mailbox.id) if mailbox is not None else None,
        dkim=keys.get(mailbox.domain) if mailbox is not None else None, done=request.args.get("done", ""),
    )  # fmt: skip
