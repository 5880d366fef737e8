"""Fields of one's own, and tags as they are defined."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.office import fields as office_fields
from mailgate.office import tags as office_tags
from mailgate.office.fields import FieldSetup
from mailgate.office.tags import COLOURS, TagSetup
from mailgate.store import fields as store
from web.access import desk
from web.api.office import OfficeQuery, part_of
from web.api.operations import Answer, Body, operation
from web.api.shapes import Name, Page

Kind = Literal["text", "number", "choice", "date", "yes_no"]
Choices = Annotated[list[Name], Field(max_length=office_fields.MOST_CHOICES, description="What can be chosen.")]
Place = Annotated[int, Field(ge=0, le=office_fields.LAST_PLACE, description="The lower, the higher up it stands.")]
Colour = Annotated[str, Field(max_length=20, description=f"One of {', '.join(filter(None, COLOURS))}, or empty.")]
FieldName = Annotated[Name, Field(max_length=office_fields.LONGEST_NAME)]
Hint = Annotated[str, Field(max_length=office_fields.LONGEST_HINT)]
TagName = Annotated[Name, Field(max_length=office_tags.LONGEST_NAME)]
Meaning = Annotated[str, Field(max_length=office_tags.LONGEST_DESCRIPTION)]


class FieldShown(Answer):
    """A field of one's own. Tickets have it in `fields`, by its key; lists take `field.KEY=value`."""

    id: int
    key: str
    name: str
    kind: str
    choices: list[str]
    hint: str
    place: int
    active: Annotated[bool, Field(description="False: put aside; tickets keep what stands in it.")]


class FieldPage(Page[FieldShown]):
    """Some fields."""


class NewField(Body):
    """A field; without `key` it is made of the name, and never changes."""

    name: FieldName
    kind: Kind = "text"
    key: Annotated[str, Field(max_length=office_fields.LONGEST_KEY)] = ""
    choices: Choices = Field(default_factory=list)
    hint: Hint = ""
    place: Place = 0
    active: bool = True


class FieldChange(Body):
    """What changes; what is left out stays."""

    name: FieldName | None = None
    kind: Kind | None = None
    choices: Choices | None = None
    hint: Hint | None = None
    place: Place | None = None
    active: bool | None = None


class TagShown(Answer):
    """A tag that is defined. Tickets may bear others, too."""

    id: int
    name: str
    colour: str
    description: str


class TagPage(Page[TagShown]):
    """Some tags."""


class NewTag(Body):
    """A tag, and what it means."""

    name: TagName
    colour: Colour = ""
    description: Meaning = ""


class TagChange(Body):
    """What changes; what is left out stays. With another name, tickets bear that one from now on."""

    name: TagName | None = None
    colour: Colour | None = None
    description: Meaning | None = None


class TagMerge(Body):
    """The tag that stays."""

    into: Annotated[TagName, Field(description="Its name.")]


@operation("GET", "/fields", query=OfficeQuery, answer=FieldPage)
def list_fields(query: OfficeQuery) -> FieldPage:
    """List fields of your own."""
    with desk() as session:
        items, following = part_of(store.own_fields(session), query, _field)
    return FieldPage(items=items, next=following)


@operation("POST", "/fields", body=NewField, answer=FieldShown, status=201)
def add_field(body: NewField) -> FieldShown:
    """Add a field."""
    setup = FieldSetup(
        body.name, body.kind, tuple(body.choices), body.hint, body.place, body.active, body.key
    )  # fmt: skip
    with desk() as session:
        return _field(office_fields.save_field(session, setup, clock.now()))


@operation("PATCH", "/fields/<key:field_id>", body=FieldChange, answer=FieldShown)
def change_field(field_id: int, body: FieldChange) -> FieldShown:
    """Change a field, or put it aside."""
    with desk() as session:
        field = office_fields.known_field(session, field_id)
        now = office_fields.setup_of(field)
        setup = FieldSetup(
            now.name if body.name is None else body.name,
            body.kind or now.kind,
            now.choices if body.choices is None else tuple(body.choices),
            now.hint if body.hint is None else body.hint,
            now.place if body.place is None else body.place,
            now.active if body.active is None else body.active,
        )
        return _field(office_fields.save_field(session, setup, clock.now(), field=field))


@operation("DELETE", "/fields/<key:field_id>", answer=FieldShown)
def remove_field(field_id: int) -> FieldShown:
    """Remove a field that no ticket has filled in; the answer is what it was."""
    with desk() as session:
        field = office_fields.known_field(session, field_id)
        shown = _field(field)
        office_fields.remove_field(session, field)
    return shown


@operation("GET", "/tags", query=OfficeQuery, answer=TagPage)
def list_tags(query: OfficeQuery) -> TagPage:
    """List the tags that are defined."""
    with desk() as session:
        items, following = part_of(store.tag_definitions(session), query, _tag)
    return TagPage(items=items, next=following)


@operation("POST", "/tags", body=NewTag, answer=TagShown, status=201)
def add_tag(body: NewTag) -> TagShown:
    """Define a tag."""
    with desk() as session:
        return _tag(office_tags.save_tag(session, TagSetup(body.name, body.colour, body.description), clock.now()))


@operation("PATCH", "/tags/<key:tag_id>", body=TagChange, answer=TagShown)
def change_tag(tag_id: int, body: TagChange) -> TagShown:
    """Change a tag, or call it otherwise, on every ticket."""
    with desk() as session:
        tag = office_tags.known_tag(session, tag_id)
        setup = TagSetup(
            tag.name if body.name is None else body.name,
            tag.colour if body.colour is None else body.colour,
            tag.description if body.description is None else body.description,
        )
        return _tag(office_tags.save_tag(session, setup, clock.now(), tag=tag))


@operation("POST", "/tags/<key:tag_id>/merge", body=TagMerge, answer=TagShown)
def merge_tag(tag_id: int, body: TagMerge) -> TagShown:
    """Make two tags one, on every ticket; the answer is the one that stays."""
    with desk() as session:
        into = store.tag_defined(session, office_tags.clean(body.into))
        if into is None:
            raise BadInput(f"There is no tag “{body.into}”.", into="is not known")
        office_tags.merge_tag(session, office_tags.known_tag(session, tag_id), into)
        return _tag(into)


@operation("DELETE", "/tags/<key:tag_id>", answer=TagShown)
def remove_tag(tag_id: int) -> TagShown:
    """Take a tag off every ticket, and forget it; the answer is what it was."""
    with desk() as session:
        tag = office_tags.known_tag(session, tag_id)
        shown = _tag(tag)
        office_tags.remove_tag(session, tag)
    return shown


def _field(row: store.OwnField) -> FieldShown:
    return FieldShown.model_validate({name: getattr(row, name) for name in FieldShown.model_fields})


def _tag(row: store.TagDefinition) -> TagShown:
    return TagShown.model_validate({name: getattr(row, name) for name in TagShown.model_fields})
