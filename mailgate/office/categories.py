"""Categories: what tickets are about, as a tree. One that is used no more is put aside: tickets keep it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailgate.errors import BadInput, Conflict, NotFound
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.office import Category, categories, category_by_id, category_named, remove_unused

LONGEST_NAME, LONGEST_DESCRIPTION, DEEPEST = 100, 500, 5


@dataclass(frozen=True, slots=True)
class CategorySetup:
    """What an admin says of a category."""

    name: str
    parent_id: int | None = None
    description: str = ""
    active: bool = True


def setup_of(category: Category) -> CategorySetup:
    return CategorySetup(category.name, category.parent_id, category.description, category.active)


def save_category(
    session: Session, setup: CategorySetup, at: datetime, *, category: Category | None = None
) -> Category:
    """Add a category, or change one."""
    name, description = " ".join(setup.name.split()), " ".join(setup.description.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"A category needs a name, of {LONGEST_NAME} characters at most.", name="is empty or too long")
    if len(description) > LONGEST_DESCRIPTION:
        raise BadInput(f"A description has {LONGEST_DESCRIPTION} characters at most.", description="is too long")
    namesake = category_named(session, name)
    if namesake is not None and namesake is not category:
        raise BadInput(f"There is a category “{name}” already.", name="is taken")
    _require_tree(session, category, setup.parent_id)
    made = category or add(session, Category(created_at=at))
    made.name, made.parent_id, made.description, made.active = name, setup.parent_id, description, setup.active
    session.flush()
    return made


def remove_category(session: Session, category: Category) -> None:
    """Only one that nothing speaks of can go."""
    if not remove_unused(session, category):
        raise Conflict(f"“{category.name}” is used. Put it aside instead: tickets keep it, and nobody chooses it anew.")


def known_category(session: Session, category_id: int) -> Category:
    found = category_by_id(session, category_id)
    if found is None:
        raise NotFound(f"There is no category {category_id}.")
    return found


def _require_tree(session: Session, category: Category | None, parent_id: int | None) -> None:
    """No category lies within itself, and none too deep."""
    known = {each.id: each for each in categories(session)}
    above, at = 0, parent_id
    while at is not None:
        if at not in known:
            raise BadInput("There is no such category to put it under.", parent="is not known")
        if category is not None and at == category.id:
            raise BadInput("A category cannot lie within itself.", parent="lies below it")
        at, above = known[at].parent_id, above + 1
        if above > DEEPEST:
            raise BadInput(f"Categories lie {DEEPEST} deep at most.", parent="lies too deep")
