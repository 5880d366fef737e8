"""Mailboxes: which are fetched by IMAP, when they last were, and what is wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from flask import Blueprint, Response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import NotFound
from mailgate.office.writing import set_manners as set_how_it_writes
from mailgate.store.imap import Health, health
from mailgate.store.office import Mailbox, mailboxes
from mailgate.store.relays import RelayAccount, every_relay, words
from web.access import desk
from web.answers import see_other
from web.forms import Form
from web.show.fields import Option, said
from web.show.shell import desk_page
from web.speech import later

pages = Blueprint("mailboxes", __name__, url_prefix="/admin/mailboxes")


QUOTING = (
    Option("off", later("Nothing: mail programs show the thread")),
    Option("last", later("The mail being answered")),
    Option("all", later("The conversation, newest first")),
)


class MannersForm(Form):
    """How a mailbox writes. `largest`: megabytes, empty by the setting."""

    signature: str = ""
    quoting: str
    largest: Annotated[str, Field(pattern=r"^[0-9]{0,4}$")] = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One mailbox."""

    id: int
    signature: str
    quoting: str
    largest: int | None  # megabytes
    address: str
    name: str
    is_active: bool
    host: str | None
    fetched_at: datetime | None
    words: str | None
    is_bad: bool
    relay: str | None  # of its own
    relay_words: str | None  # what is wrong with it
    sign_in_url: str


@pages.get("")
def show() -> str:
    """Show every mailbox and how its mail comes."""
    now = clock.now()
    with desk() as session:
        fetched = {each.address: each for each in health(session)}
        relays = every_relay(session)
        lines = [
            _line(mailbox, fetched.get(mailbox.address), relays.get(mailbox.address), now)
            for mailbox in mailboxes(session)
        ]
        lines.sort(key=lambda line: (not line.is_bad, line.words is None and line.relay_words is None, line.address))
        return desk_page(session, "mailboxes.html", current="mailboxes", mailboxes=lines, quoting=said(QUOTING))


@pages.post("/<key:mailbox_id>/manners")
def set_manners(mailbox_id: int) -> Response:
    """Set how a mailbox writes."""
    form = MannersForm.read(request)
    largest = int(form.largest) * 2**20 if form.largest else -1
    with desk() as session:
        found = {mailbox.id: mailbox for mailbox in mailboxes(session)}.get(mailbox_id)
        if found is None:
            raise NotFound("There is no such mailbox.")
        set_how_it_writes(found, signature=form.signature, quoting=form.quoting, largest_files=largest)
    return see_other("/admin/mailboxes")


def _line(mailbox: Mailbox, state: Health | None, relay: RelayAccount | None, now: datetime) -> Line:
    return Line(
        id=mailbox.id,
        signature=mailbox.signature,
        quoting=mailbox.quoting,
        largest=mailbox.largest_files // 2**20 if mailbox.largest_files is not None else None,
        address=mailbox.address,
        name=mailbox.name,
        is_active=mailbox.active,
        host=state.account.host if state else None,
        fetched_at=state.account.good_at if state else None,
        words=state.words(now) if state else None,
        is_bad=state.is_overdue(now) if state else False,
        relay=relay.host if relay else None,
        relay_words=words(mailbox.address, relay, now) if relay else None,
        sign_in_url=f"/admin/mailboxes/{mailbox.id}/sign-in",
    )
