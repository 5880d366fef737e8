"""A customer: who they are, what is known of them, and what they asked for."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, make_response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, NotFound
from mailgate.people.describe import PersonSetup, describe_person, person_setup
from mailgate.rights import Right
from mailgate.store.companies import companies, company_of
from mailgate.store.db import Session
from mailgate.store.listing import Filters, list_tickets
from mailgate.store.people import Person, addresses_of, person_seen
from web.access import desk, who
from web.answers import see_other
from web.forms import Form, Line, Words
from web.show.fields import Option
from web.show.pairs import pairs_in_words, read_pairs
from web.show.shell import desk_page
from web.speech import say

pages = Blueprint("customers", __name__, url_prefix="/customers")

_TICKETS = 50


class CustomerForm(Form):
    """What somebody says of a customer; a property a line."""

    name: Line = ""
    phone: Line = ""
    language: Line = ""
    region: Line = ""
    company: Annotated[Line, Field(pattern=r"^[0-9]{0,18}$")] = ""
    properties: Annotated[Words, Field(max_length=30_000)] = ""

    @property
    def setup(self) -> PersonSetup:
        company_id = int(self.company) if self.company else None
        properties = read_pairs(self.properties)
        return PersonSetup(self.name, self.phone, self.language or None, self.region, company_id, properties)


@pages.get("/<key:person_id>")
def show(person_id: int) -> str:
    """Show a customer, to change what is known of them."""
    with desk() as session:
        person = _seen(session, person_id)
        return _page(session, person, _filled(person_setup(person)))


@pages.post("/<key:person_id>")
def change(person_id: int) -> Response:
    """Say something else of a customer."""
    form = CustomerForm.read(request)
    try:
        with desk() as session:
            describe_person(session, _seen(session, person_id), form.setup, clock.now())
    except BadInput as error:
        with desk() as session:
            page = _page(session, _seen(session, person_id), form, {next(iter(error.fields), ""): str(error)})
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other(f"/customers/{person_id}")


def _seen(session: Session, person_id: int) -> Person:
    found = person_seen(session, person_id)
    if found is None:
        raise NotFound("There is no such customer.")
    return found


def _filled(setup: PersonSetup) -> CustomerForm:
    return CustomerForm(
        name=setup.name, phone=setup.phone, language=setup.language or "", region=setup.region,
        company=str(setup.company_id or ""), properties=pairs_in_words(setup.properties),
    )  # fmt: skip


def _page(session: Session, person: Person, form: CustomerForm, errors: dict[str, str] | None = None) -> str:
    addresses = addresses_of(session, person.id)
    of_them = company_of(session, person, addresses)
    by_domain = say("By their domain")
    if of_them is not None and person.company_id is None:
        by_domain = f"{by_domain}: {of_them.name}"
    return desk_page(
        session, "person.html", person=person, form=form, errors=errors, addresses=addresses, company=of_them,
        companies=[Option("", by_domain), *(Option(str(one.id), one.name) for one in companies(session))],
        tickets=list_tickets(session, Filters(requester_id=person.id), limit=_TICKETS),
        may_change=who().may(Right.WORK), may_set_up=who().may(Right.SET_UP),
    )  # fmt: skip
