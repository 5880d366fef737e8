"""Several small questions asked as one: a page that tells a dozen things of a ticket waits for the database once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, DateTime, Select, func, literal, literal_column, select
from sqlalchemy.orm import Session

Rows = list[tuple[Any, ...]]


def at_most(rows: int) -> BindParameter[int]:
    """A limit that stands in the statement itself: as a parameter it makes PostgreSQL plan for a tenth of the table."""
    return literal(rows, literal_execute=True)


class Together:
    """Questions for plain values (text, numbers, moments, yes and no), written down once and asked as one.

    Writing them down costs ten times as much as asking them: keep it, and give what differs as parameters.
    """

    def __init__(self, *questions: Select[*tuple[Any, ...]]) -> None:
        asked = [question.subquery() for question in questions]
        self._are_moments = [[isinstance(column.type, DateTime) for column in one.c] for one in asked]
        self._whole = select(
            *(
                select(func.coalesce(func.json_agg(func.json_build_array(*one.c)), literal_column("'[]'::json")))
                .select_from(one)
                .scalar_subquery()
                for one in asked
            )
        )

    def ask(self, session: Session, **values: object) -> list[Rows]:
        """The rows of each question, in its order."""
        found = session.execute(self._whole, values).one()
        return [[_row(row, kinds) for row in rows] for kinds, rows in zip(self._are_moments, found, strict=True)]


def _row(values: list[Any], are_moments: list[bool]) -> tuple[Any, ...]:
    """JSON knows no moments."""
    return tuple(
        datetime.fromisoformat(value) if is_moment and value is not None else value
        for value, is_moment in zip(values, are_moments, strict=True)
    )
