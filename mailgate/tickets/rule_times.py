"""From a ticket's history, the moments that rules can wait from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailgate.rules.times import Moment
from mailgate.store.timing import Happened
from mailgate.tickets.history import is_change

_DONE = frozenset({"resolved", "closed"})
_PERSONS = frozenset({"agent", "token"})


def moments_of(history: Sequence[Happened]) -> dict[str, Moment]:
    """The last time of everything a rule can wait from. An answer that a rule or Mailgate wrote was none."""
    return {name: Moment(event.id, event.at) for event in history for name in moments_in(event)}


def moments_in(event: Happened) -> Iterator[str]:
    """What rules can wait from in one event."""
    if event.kind == "opened":
        yield from ("created", "status", "customer_wrote")
    if event.kind == "customer_wrote" and "machine" not in event.data:
        yield "customer_wrote"
    if event.kind in ("answered", "answered_directly") and event.actor in _PERSONS:
        yield "answered"
    if is_change(event.data.get("status")):
        before, after = event.data["status"]
        yield from ("status", "resolved") if after in _DONE and before not in _DONE else ("status",)
    if is_change(event.data.get("assignee")) and event.data["assignee"][1] is not None:
        yield "assigned"
