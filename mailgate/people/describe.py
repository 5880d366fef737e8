"""What is known of customers and their companies beyond a name: rules and promises go by it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mailgate.errors import BadInput, Conflict, NotFound
from mailgate.mail import Address
from mailgate.people.meet import meet
from mailgate.store.base import add
from mailgate.store.companies import (
    Company,
    CompanyDomain,
    company_by_id,
    company_named,
    company_of_domain,
    domains_of,
    is_named,
    remove_company,
    time_again,
)
from mailgate.store.db import Session
from mailgate.store.people import Person, people_by_address
from mailgate.store.promises import promised_rows, time_anew

KEY = r"[a-z0-9][a-z0-9_-]{0,39}"
LONGEST_NAME, LONGEST_VALUE, LONGEST_PHONE, REGION_LENGTH = 200, 500, 50, 50
_MOST, _MOST_DOMAINS = 50, 100
_DOMAIN = re.compile(r"(?=.{3,253}$)[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+")


@dataclass(frozen=True, slots=True)
class PersonSetup:
    """What somebody says of a customer."""

    name: str
    phone: str = ""
    language: str | None = None
    region: str = ""
    company_id: int | None = None  # None: by their domain
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompanySetup:
    """What somebody says of a company."""

    name: str
    domains: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)


def person_setup(person: Person) -> PersonSetup:
    """What is said of a customer now."""
    return PersonSetup(
        person.name, person.phone, person.language, person.region, person.company_id, dict(person.properties)
    )


def company_setup(session: Session, company: Company) -> CompanySetup:
    """What is said of a company now."""
    domains = domains_of(session, [company.id])[company.id]
    return CompanySetup(company.name, tuple(each.domain for each in domains), dict(company.properties))


def know_person(session: Session, address: str, at: datetime) -> Person:
    """Write down somebody who has not written yet."""
    if people_by_address(session, [address.lower()]):
        raise Conflict(f"{address} is known already: change that customer instead.")
    person = meet(session, {}, Address(address), at)
    session.flush()
    session.refresh(person)  # what the database says of new ones
    return person


def describe_person(session: Session, person: Person, setup: PersonSetup, at: datetime) -> None:
    """Write down what somebody says of a customer; what is promised for their open tickets is worked out anew."""
    if setup.company_id is not None and company_by_id(session, setup.company_id) is None:
        raise BadInput("There is no such company.", company="does not exist")
    before = (person.company_id, person.properties)
    person.name, person.phone = _line("name", setup.name, LONGEST_NAME), _line("phone", setup.phone, LONGEST_PHONE)
    person.region, person.language = _line("region", setup.region, REGION_LENGTH), _language(setup.language)
    person.company_id, person.properties = setup.company_id, checked_properties(setup.properties)
    if (person.company_id, person.properties) != before and _go_by(session, "customer.", "company."):
        session.flush()
        time_again(session, person.id, at)


def save_company(session: Session, setup: CompanySetup, at: datetime, *, company: Company | None = None) -> Company:
    """Write down a company, or change one; what is promised to it is worked out anew."""
    name = _line("name", setup.name, LONGEST_NAME)
    namesake = company_named(session, name)
    if not name:
        raise BadInput("A company needs a name.", name="is empty")
    if namesake is not None and namesake is not company:
        raise BadInput(f"There is a company “{name}” already.", name="is taken")
    properties = checked_properties(setup.properties)
    is_new = company is None or dict(company.properties) != properties
    if company is None:
        company = add(session, Company(name=name, properties={}, created_at=at))
    company.name, company.properties, company.changed_at = name, properties, at
    is_new = _set_domains(session, company, setup.domains) or is_new
    session.flush()
    if is_new and _go_by(session, "company."):
        time_anew(session)
    return company


def drop_company(session: Session, company: Company) -> None:
    """Remove a company nobody was said to be of; who writes from its domains is of none then."""
    if is_named(session, company):
        raise Conflict(f"Customers are said to be of {company.name}: say of them otherwise first.")
    remove_company(session, company)
    if _go_by(session, "company."):
        time_anew(session)


def known_company(session: Session, company_id: int) -> Company:
    found = company_by_id(session, company_id)
    if found is None:
        raise NotFound(f"There is no company {company_id}.")
    return found


def checked_properties(given: Mapping[str, str]) -> dict[str, str]:
    """Keys in one case, values on one line; what is empty is not known."""
    found = {key.strip().lower(): " ".join(value.split()) for key, value in given.items()}
    found = {key: value for key, value in found.items() if value}
    for key, value in found.items():
        if re.fullmatch(KEY, key) is None:
            raise BadInput(f"“{key[:60]}” is no name of a property: letters, digits, - and _.", properties="are wrong")
        if len(value) > LONGEST_VALUE or not value.isprintable():
            raise BadInput(f"{key} has {LONGEST_VALUE} characters of plain text at most.", properties="are wrong")
    if len(found) > _MOST:
        raise BadInput(f"There are {_MOST} properties at most.", properties="are too many")
    return found


def _go_by(session: Session, *beginnings: str) -> bool:
    """Whether something is promised by properties whose names begin so."""
    return any(name.startswith(beginnings) for row, _ in promised_rows(session) for name in row.conditions)


def _set_domains(session: Session, company: Company, wanted: Collection[str]) -> bool:
    """Whether they changed. A domain is one company's."""
    domains = {domain.strip().lower().removeprefix("@") for domain in wanted} - {""}
    for domain in sorted(domains):
        if _DOMAIN.fullmatch(domain) is None:
            raise BadInput(f"“{domain[:60]}” is no domain such as lusitel.example.", domains="are wrong")
        other = company_of_domain(session, domain)
        if other is not None and other is not company:
            raise BadInput(f"{domain} is {other.name}'s.", domains="are taken")
    if len(domains) > _MOST_DOMAINS:
        raise BadInput(f"A company has {_MOST_DOMAINS} domains at most.", domains="are too many")
    have = {each.domain: each for each in domains_of(session, [company.id])[company.id]}
    for domain in sorted(domains - have.keys()):
        add(session, CompanyDomain(company_id=company.id, domain=domain))
    for domain in have.keys() - domains:
        session.delete(have[domain])
    return domains != have.keys()


def _line(name: str, text: str, longest: int) -> str:
    line = " ".join(text.split())
    if len(line) > longest or not line.isprintable():
        raise BadInput(f"The {name} has {longest} characters of plain text at most.", **{name: "is too long or odd"})
    return line


def _language(code: str | None) -> str | None:
    if not code:
        return None
    if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", code) is None:
        raise BadInput("A language is written as de or pt-BR.", language="is wrong")
    return code
