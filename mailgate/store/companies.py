"""Companies that customers belong to: by what somebody said of the customer, else by the domain they write from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Index, Select, UniqueConstraint, exists, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailgate.store.base import TenantRow, points_to
from mailgate.store.people import Person
from mailgate.store.sight import BEYOND
from mailgate.store.tickets import Ticket

_AT_WORK = ("new", "open", "pending", "on_hold")


class Company(TenantRow):
    """`properties`: words by key, whatever is known of it elsewhere, such as its contract."""

    __tablename__ = "companies"
    __table_args__ = (UniqueConstraint("org_id", "name"),)

    name: Mapped[str]
    properties: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class CompanyDomain(TenantRow):
    """Whoever writes from this domain is of this company."""

    __tablename__ = "company_domains"
    __table_args__ = (
        Index("company_domains_domain_key", "org_id", "domain", unique=True),
        Index("company_domains_company_idx", "org_id", "company_id"),
        points_to("companies", "company_id", gone_with=True),
    )

    company_id: Mapped[int]
    domain: Mapped[str]


class Known(NamedTuple):
    """What is known of a ticket's customer beyond their address."""

    properties: Mapping[str, str] = {}
    company: str | None = None
    of_company: Mapping[str, str] = {}
    region: str = ""
    phone: str = ""

    @property
    def by_name(self) -> dict[str, str]:
        """Properties as conditions name them."""
        named = (("customer", self.properties), ("company", self.of_company))
        return {f"{whose}.{key}": value for whose, known in named for key, value in known.items()}


def known_of(session: Session, tickets: Collection[int]) -> dict[int, Known]:
    """What is known of the customers of some tickets."""
    rows = session.execute(ask_of(Ticket.id.in_(tickets))) if tickets else ()
    return {row[0]: known(row) for row in rows}


def ask_of(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The question whose rows `known` reads, for some tickets; the first of each row is the ticket's id."""
    return (
        select(Ticket.id, Person.properties, Company.name, Company.properties, Person.region, Person.phone)
        .join(Person, Person.id == Ticket.requester_id)
        .outerjoin(CompanyDomain, CompanyDomain.domain == func.split_part(Ticket.requester_address, "@", 2))
        .outerjoin(Company, Company.id == func.coalesce(Person.company_id, CompanyDomain.company_id))
        .where(which)
    )


def known(row: Sequence[Any]) -> Known:
    _, own, company, of_company, region, phone = row
    return Known(own, company, of_company or {}, region, phone)


def companies(session: Session, *, after: str = "", limit: int = 1000) -> list[Company]:
    """By their names."""
    return list(session.scalars(select(Company).where(Company.name > after).order_by(Company.name).limit(limit)))


def company_by_id(session: Session, company_id: int) -> Company | None:
    return session.scalar(select(Company).where(Company.id == company_id))


def company_named(session: Session, name: str) -> Company | None:
    return session.scalar(select(Company).where(func.lower(Company.name) == name.lower()))


def company_of_domain(session: Session, domain: str) -> Company | None:
    mine = select(CompanyDomain.company_id).where(CompanyDomain.domain == domain)
    return session.scalar(select(Company).where(Company.id.in_(mine)))


def company_of(session: Session, person: Person, addresses: Sequence[str]) -> Company | None:
    """The company of somebody with these addresses: what was said of them, else whose domain the first one is."""
    if person.company_id is not None:
        return company_by_id(session, person.company_id)
    return company_of_domain(session, addresses[0].rpartition("@")[2]) if addresses else None


def domains_of(session: Session, company_ids: Collection[int]) -> dict[int, list[CompanyDomain]]:
    """The domains of some companies, by the alphabet."""
    found: dict[int, list[CompanyDomain]] = {each: [] for each in company_ids}
    rows = session.scalars(
        select(CompanyDomain).where(CompanyDomain.company_id.in_(company_ids)).order_by(CompanyDomain.domain)
    )
    for row in rows:
        found[row.company_id].append(row)
    return found


def is_named(session: Session, company: Company) -> bool:
    """Whether somebody was said to be of this company."""
    return bool(session.scalar(select(exists().where(Person.company_id == company.id))))


def remove_company(session: Session, company: Company) -> None:
    session.delete(company)


def time_again(session: Session, person_id: int, now: datetime) -> None:
    """The next tick of the clock times this customer's open tickets anew."""
    mine = (Ticket.requester_id == person_id, Ticket.status.in_(_AT_WORK), Ticket.is_timed)
    session.execute(update(Ticket).where(*mine).values(wake_at=now), execution_options=BEYOND)
