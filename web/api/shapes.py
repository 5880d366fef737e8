"""The values several operations take or answer with."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from mailgate.errors import BadInput
from mailgate.office.setup import checked_address
from web.api.operations import Answer, Query
from web.forms import Line

Item = TypeVar("Item")
MOST = 200  # items on one page of a list
_A_SPACE_FOR_A_PLUS = re.compile(r" (?=\d\d:?\d\d$)")  # which is what an unescaped + in a query comes as
_YEARS = range(1970, 2200)


class Page(Answer, Generic[Item]):
    """Part of a list. `next` is the cursor for what follows, null at the end."""

    items: list[Item]
    next: str | None


class PageQuery(Query):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    cursor: Annotated[str | None, Field(max_length=400, description="`next` of the page before.")] = None


class Person(Answer):
    """Somebody with a mail address."""

    address: str | None
    name: str


class Customer(Answer):
    """The person a ticket is for."""

    email: str
    name: str


def _email(value: str) -> str:
    try:
        return checked_address(value)
    except BadInput:
        message = "must be a mail address such as ann@example.org"
        raise ValueError(message) from None


def several(value: object) -> object:
    """Values of a query, separated by commas."""
    return value.split(",") if isinstance(value, str) else value


def _moment(value: object) -> object:
    """An ISO 8601 time or day; without an offset it is UTC."""
    if not isinstance(value, str):
        return value
    message = "must be a time such as 2026-11-20T09:30:00+01:00, or a day such as 2026-11-20"
    try:
        read = datetime.fromisoformat(_A_SPACE_FOR_A_PLUS.sub("+", value) if "T" in value else value)
    except ValueError:
        raise ValueError(message) from None
    if read.year not in _YEARS:
        raise ValueError(message)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _end(value: object) -> object:
    """A day that ends a span belongs to it whole."""
    moment = _moment(value)
    is_day = isinstance(value, str) and re.fullmatch(r"\d{4}-?\d\d-?\d\d", value)
    return moment + timedelta(days=1) if is_day and isinstance(moment, date) else moment


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


Status = Literal["new", "open", "pending", "on_hold", "resolved", "closed"]
Trust = Literal["pass", "fail", "none"]
Priority = Literal["low", "normal", "high", "urgent"]
Name = Annotated[Line, Field(min_length=1, max_length=200)]
Email = Annotated[
    str, Field(max_length=254), AfterValidator(_email), WithJsonSchema({"type": "string", "format": "email"})
]
Statuses = Annotated[tuple[Status, ...], BeforeValidator(several)]
Priorities = Annotated[tuple[Priority, ...], BeforeValidator(several)]
_TIME = WithJsonSchema({"type": "string", "format": "date-time"})
From = Annotated[datetime, BeforeValidator(_moment), _TIME]
To = Annotated[datetime, BeforeValidator(_end), _TIME]
Moment = Annotated[datetime, PlainSerializer(_told, return_type=str, when_used="json"), _TIME]
