"""Tags that mean something: a colour, what they are for, and one name for everybody. Others can be used as well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailgate.errors import BadInput, NotFound
from mailgate.store.base import add
from mailgate.store.db import Session
from mailgate.store.fields import (
    TagDefinition,
    retag,
    tag_defined,
    tag_definition_by_id,
    tag_definitions,
    untag,
)

LONGEST_NAME, LONGEST_DESCRIPTION, MOST = 60, 200, 500
COLOURS = ("", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink")


@dataclass(frozen=True, slots=True)
class TagSetup:
    """What an admin says of a tag."""

    name: str
    colour: str = ""
    description: str = ""


def setup_of(tag: TagDefinition) -> TagSetup:
    return TagSetup(tag.name, tag.colour, tag.description)


def save_tag(session: Session, setup: TagSetup, at: datetime, *, tag: TagDefinition | None = None) -> TagDefinition:
    """Define a tag, or change one. With another name, tickets bear that one from now on."""
    name, description = clean(setup.name), " ".join(setup.description.split())
    if len(description) > LONGEST_DESCRIPTION:
        raise BadInput(f"A description has {LONGEST_DESCRIPTION} characters at most.", description="is too long")
    if setup.colour not in COLOURS:
        raise BadInput(f"A colour is one of {', '.join(filter(None, COLOURS))}.", colour="is none of these")
    namesake = tag_defined(session, name)
    if namesake is not None and namesake is not tag:
        words = "Merge this one into it, if they mean the same." if tag is not None else "Change that one."
        raise BadInput(f"There is a tag “{name}” already. {words}", name="is taken")
    if tag is None and len(tag_definitions(session)) >= MOST:
        raise BadInput(f"There are {MOST} tags already. Merge some that mean the same.", name="is one too many")
    made = tag or add(session, TagDefinition(created_at=at))
    if tag is not None and tag.name != name:
        retag(session, tag.name, name)
    made.name, made.colour, made.description = name, setup.colour, description
    session.flush()
    return made


def merge_tag(session: Session, tag: TagDefinition, into: TagDefinition) -> int:
    """Tickets that bear the one bear the other instead, and the one is gone; how many tickets that were."""
    if tag is into:
        raise BadInput("A tag cannot be merged into itself.", into="is the same")
    changed = retag(session, tag.name, into.name)
    session.delete(tag)
    session.flush()
    return changed


def remove_tag(session: Session, tag: TagDefinition) -> int:
    """It means nothing any more, and no ticket bears it; how many did."""
    changed = untag(session, tag.name)
    session.delete(tag)
    session.flush()
    return changed


def known_tag(session: Session, tag_id: int) -> TagDefinition:
    found = tag_definition_by_id(session, tag_id)
    if found is None:
        raise NotFound(f"There is no tag {tag_id}.")
    return found


def clean(name: str) -> str:
    """A tag as tickets bear it: in lower case, with single spaces."""
    name = " ".join(name.lower().split())
    if not name or len(name) > LONGEST_NAME or "," in name:
        raise BadInput(f"A tag needs a name without commas, of {LONGEST_NAME} characters at most.", name="is none")
    return name
