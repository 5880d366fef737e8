"""A ticket as programs see it, and what they may send about one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from mailgate.store.listing import Listed
from mailgate.store.tickets import Ticket
from mailgate.tickets.answer import BODY_LENGTH
from mailgate.tickets.bulk import MOST
from mailgate.tickets.change import TAG_LENGTH
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
    requester: Annotated[Line | None, Field(description="Any address of the person the ticket is for.")] = None
    from_: Annotated[From | None, Field(alias="from", description="Created then or later.")] = None
    to: Annotated[To | None, Field(description="Created before; a day counts whole.")] = None
    q: Annotated[
        Line | None, Field(max_length=300, description="Words, a number, or how a name or address begins.")
    ] = None
    sort: Literal["-created", "created", "-updated", "updated", "-priority", "priority"] = "-created"


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


def shown(listed: Listed, tags: list[str]) -> TicketShown:
    """A ticket with its names and tags, as programs see it."""
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
            "unread": ticket.is_unread,
        }
    )
