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


def asked_together(session: Session, *questions: Select[*tuple[Any, ...]]) -> list[Rows]:
    """The rows of each question, in its order. For plain values: text, numbers, moments, yes and no."""
    asked = [question.subquery() for question in questions]
    packed = [
        select(func.coalesce(func.json_agg(func.json_build_array(*one.c)), literal_column("'[]'::json")))
        .select_from(one)
        .scalar_subquery()
        for one in asked
    ]
    found = session.execute(select(*packed)).one()
    return [
        [_row(row, [isinstance(column.type, DateTime) for column in one.c]) for row in rows]
        for one, rows in zip(asked, found, strict=True)
    ]


def _row(values: list[Any], are_moments: list[bool]) -> tuple[Any, ...]:
    """JSON knows no moments."""
    return tuple(
        datetime.fromisoformat(value) if is_moment and value is not None else value
        for value, is_moment in zip(values, are_moments, strict=True)
    )
