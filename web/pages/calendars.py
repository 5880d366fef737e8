"""Calendars: when the desk works, holidays, and days that differ."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from flask import Blueprint, Response, request
from pydantic import Field

from mailgate import clock
from mailgate.errors import BadInput, Conflict, NotFound
from mailgate.office.calendars import (
    CalendarGiven,
    add_calendar,
    change_calendar,
    days_of,
    drop_calendar,
    given_by,
)
from mailgate.office.written import days_in_words, hours_in_words, read_days, read_hours
from mailgate.store.db import Session
from mailgate.store.organisations import own
from mailgate.store.promises import CalendarRow, calendar_row, calendar_rows
from web.access import desk
from web.answers import see_other
from web.forms import Form, Line, Words
from web.show.shell import desk_page
from web.speech import later, say

pages = Blueprint("calendars", __name__, url_prefix="/admin/calendars")

WEEK = (
    later("Monday"),
    later("Tuesday"),
    later("Wednesday"),
    later("Thursday"),
    later("Friday"),
    later("Saturday"),
    later("Sunday"),
)
_URL = "/admin/calendars"
_WORKDAY, _COMING = "9:00–17:00", 8

Hours = Annotated[Line, Field(max_length=200)]


class CalendarForm(Form):
    """A calendar as it is written."""

    name: Annotated[Line, Field(max_length=100)]
    zone: Annotated[Line, Field(max_length=60)]
    monday: Hours = ""
    tuesday: Hours = ""
    wednesday: Hours = ""
    thursday: Hours = ""
    friday: Hours = ""
    saturday: Hours = ""
    sunday: Hours = ""
    country: Annotated[Line, Field(max_length=2)] = ""
    region: Annotated[Line, Field(max_length=10)] = ""
    days: Annotated[Words, Field(max_length=20_000)] = ""

    def given(self) -> CalendarGiven:
        """What it says; a wrong line is refused under its field's name."""
        week = [_read(name.lower(), getattr(self, name.lower())) for name in WEEK]
        try:
            days = read_days(self.days)
        except BadInput as error:
            raise BadInput(str(error), days="is wrong") from None
        country, region = self.country.upper() or None, self.region.upper() or None
        return CalendarGiven(self.name, self.zone, week, country, region, days)


@pages.get("")
def show() -> str:
    """Show every calendar."""
    with desk() as session:
        lines = [
            {
                "id": row.id,
                "name": row.name,
                "zone": row.zone,
                "week": [
                    (day, hours_in_words(spans)) for day, spans in zip(map(say, WEEK), row.week, strict=True) if spans
                ],
                "country": row.country,
            }
            for row in calendar_rows(session)
        ]
        return desk_page(session, "calendars.html", current="calendars", calendars=lines)


@pages.get("/new")
def new() -> str:
    """Write a new one: a usual week, to begin with."""
    with desk() as session:
        zone = own(session).time_zone
    week = {day.lower(): _WORKDAY for day in WEEK[:5]}
    return _form(CalendarForm.model_validate({"name": "", "zone": zone, **week}), None)


@pages.post("/new")
def add() -> Response | tuple[str, int]:
    """Keep a new calendar."""
    form = CalendarForm.read(request)
    try:
        with desk() as session:
            add_calendar(session, form.given(), clock.now())
    except BadInput as error:
        return _form(form, None, error), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other(_URL)


@pages.get("/<key:calendar_id>")
def edit(calendar_id: int) -> str:
    """Show one calendar, to change it."""
    with desk() as session:
        row = _row(session, calendar_id)
    return _form(_written(row), row)


@pages.post("/<key:calendar_id>")
def change(calendar_id: int) -> Response | tuple[str, int]:
    """Work at other times from now on."""
    form = CalendarForm.read(request)
    try:
        with desk() as session:
            change_calendar(session, calendar_id, form.given(), clock.now())
    except BadInput as error:
        with desk() as session:
            row = _row(session, calendar_id)
        return _form(form, row, error), HTTPStatus.UNPROCESSABLE_ENTITY
    return see_other(_URL)


@pages.post("/<key:calendar_id>/removal")
def remove(calendar_id: int) -> Response | tuple[str, int]:
    """Remove a calendar that no policy goes by."""
    try:
        with desk() as session:
            drop_calendar(session, calendar_id)
    except Conflict as error:
        with desk() as session:
            row = _row(session, calendar_id)
        return _form(_written(row), row, error), HTTPStatus.CONFLICT
    return see_other(_URL)


def _written(row: CalendarRow) -> CalendarForm:
    given = given_by(row)
    week = {day.lower(): hours_in_words(spans) for day, spans in zip(WEEK, given.week, strict=True)}
    values = {"name": row.name, "zone": row.zone, "country": row.country or "", "region": row.region or "", **week}
    return CalendarForm.model_validate({**values, "days": days_in_words(given.days)})


def _form(form: CalendarForm, row: CalendarRow | None, error: BadInput | Conflict | None = None) -> str:
    today = clock.now().date()
    coming = [day for day in days_of(row, by_country=True) if day.date >= today][:_COMING] if row is not None else []
    fields = getattr(error, "fields", {})
    errors = dict.fromkeys(fields or [""], str(error)) if error is not None else {}
    with desk() as session:
        return desk_page(
            session, "calendar.html", current="calendars", form=form, week=WEEK, errors=errors,
            url=f"{_URL}/{row.id}" if row is not None else f"{_URL}/new", is_new=row is None,
            holidays=[(day.date.isoformat(), day.name) for day in coming],
        )  # fmt: skip


def _read(field: str, text: str) -> tuple[tuple[int, int], ...]:
    try:
        return read_hours(text)
    except BadInput as error:
        refused = BadInput(str(error))
        refused.fields = {field: "is wrong"}
        raise refused from None


def _row(session: Session, calendar_id: int) -> CalendarRow:
    row = calendar_row(session, calendar_id)
    if row is None:
        raise NotFound(f"There is no calendar {calendar_id}.")
    return row
