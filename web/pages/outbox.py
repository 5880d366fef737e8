"""The outbox: what left, what waits, what failed, one entry a recipient; and trying again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request

from mailgate import clock
from mailgate.store.db import Session
from mailgate.store.organisations import own
from mailgate.store.outbox import OutboxCopy, count_copies, list_copies
from mailgate.store.people import failing_addresses, people_by_address
from mailgate.store.tickets import by_ids
from mailgate.tickets import outgoing
from web.access import agent, desk
from web.answers import see_other
from web.db import ring, tools
from web.forms import Form, Line
from web.show.lists import ENTRIES, asked
from web.show.shell import desk_page
from web.show.views import MOST_COUNTED
from web.speech import later

pages = Blueprint("outbox", __name__, url_prefix="/admin/outbox")

_URL = "/admin/outbox"
_STATES = {
    "": later("All"),
    "waiting": later("Waiting"),
    "held": later("Held"),
    "sent": later("Sent"),
    "delivered": later("Delivered"),
    "failed": later("Failed"),
    "bounced": later("Bounced"),
    "cancelled": later("Cancelled"),
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
    cancel_url: str | None


class AddressForm(Form):
    address: Line


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
            failing=failing_addresses(session, after=None, limit=ENTRIES),
            clear_url=f"{_URL}/addresses/cleared",
            letters=_letters(session, found[:ENTRIES]),
            older_url=question.older([copy.id for copy, _ in found]),
        )


@pages.post("/<key:copy_id>/retry")
def retry(copy_id: int) -> Response:
    """Send a copy again, now."""
    with desk() as session:
        outgoing.send_now(session, copy_id, agent(), clock.now())
    ring("send_mail")
    return see_other(f"{_URL}#letter-{copy_id}")


@pages.post("/<key:copy_id>/cancellation")
def cancel(copy_id: int) -> Response:
    """Stop a copy before it leaves."""
    with desk() as session:
        outgoing.cancel(session, copy_id, agent(), clock.now())
    return see_other(f"{_URL}#letter-{copy_id}")


@pages.post("/addresses/cleared")
def clear_address() -> Response:
    """Letters to an address arrive again, somebody says."""
    form = AddressForm.read(request)
    with desk() as session:
        outgoing.works_again(session, form.address)
    return see_other(_URL)


def _letters(session: Session, found: list[tuple[OutboxCopy, str]]) -> list[Letter]:
    tickets = by_ids(session, [copy.ticket_id for copy, _ in found if copy.ticket_id is not None])
    people = people_by_address(session, [copy.recipient.lower() for copy, _ in found])
    letters = []
    for copy, subject in found:
        ticket, person = tickets.get(copy.ticket_id or 0), people.get(copy.recipient.lower())
        is_later = copy.state == "waiting" and not copy.tries and copy.next_try > clock.now()
        letters.append(
            Letter(
                id=copy.id,
                state="scheduled" if is_later else copy.state,
                tries=copy.tries,
                next_try=copy.next_try if copy.state == "waiting" else None,
                answer=copy.answer,
                name=person.name if person else "",
                address=copy.recipient,
                subject=subject,
                ticket={"number": ticket.number, "url": f"/t/{ticket.number}"} if ticket else None,
                written_at=copy.created_at,
                retry_url=f"{_URL}/{copy.id}/retry" if copy.state in _AGAIN or copy.state == "waiting" else None,
                cancel_url=f"{_URL}/{copy.id}/cancellation" if copy.state in ("waiting", "held") else None,
            )
        )
    return letters
