"""Fields of one's own: what tickets are asked for beside what every ticket has."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from mailgate.errors import BadInput, Conflict, NotFound
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.fields import KINDS, OwnField, is_filled_anywhere, own_field_by_id, own_fields
from mailgate.store.office import remove_unused

LONGEST_NAME, LONGEST_HINT, LONGEST_KEY, LONGEST_CHOICE = 60, 200, 40, 100
MOST, MOST_CHOICES, LAST_PLACE = 50, 200, 10_000
_KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class FieldSetup:
    """What an admin says of a field. Without `key` a new one is made of its name."""

    name: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    hint: str = ""
    place: int = 0
    active: bool = True
    key: str = ""


def setup_of(field: OwnField) -> FieldSetup:
    return FieldSetup(
        field.name, field.kind, tuple(map(str, field.choices)), field.hint, field.place, field.active, field.key
    )


def save_field(session: Session, setup: FieldSetup, at: datetime, *, field: OwnField | None = None) -> OwnField:
    """Add a field, or change one. Its key stays, and its kind as long as it is filled in anywhere."""
    name, hint = " ".join(setup.name.split()), " ".join(setup.hint.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"A field needs a name, of {LONGEST_NAME} characters at most.", name="is empty or too long")
    if len(hint) > LONGEST_HINT:
        raise BadInput(f"A hint has {LONGEST_HINT} characters at most.", hint="is too long")
    if setup.kind not in KINDS:
        raise BadInput(f"A field is one of {', '.join(KINDS)}.", kind="is none of these")
    if not 0 <= setup.place <= LAST_PLACE:
        raise BadInput(f"A place is a number from 0 to {LAST_PLACE}.", place="is none")
    known = own_fields(session)
    if field is None and len(known) >= MOST:
        raise Conflict(f"There are {MOST} fields already, which is as many as a ticket can have.")
    if any(each.name.lower() == name.lower() for each in known if each is not field):
        raise BadInput(f"There is a field “{name}” already.", name="is taken")
    choices = _choices(setup)
    if field is not None and field.kind != setup.kind and is_filled_anywhere(session, field.id):
        raise BadInput(
            "Tickets have it filled in: its kind stays. Put it aside, and add another.", kind="cannot change"
        )
    made = field or add(session, OwnField(key=_key(setup.key or name, known), created_at=at))
    made.name, made.kind, made.choices, made.hint = name, setup.kind, choices, hint
    made.place, made.active = setup.place, setup.active
    session.flush()
    return made


def remove_field(session: Session, field: OwnField) -> None:
    """Only one that no ticket has filled in can go."""
    if not remove_unused(session, field):
        raise Conflict(f"“{field.name}” is filled in on tickets. Put it aside instead: they keep what stands in it.")


def known_field(session: Session, field_id: int) -> OwnField:
    found = own_field_by_id(session, field_id)
    if found is None:
        raise NotFound(f"There is no field {field_id}.")
    return found


def _choices(setup: FieldSetup) -> list[str]:
    if setup.kind != "choice":
        return []
    found = list(dict.fromkeys(filter(None, (" ".join(each.split()) for each in setup.choices))))
    if not found:
        raise BadInput("A choice needs something to choose from: one a line.", choices="are missing")
    if len(found) > MOST_CHOICES or any(len(each) > LONGEST_CHOICE for each in found):
        words = f"There are {MOST_CHOICES} choices at most, of {LONGEST_CHOICE} characters at most."
        raise BadInput(words, choices="are too many or too long")
    if len({each.lower() for each in found}) < len(found):
        raise BadInput("Two choices differ in capital letters alone.", choices="are too much alike")
    return found


def _key(said: str, known: list[OwnField]) -> str:
    """The name programs and searches know it by, such as order_number."""
    plain = unicodedata.normalize("NFKD", said).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_KEY].strip("_")
    if not _KEY.fullmatch(key):
        raise BadInput(
            "It needs a short name in plain letters for searches and programs, such as order_number.", key="is none"
        )
    if any(each.key == key for each in known):
        raise BadInput(f"Another field is called “{key}” in searches.", key="is taken")
    return key
