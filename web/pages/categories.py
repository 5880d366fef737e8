"""Categories: what tickets are about, as a tree."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, make_response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, Conflict
from mailgate.office.categories import CategorySetup, known_category, remove_category, save_category, setup_of
from mailgate.store.db import Session
from mailgate.store.office import Category, categories
from web.access import desk
from web.answers import see_other
from web.forms import Form, Line
from web.show.fields import Option
from web.show.shell import desk_page
from web.show.trees import in_tree
from web.speech import say

pages = Blueprint("categories", __name__, url_prefix="/admin/categories")

_URL = "/admin/categories"


class CategoryForm(Form):
    """What an admin says of a category."""

    name: Line = ""
    parent: Annotated[Line, Field(pattern=r"^[0-9]{0,18}$")] = ""
    description: str = ""
    active: bool = False

    @property
    def setup(self) -> CategorySetup:
        return CategorySetup(self.name, int(self.parent) if self.parent else None, self.description, self.active)


@pages.get("")
def show() -> str:
    """Show the tree."""
    with desk() as session:
        return desk_page(session, "categories.html", current="categories", tree=in_tree(categories(session)))


@pages.get("/new")
def show_new() -> str:
    """Ask what to call it."""
    with desk() as session:
        return _form(session, None, CategoryForm(active=True))


@pages.post("")
def add() -> Response:
    """Add one."""
    return _saved(CategoryForm.read(request), None)


@pages.get("/<key:category_id>")
def show_one(category_id: int) -> str:
    """Show one, to change it."""
    with desk() as session:
        category = known_category(session, category_id)
        return _form(session, category, _filled(setup_of(category)))


@pages.post("/<key:category_id>")
def change(category_id: int) -> Response:
    """Change it."""
    return _saved(CategoryForm.read(request), category_id)


@pages.post("/<key:category_id>/removal")
def remove(category_id: int) -> Response:
    """Remove one that nothing speaks of."""
    try:
        with desk() as session:
            remove_category(session, known_category(session, category_id))
    except Conflict as error:
        with desk() as session:
            category = known_category(session, category_id)
            page = _form(session, category, _filled(setup_of(category)), {"": str(error)})
        return make_response(page, HTTPStatus.CONFLICT)
    return see_other(_URL)


def _saved(form: CategoryForm, category_id: int | None) -> Response:
    try:
        with desk() as session:
            category = known_category(session, category_id) if category_id is not None else None
            save_category(session, form.setup, clock.now(), category=category)
    except BadInput as error:
        with desk() as session:
            category = known_category(session, category_id) if category_id is not None else None
            page = _form(session, category, form, {next(iter(error.fields), ""): str(error)})
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other(_URL)


def _filled(setup: CategorySetup) -> CategoryForm:
    return CategoryForm(
        name=setup.name, parent=str(setup.parent_id or ""), description=setup.description, active=setup.active
    )


def _form(session: Session, category: Category | None, form: CategoryForm, errors: dict[str, str] | None = None) -> str:
    above = [
        Option(str(one.row.id), f"{'– ' * one.depth}{one.row.name}")
        for one in in_tree(categories(session))
        if category is None or category.id not in (one.row.id, *one.above)
    ]
    return desk_page(
        session, "category.html", current="categories", category=category, form=form, errors=errors,
        parents=[Option("", say("Nothing: it stands at the top")), *above],
    )  # fmt: skip
