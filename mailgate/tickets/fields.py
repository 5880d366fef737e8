"""Fill in the fields that an organisation has defined for its tickets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from mailgate.errors import BadInput
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.fields import FieldValue, OwnField, own_fields, values_on
from mailgate.store.tickets import Ticket

LONGEST = 500
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,6})?")
_YES, _NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off")

Given = str | int | float | bool | None


def fill_in(session: Session, ticket: Ticket, given: Mapping[str, Given]) -> dict[str, list[str | None]]:
    """Put values into fields, by their keys; what changed, by their names. Nothing (None, "") empties a field."""
    known = {field.key: field for field in own_fields(session)}
    had, changed = values_on(session, ticket.id), {}
    for key, value in given.items():
        if key not in known:
            raise BadInput(f"Tickets have no field {key!r} here.", fields=f"{key} is not known")
        field = known[key]
        row, after = had.get(field.id), kept_as(field, value)
        before = row.value if row is not None else None
        if before == after:
            continue
        if not field.active and after is not None:
            raise BadInput(f"“{field.name}” was put aside: it is not filled in any more.", fields=f"{key} is put aside")
        _put(session, ticket, field, row, after)
        changed[field.name] = [before, after]
    return changed


def _put(session: Session, ticket: Ticket, field: OwnField, row: FieldValue | None, after: str | None) -> None:
    if after is None:
        session.delete(row)
    elif row is None:
        add(session, FieldValue(ticket_id=ticket.id, field_id=field.id, value=after, folded=after.lower()))
    else:
        row.value, row.folded = after, after.lower()


def kept_as(field: OwnField, given: Given) -> str | None:
    """A value as it is kept, and so compared; None: nothing."""
    words = " ".join(str(given).split()) if given is not None else ""
    if not words:
        return None
    kept = _READ[field.kind](field, words)
    if kept is None:
        raise BadInput(f"{field.name}: {_WANTED[field.kind].format(', '.join(map(str, field.choices)))}",
                       **{f"fields.{field.key}": "does not fit"})  # fmt: skip
    return kept


def for_programs(field: OwnField, kept: str) -> str | int | float | bool:
    """A kept value as JSON has it."""
    match field.kind:
        case "number":
            return float(kept) if "." in kept else int(kept)
        case "yes_no":
            return kept == "yes"
    return kept


def _text(_: OwnField, words: str) -> str | None:
    return words if len(words) <= LONGEST and words.isprintable() else None


def _number(_: OwnField, words: str) -> str | None:
    """Without zeros that say nothing, so that 1.50 is found by 1.5."""
    if not _NUMBER.fullmatch(words):
        return None
    return f"{Decimal(words.replace(',', '.')).normalize() + 0:f}"


def _choice(field: OwnField, words: str) -> str | None:
    return next((str(each) for each in field.choices if str(each).lower() == words.lower()), None)


def _date(_: OwnField, words: str) -> str | None:
    try:
        return date.fromisoformat(words).isoformat()
    except ValueError:
        return None


def _yes_no(_: OwnField, words: str) -> str | None:
    return "yes" if words.lower() in _YES else "no" if words.lower() in _NO else None


_READ: dict[str, Callable[[OwnField, str], str | None]] = {
    "text": _text,
    "number": _number,
    "choice": _choice,
    "date": _date,
    "yes_no": _yes_no,
}
_WANTED = {
    "text": f"one line of {LONGEST} characters at most.",
    "number": "a number such as 12 or 12.50.",
    "choice": "one of {}.",
    "date": "a day such as 2026-12-24.",
    "yes_no": "yes or no.",
}
