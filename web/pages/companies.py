"""Companies: their domains, and what is known of them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, make_response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, Conflict
from mailgate.people.describe import CompanySetup, company_setup, drop_company, known_company, save_company
from mailgate.store.companies import Company, companies, domains_of
from mailgate.store.db import Session
from web.access import desk
from web.answers import see_other
from web.forms import Form, Line, Words
from web.show.pairs import pairs_in_words, read_pairs
from web.show.shell import desk_page

pages = Blueprint("companies", __name__, url_prefix="/admin/companies")

_URL = "/admin/companies"
_ON_A_PAGE = 200


class CompanyForm(Form):
    """What an admin says of a company; a domain and a property a line."""

    name: Line = ""
    domains: Annotated[Words, Field(max_length=10_000)] = ""
    properties: Annotated[Words, Field(max_length=30_000)] = ""

    @property
    def setup(self) -> CompanySetup:
        return CompanySetup(self.name, tuple(self.domains.replace(",", " ").split()), read_pairs(self.properties))


@pages.get("")
def show() -> str:
    """Show companies by name."""
    after = request.args.get("after", "").replace("\0", "")[:_ON_A_PAGE]
    with desk() as session:
        rows = companies(session, after=after, limit=_ON_A_PAGE + 1)
        shown, domains = rows[:_ON_A_PAGE], domains_of(session, [row.id for row in rows])
        lines = [(row, [each.domain for each in domains[row.id]]) for row in shown]
        more = shown[-1].name if len(rows) > _ON_A_PAGE else None
        return desk_page(session, "companies.html", current="companies", companies=lines, more=more)


@pages.get("/new")
def new() -> str:
    """Ask what it is called."""
    with desk() as session:
        return _form(session, None, CompanyForm())


@pages.post("")
def add() -> Response:
    """Write down a company."""
    return _saved(CompanyForm.read(request), None)


@pages.get("/<key:company_id>")
def edit(company_id: int) -> str:
    """Show one, to change it."""
    with desk() as session:
        company = known_company(session, company_id)
        return _form(session, company, _filled(company_setup(session, company)))


@pages.post("/<key:company_id>")
def change(company_id: int) -> Response:
    """Change it."""
    return _saved(CompanyForm.read(request), company_id)


@pages.post("/<key:company_id>/removal")
def remove(company_id: int) -> Response:
    """Remove one that nobody was said to be of."""
    try:
        with desk() as session:
            drop_company(session, known_company(session, company_id))
    except Conflict as error:
        with desk() as session:
            company = known_company(session, company_id)
            page = _form(session, company, _filled(company_setup(session, company)), {"": str(error)})
        return make_response(page, HTTPStatus.CONFLICT)
    return see_other(_URL)


def _saved(form: CompanyForm, company_id: int | None) -> Response:
    try:
        with desk() as session:
            company = known_company(session, company_id) if company_id is not None else None
            save_company(session, form.setup, clock.now(), company=company)
    except BadInput as error:
        with desk() as session:
            company = known_company(session, company_id) if company_id is not None else None
            page = _form(session, company, form, {next(iter(error.fields), ""): str(error)})
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other(_URL)


def _filled(setup: CompanySetup) -> CompanyForm:
    return CompanyForm(name=setup.name, domains="\n".join(setup.domains), properties=pairs_in_words(setup.properties))


def _form(session: Session, company: Company | None, form: CompanyForm, errors: dict[str, str] | None = None) -> str:
    return desk_page(session, "company.html", current="companies", company=company, form=form, errors=errors)
