"""Meet the person behind an address: known, or new."""

from __future__ import annotations

from datetime import datetime

from mailgate.mail import Address
from mailgate.store.base import add, write
from mailgate.store.db import Session
from mailgate.store.people import Person, PersonAddress


def meet(
    session: Session, known: dict[str, Person], who: Address, at: datetime, *, language: str | None = None
) -> Person:
    """The person with this address. Whoever is new is written down, and in `known` for the rest of the batch."""
    address = who.address.lower()
    person = known.get(address)
    if person is None:
        person = add(session, Person(name=who.name, language=language, created_at=at))
        write(session, PersonAddress, address=address, person_id=person.id, created_at=at)
        known[address] = person
    elif who.name and not person.name:
        person.name = who.name
    return person
