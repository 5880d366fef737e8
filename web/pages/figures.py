"""Figures: what came in, how long it took, what was promised and kept; drawn, as tables, and as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO

from flask import Blueprint, Response, request

from mailgate import clock
from mailgate.errors import BadInput
from mailgate.store.db import Session
from web.access import desk, require_whole_sight
from web.show.figures import (
    GROUPS,
    PERIODS,
    Asked,
    Figures,
    asked_for,
    charts_of,
    figures_for,
    in_days,
    in_numbers,
    in_share,
    in_time,
    options_of,
)
from web.show.shell import desk_page

pages = Blueprint("figures", __name__)

_COLUMNS = ("opened", "resolved", "answered", "kept", "missed", "happy", "unhappy", "sent", "failed")
_STOOD = ("open", "unassigned", "late", "at_risk")
_TIMES = ("first_median", "first_most", "resolution_median", "resolution_most")
_SIGNS = (
    "=",
    "+",
    "-",
    "@",
    "＝",
    "＋",
    "－",
    "＠",
    "\t",
    "\r",
    "\n",
)  # a spreadsheet takes what follows for a formula


@pages.get("/figures")
def show() -> str:
    """Draw them."""
    require_whole_sight()
    with desk() as session:
        asked, error = _asked(session)
        figures = figures_for(session, asked)
        return desk_page(
            session, "figures.html", current="figures", figures=figures, charts=charts_of(figures),
            options=options_of(session), periods=PERIODS, groups=GROUPS, error=error,
            chosen=f"{asked.of[0]}:{asked.of[1]}" if asked.of else "",
            query=request.query_string.decode("ascii", "replace"),
            in_numbers=in_numbers, in_time=in_time, in_share=in_share, in_days=in_days,
        )  # fmt: skip


@pages.get("/figures.csv")
def download() -> Response:
    """The table, for a spreadsheet: times in minutes."""
    require_whole_sight()
    with desk() as session:
        asked, _ = _asked(session)
        figures = figures_for(session, asked)
    name = f"figures-{asked.by}-{asked.since}-{asked.until}.csv"
    text = StringIO()
    csv.writer(text).writerows(_rows(figures))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.getvalue(), mimetype="text/csv; charset=utf-8", headers=headers)


def cell(words: str) -> str:
    """Somebody's words in a table for a spreadsheet, where they stay words."""
    return f"'{words}" if words.lstrip(" ").startswith(_SIGNS) else words


def _rows(figures: Figures) -> Iterator[list[object]]:
    yield [figures.asked.by, *_COLUMNS, *(f"{name}_minutes" for name in _TIMES), *_STOOD]
    for group in figures.groups:
        times = [getattr(group.tally, name) for name in _TIMES]
        yield [
            cell(group.name),
            *(group.tally[one] for one in _COLUMNS),
            *("" if time is None else round(time) for time in times),
            *(group.stood or [""] * len(_STOOD)),
        ]


def _asked(session: Session) -> tuple[Asked, str]:
    """What the address asks for; what cannot be is said, and the usual is shown."""
    given, now = request.args, clock.now()
    try:
        until = _day(given.get("to", ""))
        since = _day(given.get("from", ""))
        if (period := given.get("period", "")).isdecimal() and int(period) in PERIODS:
            since, until = None, None
            usual = asked_for(session, now, None, None, "team")
            since = usual.until - timedelta(days=int(period) - 1)
        return asked_for(session, now, since, until, given.get("by") or "team", given.get("of", "")), ""
    except BadInput as error:
        return asked_for(session, now, None, None, "team"), str(error)


def _day(written: str) -> date | None:
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise BadInput(f"{written[:40]!r} is no day: write it as 2026-01-31.", **{"from": "is no day"}) from None
