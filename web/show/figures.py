"""Figures of a desk for a period: sums, how long things took, charts, and a line for each team, agent and so on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.errors import BadInput
from mailgate.figures.tally import ALL, DIMENSIONS, Tally, from_numbers, total
from mailgate.store.agents import agents
from mailgate.store.db import Session
from mailgate.store.figures import Kept, Standing, months_of, standings_of, standings_on, sums_of
from mailgate.store.office import categories, mailboxes, teams
from mailgate.store.organisations import own
from mailgate.store.tickets import PRIORITIES
from mailgate.tickets.in_words import span
from web.look import day_and_month
from web.show import words
from web.show.charts import Chart, Series, bars, lines
from web.show.fields import Option
from web.speech import later, say

PERIODS = (7, 30, 90, 365)
_LATELY = timedelta(days=7)
LONGEST = 1100  # days
_BY_DAY, _BY_WEEK = 62, 400
GROUPS = (*DIMENSIONS, "day")
_CHANNELS = {
    "mail": later("Mail"), "web": later("Web"), "api": later("Api"), "phone": later("Phone"), "form": later("Form"),
}  # fmt: skip
_NONE = {"team": later("No team"), "agent": later("Nobody"), "category": later("No category")}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days, in which lines, and of what alone (`dimension`, `key`), if of anything."""

    since: date
    until: date
    today: date
    by: str = "team"
    of: tuple[str, str] | None = None

    @property
    def days(self) -> list[date]:
        return [self.since + timedelta(days=place) for place in range((self.until - self.since).days + 1)]


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the table."""

    key: str
    name: str
    tally: Tally
    stood: Standing | None = None  # on the last of these days


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything there is to show."""

    asked: Asked
    counted_at: datetime | None
    now: Standing | None
    whole: Tally
    by_day: dict[date, Tally]
    groups: list[Group]


def asked_for(session: Session, now: datetime, since: date | None, until: date | None, by: str, of: str = "") -> Asked:
    """What somebody wants to see; by default the last thirty days."""
    today = now.astimezone(ZoneInfo(own(session).time_zone)).date()
    until = min(until or today, today)
    since = since or until - timedelta(days=PERIODS[1] - 1)
    if since > until or (until - since).days >= LONGEST:
        raise BadInput(f"Ask for a span of {LONGEST} days at most, up to today.", **{"from": "is not before `to`"})
    if by not in GROUPS:
        raise BadInput(f"There are no figures by {by!r}.", by=f"must be one of {', '.join(GROUPS)}")
    dimension, _, key = of.partition(":")
    if of and dimension not in DIMENSIONS:
        raise BadInput(f"There are no figures of {of!r}.", of="must be such as team:3")
    return Asked(since, until, today, by, (dimension, key) if of else None)


def figures_for(session: Session, asked: Asked) -> Figures:
    """Read the sums. Of one team, agent or so, other dimensions are not known: then lines are days."""
    dimension, key = asked.of or (ALL, "")
    rows = sums_of(session, dimension, asked.since, asked.until, key=key)
    by_day = {day: Tally() for day in asked.days}
    for row in rows:
        by_day[row.day].add(from_numbers(row.numbers))
    counted = max((row.counted_at for row in rows), default=None)
    stood = standings_of(session, dimension, key, min(asked.since, asked.today - _LATELY), asked.today)
    groups = (
        [Group(day.isoformat(), day.isoformat(), by_day[day], stood.get(day)) for day in reversed(asked.days)]
        if asked.by == "day" or asked.of
        else _groups(session, asked)
    )
    now = stood[max(stood)] if stood else None
    return Figures(asked, counted, now, total(by_day.values()), by_day, groups)


def charts_of(figures: Figures) -> list[Chart]:
    """The pictures: what came and went, what was left, and how long a first answer took."""
    bins = _binned(figures.asked.days)
    labels = [day_and_month(first) for first, *_ in bins]
    sums = [total(figures.by_day[day] for day in days) for days in bins]
    drawn = [
        bars(
            say("Opened and resolved"), labels,
            [Series(say("Opened"), "one", [one["opened"] for one in sums]),
             Series(say("Resolved"), "two", [one["resolved"] for one in sums])], in_numbers,
        ),
        lines(
            say("First response"), labels,
            [Series(say("Median"), "one", [one.first_median for one in sums]),
             Series(say("9 of 10 within"), "two", [one.first_most for one in sums])], in_time,
        ),
    ]  # fmt: skip
    if figures.asked.of is None and figures.asked.until == figures.asked.today and figures.now is not None:
        left = _backlog(figures.now.open, [one["opened"] - one["resolved"] for one in sums])
        drawn.insert(1, lines(say("Not done at the end"), labels, [Series(say("Tickets"), "one", left)], in_numbers))
    return drawn


def options_of(session: Session) -> list[tuple[str, list[Option]]]:
    """What the figures can be narrowed to, by dimension."""
    return [
        (name, [Option(f"{name}:{key}", word) for key, word in _names(session, name).items()]) for name in DIMENSIONS
    ]


def in_numbers(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def in_time(minutes: float | None) -> str:
    """A span, to the minute where it is short and to the hour where it is long."""
    if minutes is None:
        return "–"
    if minutes < 1:
        return "< 1 min"
    rounded = round(minutes) if minutes < 600 else round(minutes / 60) * 60  # noqa: PLR2004 - ten hours
    return span(rounded)


def in_share(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f} %"


def in_days(day: date) -> str:
    return f"{day_and_month(day)} {day.year}"


def _groups(session: Session, asked: Asked) -> list[Group]:
    found: dict[str, Tally] = {}
    for row in _rows(session, asked):
        found.setdefault(row.key, Tally()).add(from_numbers(row.numbers))
    names = _names(session, asked.by)
    stood = standings_on(session, asked.by, asked.until)
    called = [
        Group(
            key, names.get(key) or say(_NONE.get(asked.by, key)) or say("None"), found.get(key, Tally()), stood.get(key)
        )
        for key in dict.fromkeys((*found, *stood))
    ]
    if asked.by == "priority":
        return sorted(called, key=lambda group: -PRIORITIES.index(group.key))
    return sorted(called, key=lambda group: (-group.tally["opened"], group.name))


def _rows(session: Session, asked: Asked) -> Iterator[Kept]:
    """The sums of a span: whole months as they are kept, and the days before and after them."""
    first, end = _next_month(asked.since - timedelta(days=1)), asked.until + timedelta(days=1)
    last = end.replace(day=1) if asked.until < asked.today else _next_month(asked.until)  # this month has no more days
    if first >= last:
        yield from sums_of(session, asked.by, asked.since, asked.until)
        return
    yield from sums_of(session, asked.by, asked.since, first - timedelta(days=1))
    yield from months_of(session, asked.by, first, last - timedelta(days=1))
    yield from sums_of(session, asked.by, last, asked.until)


def _next_month(day: date) -> date:
    """When the month after a day's begins."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _names(session: Session, dimension: str) -> dict[str, str]:
    found: dict[str, Callable[[], Iterable[tuple[int | str, str]]]] = {
        "team": lambda: [(one.id, one.name) for one in teams(session)],
        "agent": lambda: [(one.id, one.name) for one in agents(session)],
        "category": lambda: [(one.id, one.name) for one in categories(session)],
        "mailbox": lambda: [(one.id, one.address) for one in mailboxes(session)],
        "priority": lambda: [(name, say(words.PRIORITIES[name])) for name in PRIORITIES],
        "channel": lambda: [(name, say(word)) for name, word in _CHANNELS.items()],
    }
    return {str(key): name for key, name in found[dimension]()}


def _binned(days: Sequence[date]) -> list[list[date]]:
    """Days, weeks or months of them: what can still be told apart in a picture."""
    size = 1 if len(days) <= _BY_DAY else 7 if len(days) <= _BY_WEEK else 30
    return [list(days[place : place + size]) for place in range(0, len(days), size)]


def _backlog(now: int, changes: Sequence[int]) -> list[float | None]:
    """What was left at the end of each, worked out from now backwards."""
    left: list[float | None] = []
    for change in reversed(changes):
        left.append(max(0, now))
        now -= change
    return left[::-1]
