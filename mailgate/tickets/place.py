"""Say where a ticket's customer is: routing goes by it for this ticket and whatever they ask for later."""

from __future__ import annotations

from datetime import datetime

from mailgate.errors import BadInput
from mailgate.store.db import Session
from mailgate.store.people import person_by_id
from mailgate.store.tickets import Ticket
from mailgate.tickets.history import Actor, record

REGION_LENGTH = 50


def place_customer(session: Session, ticket: Ticket, region: str, by: Actor, at: datetime) -> bool:
    """Set the customer's region; "" where it is not known. False when it was that already."""
    region = " ".join(region.split())
    if len(region) > REGION_LENGTH:
        raise BadInput(f"A region has {REGION_LENGTH} characters at most.", region="is too long")
    person = person_by_id(session, ticket.requester_id)
    assert person is not None
    if person.region == region:
        return False
    record(session, ticket, "changed", by, at, data={"region": [person.region or None, region or None]})
    person.region = region
    return True
