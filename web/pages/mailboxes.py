"""Mailboxes: which are fetched by IMAP, when they last were, and what is wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint

from mailgate import clock
from mailgate.store.imap import Health, health
from mailgate.store.office import Mailbox, mailboxes
from mailgate.store.relays import RelayAccount, every_relay, words
from web.access import desk
from web.show.shell import desk_page

pages = Blueprint("mailboxes", __name__, url_prefix="/admin/mailboxes")


@dataclass(frozen=True, slots=True)
class Line:
    """One mailbox."""

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
        return desk_page(session, "mailboxes.html", current="mailboxes", mailboxes=lines)


def _line(mailbox: Mailbox, state: Health | None, relay: RelayAccount | None, now: datetime) -> Line:
    return Line(
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
