"""The outbox: what left, what waits, what failed, one entry a recipient; and trying again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response

from mailgate import clock
from mailgate.errors import Conflict, NotFound
from mailgate.store.db import Session
from mailgate.store.organisations import own
from mailgate.store.outbox import OutboxCopy, copy_by_id, count_copies, list_copies, try_again
from mailgate.store.people import people_by_address
from mailgate.store.tickets import by_ids
from web.access import desk
from web.answers import see_other
from web.db import ring, tools
from web.show.lists import ENTRIES, asked
from web.show.shell import desk_page
from web.show.views import MOST_COUNTED

pages = Blueprint("outbox", __name__, url_prefix="/admin/outbox")

_URL = "/admin/outbox"
_STATES = {
    "": "All",
    "waiting": "Waiting",
    "held": "Held",
    "sent": "Sent",
    "delivered": "Delivered",
    "failed": "Failed",
    "bounced": "Bounced",
}
_AGAIN = frozenset({"failed", "bounced", "held"})


@dataclass(frozen=True, slots=True)
class Letter:
    """One recipient's copy."""

    id: int
    state: str
    tries: int
    next_try: datetime | None
    answer: str | None
    name: str
    address: str
    subject: str
    ticket: dict[str, str] | None
    written_at: datetime
    retry_url: str | None


@pages.get("")
def show() -> str:
    """Show what was written, newest first."""
    question = asked(_URL, _STATES)
    states = (question.state,) if question.state else ()
    with desk() as session:
        found = list_copies(session, states=states, before=question.before, limit=ENTRIES + 1)
        return desk_page(
            session,
            "outbox.html",
            current="outbox",
            states=question.states(_STATES, lambda name: count_copies(session, [name] if name else [], MOST_COUNTED)),
            is_held=tools().settings.sending == "hold" or own(session).is_holding,
            has_relay=tools().settings.relay_url is not None,
            letters=_letters(session, found[:ENTRIES]),
            older_url=question.older([copy.id for copy, _ in found]),
        )


@pages.post("/<key:copy_id>/retry")
def retry(copy_id: int) -> Response:
    """Send a copy again, now."""
    with desk() as session:
        if copy_by_id(session, copy_id) is None:
            raise NotFound(f"There is no letter {copy_id} in the outbox.")
        if not try_again(session, copy_id, clock.now()):
            raise Conflict("Only what waits, is held, failed or came back can be sent again.")
    ring("send_mail")
    return see_other(f"{_URL}#letter-{copy_id}")


def _letters(session: Session, found: list[tuple[OutboxCopy, str]]) -> list[Letter]:
    tickets = by_ids(session, [copy.ticket_id for copy, _ in found if copy.ticket_id is not None])
    people = people_by_address(session, [copy.recipient.lower() for copy, _ in found])
    letters = []
    for copy, subject in found:
        ticket, person = tickets.get(copy.ticket_id or 0), people.get(copy.recipient.lower())
        is_delayed = copy.state == "waiting" and copy.tries > 0
        letters.append(
            Letter(
                id=copy.id,
                state=copy.state,
                tries=copy.tries,
                next_try=copy.next_try if copy.state == "waiting" else None,
                answer=copy.answer,
                name=person.name if person else "",
                address=copy.recipient,
                subject=subject,
                ticket={"number": ticket.number, "url": f"/t/{ticket.number}"} if ticket else None,
                written_at=copy.created_at,
                retry_url=f"{_URL}/{copy.id}/retry" if copy.state in _AGAIN or is_delayed else None,
            )
        )
    return letters
