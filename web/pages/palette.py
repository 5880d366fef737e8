"""What the palette offers for what is typed into it: tickets and people. Pages and deeds it knows by itself."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from mailgate import clock
from mailgate.store.db import Session
from mailgate.store.listing import Filters, Listed, list_tickets, listed_by_number
from mailgate.store.numbers import numbered
from mailgate.store.organisations import own
from mailgate.store.people import customers_called
from web.access import desk
from web.show.words import STATUSES
from web.speech import say

pages = Blueprint("palette", __name__)

_LONGEST = 100
_TICKETS, _PEOPLE = 8, 5


@pages.get("/palette")
def find() -> Response:
    """Find tickets by number or words, and people by how their name or address begins."""
    asked = " ".join(request.args.get("q", "").replace("\0", " ").split())[:_LONGEST]
    if not asked:
        return jsonify(tickets=[], people=[])
    with desk() as session:
        people = customers_called(session, asked, _PEOPLE)
        return jsonify(
            tickets=[_ticket(one) for one in _tickets(session, asked)],
            people=[
                {"word": name or address, "about": address, "url": f"/?from={address}"} for name, address in people
            ],
        )


def _tickets(session: Session, asked: str) -> list[Listed]:
    """By its number alone, where that is what was typed: whole, or the last digits of one of these days."""
    number = numbered(own(session).number_format, int(asked), clock.now()) if asked.isdecimal() else asked
    exact = listed_by_number(session, number) if len(asked) < _TICKETS * 10 else None
    found = list_tickets(session, Filters(words=_begun(asked)), sort="-updated", limit=_TICKETS)
    return [exact, *(one for one in found if one.ticket.id != exact.ticket.id)] if exact is not None else found


def _begun(asked: str) -> str:
    """The last word is still being written: it may go on."""
    return f"{asked}*" if asked[-1].isalnum() and asked.count('"') % 2 == 0 else asked


def _ticket(one: Listed) -> dict[str, str]:
    ticket = one.ticket
    about = f"{ticket.number} · {one.requester or ticket.requester_address} · {say(STATUSES[ticket.status])}"
    return {"word": ticket.subject or say("No subject"), "about": about, "url": f"/t/{ticket.number}"}
