"""Fields of an organisation's own: what admins define, and what stands in them on each ticket; and tags as defined."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Index, Select, UniqueConstraint, delete, exists, select, text, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from mailgate.store.base import TenantRow, points_to
from mailgate.store.tickets import TicketTag

KINDS = ("text", "number", "choice", "date", "yes_no")


class OwnField(TenantRow):
    """A field tickets have. `key` is its name for programs and searches, and never changes."""

    __tablename__ = "own_fields"
    __table_args__ = (
        UniqueConstraint("org_id", "key"),
        UniqueConstraint("org_id", "name"),
        CheckConstraint("kind IN ('text', 'number', 'choice', 'date', 'yes_no')", name="kind"),
    )

    key: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    choices: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    hint: Mapped[str] = mapped_column(server_default="")
    place: Mapped[int] = mapped_column(server_default=text("0"))  # the lower, the higher up it stands
    active: Mapped[bool] = mapped_column(server_default=text("true"))  # can be filled in
    created_at: Mapped[datetime]


class FieldValue(TenantRow):
    """What stands in a field of a ticket. `folded`: the same in one case, by which it is found."""

    __tablename__ = "field_values"
    __table_args__ = (
        Index("field_values_ticket_key", "org_id", "ticket_id", "field_id", unique=True),
        Index("field_values_folded_idx", "org_id", "field_id", "folded", "ticket_id"),
        points_to("tickets", "ticket_id", gone_with=True),
        points_to("own_fields", "field_id"),
    )

    ticket_id: Mapped[int]
    field_id: Mapped[int]
    value: Mapped[str]
    folded: Mapped[str]


class TagDefinition(TenantRow):
    """A tag that means something here: its colour and what it is for. Tickets may bear others besides."""

    __tablename__ = "tags"
    __table_args__ = (UniqueConstraint("org_id", "name"),)

    name: Mapped[str]
    colour: Mapped[str] = mapped_column(server_default="")
    description: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]


class Filled(NamedTuple):
    """A field of a ticket, and what stands in it."""

    field: OwnField
    value: str | None


def own_fields(session: Session) -> list[OwnField]:
    """In the order they stand in."""
    return list(session.scalars(select(OwnField).order_by(OwnField.place, OwnField.name)))


def own_field_by_id(session: Session, field_id: int) -> OwnField | None:
    return session.scalar(select(OwnField).where(OwnField.id == field_id))


def own_field_with_key(session: Session, key: str) -> OwnField | None:
    return session.scalar(select(OwnField).where(OwnField.key == key))


def is_filled_anywhere(session: Session, field_id: int) -> bool:
    return bool(session.scalar(select(exists().where(FieldValue.field_id == field_id))))


def fields_of_all(session: Session, ids: Iterable[int]) -> dict[int, list[Filled]]:
    """What stands in the fields of some tickets; the empty ones are left out."""
    wanted = set(ids)
    found: dict[int, list[Filled]] = {ticket_id: [] for ticket_id in wanted}
    if wanted:
        question = select(FieldValue.ticket_id, OwnField, FieldValue.value).join(
            OwnField, OwnField.id == FieldValue.field_id
        )
        wanted_rows = question.where(FieldValue.ticket_id.in_(wanted)).order_by(OwnField.key)
        for ticket_id, field, value in session.execute(wanted_rows):
            found[ticket_id].append(Filled(field, value))
    return found


def values_by_name(session: Session, ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """What stands in the fields of some tickets, as conditions name them: field.KEY."""
    found = fields_of_all(session, ids)
    return {
        ticket_id: {f"field.{one.field.key}": one.value for one in filled if one.value is not None}
        for ticket_id, filled in found.items()
    }


def values_on(session: Session, ticket_id: int) -> dict[int, FieldValue]:
    """The rows of a ticket's filled fields, by field."""
    rows = session.scalars(select(FieldValue).where(FieldValue.ticket_id == ticket_id))
    return {row.field_id: row for row in rows}


def tickets_with(field_id: int, value: str) -> Select[int]:
    """The ids of tickets in whose field this stands, whatever its case."""
    return select(FieldValue.ticket_id).where(FieldValue.field_id == field_id, FieldValue.folded == value.lower())


def tag_definitions(session: Session) -> list[TagDefinition]:
    return list(session.scalars(select(TagDefinition).order_by(TagDefinition.name)))


def tag_definition_by_id(session: Session, tag_id: int) -> TagDefinition | None:
    return session.scalar(select(TagDefinition).where(TagDefinition.id == tag_id))


def tag_defined(session: Session, name: str) -> TagDefinition | None:
    return session.scalar(select(TagDefinition).where(TagDefinition.name == name))


def retag(session: Session, tag: str, into: str) -> int:
    """Every ticket that bears a tag bears another one instead; how many did."""
    other = aliased(TicketTag)
    has_both = exists().where(
        other.ticket_id == TicketTag.ticket_id, other.tag == into, other.org_id == TicketTag.org_id
    )
    doubled = session.execute(delete(TicketTag).where(TicketTag.tag == tag, has_both).returning(TicketTag.id))
    moved = session.execute(update(TicketTag).where(TicketTag.tag == tag).values(tag=into).returning(TicketTag.id))
    return len(doubled.all()) + len(moved.all())


def untag(session: Session, tag: str) -> int:
    """No ticket bears this tag any more; how many did."""
    return len(session.execute(delete(TicketTag).where(TicketTag.tag == tag).returning(TicketTag.id)).all())
