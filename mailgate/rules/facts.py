"""What is known when a rule is asked: values by the names of fields, folded to one case once for all rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)
Value = str | tuple[str, ...] | int | None
_SHOWN = 200  # characters of a value that a log keeps


class Facts:
    """Values by field. What nobody knows is None."""

    __slots__ = ("_folded", "_values")

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)
        self._folded: dict[str, str | tuple[str, ...]] = {}

    def value(self, field: str) -> Value:
        return self._values.get(field)

    def text(self, field: str) -> str:
        """A value in one case, as texts are compared; nothing is an empty text."""
        return str(self._in_one_case(field))

    def words(self, field: str) -> tuple[str, ...]:
        """The same of a list."""
        found = self._in_one_case(field)
        return found if isinstance(found, tuple) else ()

    def number(self, field: str) -> int | Decimal | None:
        """A number; words that are one count, too."""
        value = self._values.get(field)
        if isinstance(value, str):
            return Decimal(value) if NUMBER.fullmatch(value) else None
        return value if isinstance(value, int) else None

    def changed(self, values: Mapping[str, Value]) -> Facts:
        """What is known after a change."""
        return Facts({**self._values, **values})

    def shown(self, field: str) -> str:
        """A value as a log keeps it: not longer than it can be read."""
        value = self._values.get(field)
        words = ", ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
        words = " ".join(words[: 4 * _SHOWN].split())
        return words if len(words) <= _SHOWN else words[: _SHOWN - 1].rstrip() + "…"

    def _in_one_case(self, field: str) -> str | tuple[str, ...]:
        if (known := self._folded.get(field)) is not None:
            return known
        value = self._values.get(field)
        folded: str | tuple[str, ...]
        if isinstance(value, tuple):
            folded = tuple(word.casefold() for word in value)
        else:
            folded = value.casefold() if isinstance(value, str) else ""
        self._folded[field] = folded
        return folded
