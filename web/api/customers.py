"""Customers and their companies: what is known of them, for rules, promises and routing to go by."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, NotFound
from mailgate.people import describe
from mailgate.people.describe import LONGEST_NAME, LONGEST_PHONE, LONGEST_VALUE, REGION_LENGTH, CompanySetup
from mailgate.store.companies import Company, companies, company_named, company_of, domains_of
from mailgate.store.db import Session
from mailgate.store.people import Person, addresses_of, people_by_address, person_seen
from web import cursors
from web.access import desk
from web.api.operations import Answer, Body, Query, operation
from web.api.shapes import Email, Page, PageQuery
from web.forms import Line

Value = Annotated[Line, Field(max_length=LONGEST_VALUE)]
Properties = Annotated[dict[str, Value], Field(max_length=50, description="Words by key, such as `plan`: `gold`.")]
Name = Annotated[Line, Field(max_length=LONGEST_NAME)]


class WithAddress(Query):
    """Whose address."""

    email: Email


class CustomerGiven(Body):
    """Somebody who has not written yet. `company` by name; null: by their domain."""

    email: Email
    name: Name = ""
    phone: Annotated[Line, Field(max_length=LONGEST_PHONE)] = ""
    language: Annotated[Line, Field(max_length=20)] | None = None
    region: Annotated[Line, Field(max_length=REGION_LENGTH)] = ""
    company: Name | None = None
    properties: Properties = Field(default_factory=dict)


class CustomerChange(Body):
    """What changes; what is left out stays. Of properties those named change; an empty value takes one away."""

    name: Name | None = None
    phone: Annotated[Line, Field(max_length=LONGEST_PHONE)] | None = None
    language: Annotated[Line, Field(max_length=20)] | None = None
    region: Annotated[Line, Field(max_length=REGION_LENGTH)] | None = None
    company: Annotated[Name | None, Field(description="By name; null: by their domain.")] = None
    properties: Properties | None = None


class CustomerShown(Answer):
    """A customer. `company`: by what was said of them, else by the domain of their first address."""

    id: int
    name: str
    emails: list[str]
    phone: str
    language: str | None
    region: str
    company: str | None
    properties: dict[str, str]


class NewCompany(Body):
    """A company: whoever writes from one of its domains is of it."""

    name: Name
    domains: Annotated[list[Line], Field(max_length=100)] = Field(default_factory=list)
    properties: Properties = Field(default_factory=dict)


class CompanyChange(Body):
    """What changes; what is left out stays. Of properties those named change; an empty value takes one away."""

    name: Name | None = None
    domains: Annotated[list[Line], Field(max_length=100)] | None = None
    properties: Properties | None = None


class CompanyShown(Answer):
    """A company."""

    id: int
    name: str
    domains: list[str]
    properties: dict[str, str]


class CompanyPage(Page[CompanyShown]):
    """Part of the companies, by name."""


@operation("GET", "/customers", query=WithAddress, answer=CustomerShown)
def find_customer(query: WithAddress) -> CustomerShown:
    """The customer with an address. 404 if nobody is known under it."""
    with desk() as session:
        known = people_by_address(session, [query.email]).get(query.email)
        return _shown(session, _seen(session, known.id if known is not None else 0))


@operation("POST", "/customers", body=CustomerGiven, answer=CustomerShown, status=201)
def add_customer(body: CustomerGiven) -> CustomerShown:
    """Write down a customer before they have written. 409 if their address is known."""
    with desk() as session:
        person = describe.know_person(session, body.email, clock.now())
        _describe(session, person, body, {})
        return _shown(session, person)


@operation("GET", "/customers/<key:person_id>", answer=CustomerShown)
def show_customer(person_id: int) -> CustomerShown:
    """One customer."""
    with desk() as session:
        return _shown(session, _seen(session, person_id))


@operation("PATCH", "/customers/<key:person_id>", body=CustomerChange, answer=CustomerShown)
def change_customer(person_id: int, body: CustomerChange) -> CustomerShown:
    """Say something else of a customer. What is promised for their open tickets is worked out anew."""
    with desk() as session:
        person = _seen(session, person_id)
        _describe(session, person, body, person.properties)
        return _shown(session, person)


@operation("GET", "/companies", query=PageQuery, answer=CompanyPage)
def list_companies(query: PageQuery) -> CompanyPage:
    """List companies by name."""
    after = cursors.read_text(query.cursor) or ""
    with desk() as session:
        rows = companies(session, after=after, limit=query.limit + 1)
        page, following = cursors.cut(rows, query.limit, lambda row: cursors.make(row.name))
        return CompanyPage(items=_companies_shown(session, page), next=following)


@operation("POST", "/companies", body=NewCompany, answer=CompanyShown, status=201)
def add_company(body: NewCompany) -> CompanyShown:
    """Write down a company."""
    with desk() as session:
        setup = CompanySetup(body.name, tuple(body.domains), body.properties)
        return _company(session, describe.save_company(session, setup, clock.now()))


@operation("PATCH", "/companies/<key:company_id>", body=CompanyChange, answer=CompanyShown)
def change_company(company_id: int, body: CompanyChange) -> CompanyShown:
    """Say something else of a company. What is promised for open tickets is worked out anew."""
    with desk() as session:
        company = describe.known_company(session, company_id)
        now = describe.company_setup(session, company)
        setup = CompanySetup(
            now.name if body.name is None else body.name,
            now.domains if body.domains is None else tuple(body.domains),
            {**now.properties, **(body.properties or {})},
        )
        return _company(session, describe.save_company(session, setup, clock.now(), company=company))


@operation("DELETE", "/companies/<key:company_id>", answer=CompanyShown)
def remove_company(company_id: int) -> CompanyShown:
    """Remove a company nobody was said to be of; the answer is what it was."""
    with desk() as session:
        company = describe.known_company(session, company_id)
        shown = _company(session, company)
        describe.drop_company(session, company)
    return shown


def _describe(session: Session, person: Person, body: CustomerGiven | CustomerChange, before: dict[str, Any]) -> None:
    said = body.model_dump(exclude_unset=True, exclude={"email", "company", "properties"})
    said = {name: value for name, value in said.items() if value is not None or name == "language"}
    known = describe.person_setup(person)
    company_id = known.company_id
    if "company" in body.model_fields_set:
        company_id = _company_named(session, body.company).id if body.company else None
    setup = describe.PersonSetup(
        said.get("name", known.name), said.get("phone", known.phone), said.get("language", known.language),
        said.get("region", known.region), company_id, {**before, **(body.properties or {})},
    )  # fmt: skip
    describe.describe_person(session, person, setup, clock.now())
    session.flush()


def _company_named(session: Session, name: str) -> Company:
    found = company_named(session, name)
    if found is None:
        raise BadInput(f"There is no company {name!r}.", company="is not known")
    return found


def _seen(session: Session, person_id: int) -> Person:
    found = person_seen(session, person_id)
    if found is None:
        raise NotFound("There is no such customer.")
    return found


def _shown(session: Session, person: Person) -> CustomerShown:
    emails = addresses_of(session, person.id)
    of_them = company_of(session, person, emails)
    return CustomerShown(
        id=person.id, name=person.name, emails=emails, phone=person.phone, language=person.language,
        region=person.region, company=of_them.name if of_them is not None else None,
        properties=dict(person.properties),
    )  # fmt: skip


def _company(session: Session, company: Company) -> CompanyShown:
    return _companies_shown(session, [company])[0]


def _companies_shown(session: Session, rows: list[Company]) -> list[CompanyShown]:
    domains = domains_of(session, [row.id for row in rows])
    return [
        CompanyShown(
            id=row.id, name=row.name, domains=[each.domain for each in domains[row.id]],
            properties=dict(row.properties),
        )
        for row in rows
    ]  # fmt: skip
