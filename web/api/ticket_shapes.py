"""A ticket as programs see it, and what they may send about one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mailgate.store.db import Session
from mailgate.store.fields import Filled, fields_of_all
from mailgate.store.listing import Listed, listed
from mailgate.store.tickets import Ticket, tags_of
from mailgate.tickets.answer import BODY_LENGTH
from mailgate.tickets.bulk import MOST
from mailgate.tickets.change import TAG_LENGTH
from mailgate.tickets.fields import for_programs
from mailgate.tickets.open import SUBJECT_LENGTH
from web.api.operations import Answer, Body
from web.api.shapes import (
    Customer,
    Email,
    From,
    Moment,
    Name,
    Page,
    PageQuery,
    Priorities,
    Priority,
    Status,
    Statuses,
    To,
)
from web.forms import Line, Words

OWN = "field."  # before the key of a field of one's own
Filling = Annotated[
    dict[Annotated[str, Field(max_length=60)], str | int | float | bool | None],
    Field(max_length=50, description="Fields of your own, by their keys; null or empty takes a value away."),
]
Tag = Annotated[Line, Field(min_length=1, max_length=TAG_LENGTH)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=50)]


class TicketShown(Answer):
    """A ticket."""

    number: str
    subject: str
    status: Status
    priority: Priority
    escalation: Annotated[int, Field(description="0: not escalated.")]
    category: str | None
    team: str | None
    assignee: Annotated[str | None, Field(description="The agent's address.")]
    requester: Customer
    mailbox: str
    merged_into: Annotated[str | None, Field(description="The number of the ticket it goes on in.")]
    channel: str
    language: str | None
    tags: list[str]
    fields: Annotated[dict[str, str | int | float | bool], Field(description="Fields of your own that are filled in.")]
    unread: Annotated[bool, Field(description="The customer wrote, and nobody has answered or looked.")]
    message_count: Annotated[int, Field(description="Letters in and out; notes and automatic answers do not count.")]
    reopen_count: int
    first_response_due: Annotated[
        Moment | None,
        Field(description="Due times are null where nothing is promised, and while a clock stands still."),
    ]
    next_response_due: Moment | None
    resolution_due: Moment | None
    assignment_due: Moment | None
    due_at: Annotated[Moment | None, Field(description="The nearest due time of the clocks that run.")]
    risk_at: Annotated[Moment | None, Field(description="From then on one of them is at risk, and then late.")]
    created_at: Moment
    updated_at: Moment
    last_customer_at: Moment | None
    first_response_at: Moment | None
    resolved_at: Moment | None
    closed_at: Moment | None
    snoozed_until: Annotated[Moment | None, Field(description="Out of sight until then.")]


class TicketPage(Page[TicketShown]):
    """Some tickets."""


class TicketQuery(PageQuery):
    """Which tickets, in which order. Filters narrow together; several values of one, separated by commas, widen it."""

    status: Statuses = ()
    priority: Priorities = ()
    category: Line | None = None
    team: Line | None = None
    assignee: Annotated[Line | None, Field(description="An agent's address, or `none`.")] = None
    mailbox: Line | None = None
    tag: Line | None = None
    fields: Annotated[
        dict[str, Line],
        Field(alias="field", description="Fields of your own, each by its key: `field.order=1234`."),
    ] = {}  # noqa: RUF012 - pydantic copies it
    requester: Annotated[Line | None, Field(description="Any address of the person the ticket is for.")] = None
    from_: Annotated[From | None, Field(alias="from", description="Created then or later.")] = None
    to: Annotated[To | None, Field(description="Created before; a day counts whole.")] = None
    q: Annotated[
        Line | None,
        Field(max_length=300, description="Words (`inv*`: how one begins), a number, or how a name or address begins."),
    ] = None
    risk: Annotated[
        Literal["at_risk", "late"] | None,
        Field(description="`at_risk`: less than a quarter of the time for something promised is left, or it is late."),
    ] = None
    sort: Annotated[
        Literal["-created", "created", "-updated", "updated", "-priority", "priority", "due", "-due"],
        Field(description="By `due` there are only tickets for which a clock runs."),
    ] = "-created"

    @model_validator(mode="before")
    @classmethod
    def gather_fields(cls, asked: dict[str, Any]) -> dict[str, Any]:
        """`field.KEY=value` as it stands in an address."""
        own = {name.removeprefix(OWN): value for name, value in asked.items() if name.startswith(OWN)}
        rest = {name: value for name, value in asked.items() if not name.startswith(OWN)}
        return rest | ({"field": own} if own else {})


class NewCustomer(Body):
    """Who asks."""

    email: Email
    name: Annotated[Line, Field(max_length=200)] = ""


class NewTicket(Body):
    """A ticket to open. Without `mailbox` it comes in by the organisation's first one."""

    subject: Annotated[Line, Field(min_length=1, max_length=SUBJECT_LENGTH)]
    body: Annotated[Words, Field(min_length=1, max_length=BODY_LENGTH)]
    requester: NewCustomer
    category: Name | None = None
    priority: Priority = "normal"
    tags: Tags = ()
    fields: Filling = {}  # noqa: RUF012 - pydantic copies it
    mailbox: Email | None = None
    outbound: Annotated[bool, Field(description="The body is ours, and is mailed to the customer.")] = False


_LEFT_OUT: Any = None  # a value nobody can send: null is refused, or means something


def _without_default(schema: dict[str, Any]) -> None:
    del schema["default"]


class TicketChange(Body):
    """What to change; what is left out stays. Null takes a category, team or assignee away."""

    status: Status = Field(default=_LEFT_OUT, json_schema_extra=_without_default)
    priority: Priority = Field(default=_LEFT_OUT, json_schema_extra=_without_default)
    category: Name | None = Field(default=_LEFT_OUT, json_schema_extra=_without_default)
    team: Name | None = Field(default=_LEFT_OUT, json_schema_extra=_without_default)
    assignee: Email | None = Field(default=_LEFT_OUT, json_schema_extra=_without_default)
    tags: Tags = Field(default=_LEFT_OUT, json_schema_extra=_without_default)
    fields: Filling = Field(default=_LEFT_OUT, json_schema_extra=_without_default)


class Merge(Body):
    """Where a ticket goes on."""

    into: Annotated[Line, Field(description="The other ticket's number.", min_length=1, max_length=60)]


class Other(Body):
    """Another ticket."""

    other: Annotated[Line, Field(description="Its number.", min_length=1, max_length=60)]


class Split(Body):
    """Where a ticket is split."""

    message: Annotated[int, Field(description="The customer's message the new ticket begins with.", ge=1, lt=2**63)]


class Snooze(Body):
    """Until when a ticket is out of sight; null brings it back."""

    until: From | None


class Bulk(Body):
    """One action on many tickets: `status`, `priority`, `assign`, `tag`, `untag` or `snooze`, and to what."""

    numbers: Annotated[tuple[Line, ...], Field(min_length=1, max_length=MOST)]
    action: Literal["status", "priority", "assign", "tag", "untag", "snooze"]
    value: Annotated[
        Line | None,
        Field(max_length=200, description="A status, a priority, an agent's address (null: nobody), a tag, or a time."),
    ] = None


class BulkResult(Answer):
    """What became of one ticket."""

    number: str
    changed: Annotated[bool, Field(description="False: it was so already, or was refused.")]
    error: Annotated[str | None, Field(description="Why it was refused.")]


class BulkResults(Answer):
    """What became of each ticket, in the order they were named."""

    items: list[BulkResult]


_SAME = tuple(name for name in TicketShown.model_fields if hasattr(Ticket, name))  # shown as they are kept


def all_shown(session: Session, rows: Sequence[Listed]) -> list[TicketShown]:
    """Some tickets with their names, tags and fields, as programs see them."""
    session.flush()
    ids = [row.ticket.id for row in rows]
    tags, fields = tags_of(session, ids), fields_of_all(session, ids)
    return [_shown(row, tags[row.ticket.id], fields[row.ticket.id]) for row in rows]


def fresh_shown(session: Session, ticket_id: int) -> TicketShown:
    """One that has neither tags nor fields yet."""
    return _shown(listed(session, ticket_id), [], [])


def shown(session: Session, ticket_id: int) -> TicketShown:
    """One of them, as this transaction has left it."""
    (one,) = all_shown(session, [listed(session, ticket_id)])
    return one


def _shown(listed: Listed, tags: list[str], fields: list[Filled]) -> TicketShown:
    ticket = listed.ticket
    return TicketShown.model_validate(
        {
            **{name: getattr(ticket, name) for name in _SAME},
            "category": listed.category,
            "team": listed.team,
            "assignee": listed.assignee,
            "requester": Customer(email=ticket.requester_address, name=listed.requester),
            "mailbox": listed.mailbox,
            "merged_into": listed.merged_into,
            "tags": tags,
            "fields": {one.field.key: for_programs(one.field, one.value) for one in fields if one.value is not None},
            "unread": ticket.is_unread,
        }
    )
