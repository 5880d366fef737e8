"""What fits into a field of one's own, and how it is kept."""

from __future__ import annotations

import pytest

from mailgate.errors import BadInput
from mailgate.store.fields import OwnField
from mailgate.tickets.fields import LONGEST, for_programs, kept_as


def _field(kind: str) -> OwnField:
    return OwnField(key="x", name="Device", kind=kind, choices=["Lamp", "Big heater"] if kind == "choice" else [])


@pytest.mark.parametrize(
    ("kind", "given", "kept", "told"),
    [
        ("text", "  A  1 ", "A 1", "A 1"), ("text", 7, "7", "7"), ("text", "", None, None), ("text", None, None, None),
        ("number", "1,50", "1.5", 1.5), ("number", 12.0, "12", 12), ("number", "-0", "0", 0),
        ("number", 1200, "1200", 1200),
        ("choice", "big HEATER", "Big heater", "Big heater"), ("date", "2026-12-24", "2026-12-24", "2026-12-24"),
        ("yes_no", True, "yes", True), ("yes_no", "No", "no", False),
    ],
)  # fmt: skip
def test_values_are_kept_in_one_form(
    kind: str, given: str | float | bool | None, kept: str | None, told: object
) -> None:
    assert kept_as(_field(kind), given) == kept
    assert kept is None or for_programs(_field(kind), kept) == told


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("text", "x" * (LONGEST + 1)), ("text", "a\x00b"), ("number", "twelve"), ("number", "1e9"), ("number", "nan"),
        ("number", "1" * 16), ("choice", "Toaster"), ("date", "24.12.2026"), ("date", "2026-02-30"),
        ("yes_no", "maybe"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_its_field(kind: str, given: str) -> None:
    with pytest.raises(BadInput, match="Device: ") as refused:
        kept_as(_field(kind), given)
    assert refused.value.fields == {"fields.x": "does not fit"}
