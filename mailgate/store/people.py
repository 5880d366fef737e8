"""Customers: people and the addresses they write from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Index, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.store.base import TenantRow, points_to, take_ids, tenant
from mailgate.store.tickets import Ticket


class Person(TenantRow):
    """`properties`: words by key, whatever is known of them elsewhere; `company_id`: else their domain tells."""

    __tablename__ = "people"
    __table_args__ = (
        Index("people_company_idx", "org_id", "company_id", postgresql_where=text("company_id IS NOT NULL")),
        points_to("companies", "company_id"),
    )

    name: Mapped[str] = mapped_column(server_default="")
    language: Mapped[str | None]
    region: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    company_id: Mapped[int | None]
    properties: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[datetime]


Index(
    "people_name_idx",
    Person.org_id,
    func.lower(Person.name).label("beginning"),
    postgresql_ops={"beginning": "text_pattern_ops"},
)


class PersonAddress(TenantRow):
    """One address of a person; `failing_since` marks one that bounced for good."""

    __tablename__ = "addresses"
    __table_args__ = (
        Index("addresses_address_key", "org_id", "address", unique=True),
        Index("addresses_person_id_idx", "org_id", "person_id"),
        points_to("people", "person_id"),
    )

    address: Mapped[str]
    person_id: Mapped[int]
    failing_since: Mapped[datetime | None]
    no_surveys_since: Mapped[datetime | None]  # their owner wants to be asked no more
    created_at: Mapped[datetime]


def people_by_address(session: Session, addresses: Iterable[str]) -> dict[str, Person]:
    """Who is known under these (lower-case) addresses."""
    return senders(session, addresses)[0]


def senders(session: Session, addresses: Iterable[str]) -> tuple[dict[str, Person], set[str]]:
    """Who is known under these (lower-case) addresses, and to which of them letters come back."""
    wanted = set(addresses)
    if not wanted:
        return {}, set()
    question = (
        select(PersonAddress.address, Person, PersonAddress.failing_since)
        .join(Person, Person.id == PersonAddress.person_id)
        .where(PersonAddress.address.in_(wanted))
    )
    rows = session.execute(question).tuples().all()
    return {address: person for address, person, _ in rows}, {address for address, _, since in rows if since}


def person_by_id(session: Session, person_id: int) -> Person | None:
    return session.scalar(select(Person).where(Person.id == person_id))


def person_seen(session: Session, person_id: int) -> Person | None:
    """The same for whoever sees the tickets of some teams alone: there is nobody who asked for none of them."""
    question = select(Person).where(Person.id == person_id)
    if "sight" in session.info:
        question = question.where(select(Ticket.id).where(Ticket.requester_id == Person.id).exists())
    return session.scalar(question)


def regions_of(session: Session, people: Iterable[int]) -> dict[int, str]:
    """Where some people are, of those of whom it is known."""
    question = select(Person.id, Person.region).where(Person.id.in_(set(people)), Person.region != "")
    return dict(session.execute(question).tuples().all())


def people_by_ids(session: Session, ids: Iterable[int]) -> dict[int, Person]:
    wanted = set(ids)
    rows = session.scalars(select(Person).where(Person.id.in_(wanted))) if wanted else ()
    return {person.id: person for person in rows}


def addresses_of(session: Session, person_id: int) -> list[str]:
    question = select(PersonAddress.address).where(PersonAddress.person_id == person_id).order_by(PersonAddress.id)
    return list(session.scalars(question))


def customers_called(session: Session, start: str, limit: int) -> list[tuple[str, str]]:
    """Customers whose name or address begins so, by name and address, as far as their tickets are seen."""
    ids = list(session.scalars(select(func.find_people(start, 10 * limit))))
    asked = select(Ticket.id).where(Ticket.requester_id == Person.id).exists()
    question = (
        select(Person.name, func.min(PersonAddress.address))
        .join(PersonAddress, PersonAddress.person_id == Person.id)
        .where(Person.id.in_(ids), asked)
        .group_by(Person.id, Person.name)
        .order_by(Person.name)
        .limit(limit)
    )
    return [(name, address) for name, address in session.execute(question)] if ids else []


def mark_failing(session: Session, address: str, at: datetime) -> bool:
    """Letters to this address come back for good; False where that is known. Whoever never wrote is met by this."""
    address = address.lower()
    marked = (
        update(PersonAddress)
        .where(PersonAddress.address == address, PersonAddress.failing_since.is_(None))
        .values(failing_since=at)
        .returning(PersonAddress.id)
    )
    if session.scalar(marked) is not None:
        return True
    (person_id,) = take_ids(session, Person, 1)
    org_id = tenant(session)
    # The address first, although it names the person: of two reports at once, one is then too late and writes nothing.
    met = insert(PersonAddress).values(
        org_id=org_id, address=address, person_id=person_id, failing_since=at, created_at=at
    )
    if session.scalar(met.on_conflict_do_nothing().returning(PersonAddress.id)) is None:
        return False
    session.execute(insert(Person).values(org_id=org_id, id=person_id, created_at=at))
    return True


def clear_failing(session: Session, address: str) -> bool:
    """Letters to this address arrive again, as far as we know; whether it was marked."""
    cleared = (
        update(PersonAddress)
        .where(PersonAddress.address == address.lower(), PersonAddress.failing_since.is_not(None))
        .values(failing_since=None)
        .returning(PersonAddress.id)
    )
    return session.scalar(cleared) is not None


def stop_surveys(session: Session, address: str, at: datetime) -> None:
    """The owner of an address wants to be asked no more whether we were of help."""
    mine = PersonAddress.address == address.lower()
    session.execute(
        update(PersonAddress).where(mine, PersonAddress.no_surveys_since.is_(None)).values(no_surveys_since=at)
    )


def wants_no_surveys(session: Session, address: str) -> bool:
    """Whether the owner of an address has said so."""
    mine = (PersonAddress.address == address.lower(), PersonAddress.no_surveys_since.is_not(None))
    return session.scalar(select(PersonAddress.id).where(*mine)) is not None


def failing_addresses(session: Session, *, after: str | None, limit: int) -> list[tuple[str, datetime]]:
    """The addresses letters come back from, and since when, by the alphabet."""
    question = select(PersonAddress.address, PersonAddress.failing_since).where(
        PersonAddress.failing_since.is_not(None)
    )
    if after is not None:
        question = question.where(PersonAddress.address > after)
    rows = session.execute(question.order_by(PersonAddress.address).limit(limit))
    return [(address, since) for address, since in rows if since is not None]


def failing(session: Session, addresses: Iterable[str]) -> dict[str, datetime]:
    """Since when letters to some of these (lower-case) addresses come back for good."""
    question = select(PersonAddress.address, PersonAddress.failing_since).where(
        PersonAddress.address.in_(set(addresses)), PersonAddress.failing_since.is_not(None)
    )
    return {address: since for address, since in session.execute(question) if since is not None}
