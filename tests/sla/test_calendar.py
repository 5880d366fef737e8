"""Working time agrees with a count minute by minute, whatever the zone's clocks do."""

import os
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.sla.calendar import Calendar, Hours, moment_after, time_between
from tests.sla import naive

ZONES = (
    "UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/Sao_Paulo", "America/St_Johns",
    "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Tehran", "Pacific/Apia", "Africa/Casablanca", "Pacific/Chatham",
)  # fmt: skip
# Around what is odd: changed clocks both ways, leap days, a day that never was, a zone that moved, a new year.
ODD = [
    datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 3, 7, tzinfo=UTC),
    datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 4, 4, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC),
    datetime(2024, 2, 28, tzinfo=UTC), datetime(2011, 12, 29, tzinfo=UTC), datetime(2022, 9, 21, tzinfo=UTC),
    datetime(2026, 12, 31, tzinfo=UTC), datetime(2026, 2, 14, tzinfo=UTC), datetime(2018, 11, 3, tzinfo=UTC),
]  # fmt: skip
NINE_TO_FIVE = (*(((Hours(9 * 60, 17 * 60),),) * 5), (), ())


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    start = draw(st.integers(0, 1439))
    return Hours(start, draw(st.integers(start + 1, start + 1440)))


def a_day() -> st.SearchStrategy[tuple[Hours, ...]]:
    return st.lists(hours(), max_size=3).map(tuple)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Calendar, datetime, int]:
    """A calendar, a moment and a number of minutes."""
    moment = draw(st.sampled_from(ODD)) + timedelta(minutes=draw(st.integers(-1440, 2880)))
    week = tuple(draw(st.lists(a_day(), min_size=7, max_size=7)))
    near = st.integers(-2, 3).map(lambda days: (moment + timedelta(days=days)).date())
    days = draw(st.dictionaries(near, a_day(), max_size=2))
    return Calendar(draw(st.sampled_from(ZONES)), week, days), moment, draw(st.integers(0, 2400))


def _agrees(case: tuple[Calendar, datetime, int]) -> None:
    calendar, moment, minutes = case
    until = moment + timedelta(minutes=minutes)
    worked = naive.minutes_between(calendar, moment, until)
    assert time_between(calendar, moment, until) == timedelta(minutes=worked)
    if worked:
        found = moment_after(calendar, moment, timedelta(minutes=worked))
        assert found == naive.moment_after(calendar, moment, worked)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_counted_minute_by_minute(case: tuple[Calendar, datetime, int]) -> None:
    _agrees(case)


@pytest.mark.slow
@settings(max_examples=int(os.environ.get("CALENDARS", "100000")), deadline=None, database=None)
@given(cases())
def test_counted_minute_by_minute_in_a_hundred_thousand_cases(case: tuple[Calendar, datetime, int]) -> None:
    _agrees(case)


def _between(calendar: Calendar, *moments: str) -> float:
    since, until = map(datetime.fromisoformat, moments)
    return time_between(calendar, since, until) / timedelta(hours=1)


def test_nights_holidays_and_changed_clocks() -> None:
    office = Calendar("Europe/Berlin", NINE_TO_FIVE, {date(2026, 12, 25): (), date(2026, 12, 24): (Hours(540, 720),)})
    night = Calendar("Europe/Berlin", (((Hours(22 * 60, 30 * 60)),),) * 7)
    always = Calendar("Europe/Berlin")
    assert _between(office, "2026-12-23T15:00+01:00", "2026-12-29T10:00+01:00") == 2 + 3 + 8 + 1
    assert _between(night, "2026-03-28T12:00+01:00", "2026-03-29T12:00+02:00") == 7, "an hour that never was"
    assert _between(night, "2026-10-24T12:00+02:00", "2026-10-25T12:00+01:00") == 9, "an hour that came twice"
    assert _between(always, "2024-02-28T00:00+01:00", "2024-03-01T00:00+01:00") == 48
    closing = moment_after(office, datetime.fromisoformat("2026-11-20T16:00+01:00"), timedelta(hours=1))
    assert closing == datetime.fromisoformat("2026-11-20T17:00+01:00"), "due when the desk closes, not on Monday"
    seconds = moment_after(office, datetime.fromisoformat("2026-11-20T16:59:30+01:00"), timedelta(minutes=1))
    assert seconds == datetime.fromisoformat("2026-11-23T09:00:30+01:00")


def test_a_desk_that_never_opens_is_never_due() -> None:
    assert moment_after(Calendar("UTC", ((),) * 7), ODD[0], timedelta(minutes=1)) is None
    assert moment_after(Calendar("UTC", ((),) * 7), ODD[0], timedelta(0)) == ODD[0]
