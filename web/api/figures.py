"""Figures: what came in, how long it took, what was promised and kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field

from mailgate import clock
from mailgate.figures.tally import Tally
from mailgate.store.figures import Standing
from web.access import desk, require_whole_sight
from web.api.operations import Answer, Query, operation
from web.api.shapes import From, Moment, To
from web.show.figures import Group, asked_for, figures_for

_INSTANT = timedelta(microseconds=1)


class StatsQuery(Query):
    """Which days (30 up to today, if none are named), and a line for each of what."""

    from_: Annotated[From | None, Field(alias="from")] = None
    to: To | None = None
    by: Literal["team", "agent", "category", "priority", "mailbox", "channel", "day"] = "team"
    of: Annotated[str, Field(max_length=100, description="One of them alone, such as team:3; lines are days then.")] = (
        ""
    )


class Spans(Answer):
    """How long things took, in minutes of working time, to within 5 %."""

    median: float | None
    nine_of_ten: float | None


class Sums(Answer):
    """What happened. `happy`, `unhappy`: surveys; `sent`, `failed`: letters."""

    opened: int
    resolved: int
    answered: int
    kept: Annotated[int, Field(description="Promises kept.")]
    missed: int
    happy: int
    unhappy: int
    sent: int
    failed: int
    first_response: Spans
    resolution: Spans


class StandingShown(Answer):
    """How the desk stood when it was counted: tickets not done; of them unassigned, late, at risk."""

    open: int
    unassigned: int
    late: int
    at_risk: int


class StatsLine(Sums):
    """The sums of one team, agent and so on; `key` is its id, or its name where it has none."""

    key: str
    name: str
    stood: Annotated[StandingShown | None, Field(description="How it stood on the last of these days.")]


class Stats(Answer):
    """Figures of a span of days, both included. `counted_at`: null where nothing was counted yet."""

    from_: Annotated[date, Field(alias="from")]
    to: date
    counted_at: Moment | None
    now: StandingShown | None
    total: Sums
    items: list[StatsLine]


@operation("GET", "/stats", query=StatsQuery, answer=Stats)
def show_stats(query: StatsQuery) -> Stats:
    """Show figures: volume, times, promises, satisfaction and delivery, by team, agent, category and so on."""
    require_whole_sight()
    with desk() as session:
        since = query.from_.date() if query.from_ is not None else None
        until = (query.to - _INSTANT).date() if query.to is not None else None
        found = figures_for(session, asked_for(session, clock.now(), since, until, query.by, query.of))
    items = [_line(one) for one in found.groups]
    return Stats.model_validate(
        {
            "from": found.asked.since, "to": found.asked.until, "counted_at": found.counted_at,
            "now": _stood(found.now),
            "total": _sums(found.whole), "items": items,
        }
    )  # fmt: skip


def _line(group: Group) -> StatsLine:
    return StatsLine(key=group.key, name=group.name, stood=_stood(group.stood), **_sums(group.tally).model_dump())


def _stood(standing: Standing | None) -> StandingShown | None:
    return StandingShown(**standing._asdict()) if standing is not None else None


def _sums(tally: Tally) -> Sums:
    first = Spans(median=tally.first_median, nine_of_ten=tally.first_most)
    resolution = Spans(median=tally.resolution_median, nine_of_ten=tally.resolution_most)
    counts = {name: tally[name] for name in Sums.model_fields if name not in ("first_response", "resolution")}
    return Sums(first_response=first, resolution=resolution, **counts)
