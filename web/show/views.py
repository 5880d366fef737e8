"""The inbox's views: which tickets each one holds, and how it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from mailgate.store.db import Session
from mailgate.store.listing import Filters, count_tickets
from mailgate.store.tickets import STATUSES
from web.speech import later

AT_WORK = ("new", "open", "on_hold")  # what waits for us, not for the customer
MOST_COUNTED = 1000
SAVED_COUNTED = 10  # of an agent's own views
Counts = dict[str | int, int]


@dataclass(frozen=True, slots=True)
class View:
    """One view. `narrow` says what is left of all tickets for an agent (0: an application, which has none)."""

    key: str
    name: str
    icon: str
    narrow: Callable[[Filters, int], Filters]
    is_counted: bool = True


class Search(NamedTuple):
    """No view: everything is looked through."""

    key: str = ""
    name: str = later("Search")


def _in(*statuses: str, is_snoozed: bool | None = None) -> Callable[[Filters, int], Filters]:
    return lambda filters, _: replace(filters, statuses=statuses, is_snoozed=is_snoozed)


def _mine(filters: Filters, agent: int) -> Filters:
    return replace(filters, statuses=AT_WORK, is_snoozed=False, assignee_id=agent)


def _unassigned(filters: Filters, _: int) -> Filters:
    return replace(filters, statuses=AT_WORK, is_snoozed=False, is_unassigned=True)


def _teams(filters: Filters, agent: int) -> Filters:
    return replace(filters, statuses=AT_WORK, is_snoozed=False, teams_of=agent)


VIEWS = {
    view.key: view
    for view in (
        View("mine", later("Mine"), "person", _mine),
        View("unassigned", later("Unassigned"), "inbox", _unassigned),
        View("teams", later("My teams"), "people", _teams),
        View("all", later("All open"), "list", _in(*AT_WORK, is_snoozed=False)),
        View("pending", later("Waiting for customer"), "pause", _in("pending", is_snoozed=False)),
        View("risk", later("At risk"), "warning", lambda filters, _: replace(filters, risk="at_risk")),
        View("snoozed", later("Snoozed"), "clock", _in(*AT_WORK, "pending", is_snoozed=True)),
        View("resolved", later("All resolved"), "solved", _in("resolved"), is_counted=False),
        View("closed", later("All closed"), "archive", _in("closed"), is_counted=False),
    )
}
assert {status for view in VIEWS.values() for status in view.narrow(Filters(), 0).statuses} == set(STATUSES)


def counts(session: Session, agent: int, *more: Filters, saved: Sequence[Filters] = ()) -> Counts:
    """How many tickets the counted views hold, by key, as far as anybody counts; further filters, by place; and saved
    views (`saved-0` is the first). Searching for words costs too much to do it for a number.
    """
    counted = [view for view in VIEWS.values() if view.is_counted]
    cheap = {f"saved-{place}": filters for place, filters in enumerate(saved[:SAVED_COUNTED]) if not filters.words}
    asked = [*(view.narrow(Filters(), agent) for view in counted), *more, *cheap.values()]
    found = count_tickets(session, asked, MOST_COUNTED)
    return dict(zip([*(view.key for view in counted), *range(len(more)), *cheap], found, strict=True))


def capped(number: int) -> int | str:
    """A count as it is shown."""
    return number if number < MOST_COUNTED else f"{MOST_COUNTED - 1}+"
