"""Ticket numbers: a block at a time, in a transaction of its own, so that nobody waits for a whole batch."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import text

from mailgate.errors import BadInput
from mailgate.store.db import Database

_PLACE = re.compile(r"\{(YYYY|YY|MM|DD|N(?::(\d{1,2}))?)\}")

_EXAMPLE = 123


def take_numbers(database: Database, org: int, number_format: str, count: int, at: datetime) -> list[str]:
    """Fresh ticket numbers. Taken for good: a number lost to a rollback is a gap, never a number used twice."""
    if count < 1:
        return []
    question = text(
        "INSERT INTO number_blocks AS b (org_id, period, next) VALUES (:org, :period, 1 + :count)"
        " ON CONFLICT (org_id, period) DO UPDATE SET next = b.next + :count RETURNING b.next - :count"
    )
    with database.desk(org) as session:
        values = {"org": org, "period": _period(number_format, at), "count": count}
        first = session.execute(question, values).scalar_one()
    return [_number(number_format, first + step, at) for step in range(count)]


def example_number(number_format: str, at: datetime) -> str:
    """A number as this format writes it, to show somebody what to look for."""
    return _number(number_format, _EXAMPLE, at)


def numbered(number_format: str, number: int, at: datetime) -> str:
    """The number a ticket opened at this moment has, or would have, by its running number alone."""
    return _number(number_format, number, at)


def check_format(number_format: str) -> str:
    """A number format that can be used: letters, digits, - / . _ around {YYYY} {YY} {MM} {DD} and one {N} or {N:6}."""
    places = [match[1] for match in _PLACE.finditer(number_format)]
    rest = _PLACE.sub("", number_format)
    if sum(place.startswith("N") for place in places) != 1:
        raise BadInput("A number format needs {N} once, for example TKT-{YYYY}-{N:6}.")
    if not re.fullmatch(r"[A-Z0-9._/-]{0,24}", rest):
        raise BadInput("A number format may hold capital letters, digits and . _ / - beside its places.")
    return number_format


def _period(number_format: str, at: datetime) -> str:
    dated = [match[1] for match in _PLACE.finditer(number_format) if not match[1].startswith("N")]
    return "".join(sorted({_date_part(place, at) + place for place in dated}))


def _number(number_format: str, number: int, at: datetime) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[1].startswith("N"):
            return str(number).zfill(int(match[2] or 1))
        return _date_part(match[1], at)

    return _PLACE.sub(fill, number_format)


def _date_part(place: str, at: datetime) -> str:
    return at.strftime({"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}[place])
