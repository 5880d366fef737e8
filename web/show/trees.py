"""A tree as a list: each category below the one it lies in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mailgate.store.office import Category


class Branch(NamedTuple):
    """A category, how deep it lies, and the ids of those above it."""

    row: Category
    depth: int
    above: tuple[int, ...]


def in_tree(rows: Sequence[Category], parent_id: int | None = None, above: tuple[int, ...] = ()) -> list[Branch]:
    """Depth first, by name."""
    found: list[Branch] = []
    for row in rows:
        if row.parent_id == parent_id and row.id not in above:
            found.append(Branch(row, len(above), above))
            found += in_tree(rows, row.id, (*above, row.id))
    return found
