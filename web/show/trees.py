"""A tree as a list: each category below the one it lies in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Lies(Protocol):
    """A category, whole or as far as it is shown."""

    @property
    def id(self) -> int: ...
    @property
    def parent_id(self) -> int | None: ...


Row = TypeVar("Row", bound=Lies)


@dataclass(frozen=True, slots=True)
class Branch(Generic[Row]):
    """A category, how deep it lies, and the ids of those above it."""

    row: Row
    depth: int
    above: tuple[int, ...]


def in_tree(rows: Sequence[Row], parent_id: int | None = None, above: tuple[int, ...] = ()) -> list[Branch[Row]]:
    """Depth first, by name."""
    found: list[Branch[Row]] = []
    for row in rows:
        if row.parent_id == parent_id and row.id not in above:
            found.append(Branch(row, len(above), above))
            found += in_tree(rows, row.id, (*above, row.id))
    return found
