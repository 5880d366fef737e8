"""From a ticket's history, the moments that rules can wait from."""

from __future__ import annotations

from collections.abc import Sequence

from mailgate.rules.times import Moment
from mailgate.store.timing import Happened
from mailgate.tickets.history import is_change

_PERSONS = frozenset({"agent", "token"})


def moments_of(history: Sequence[Happened]) -> dict[str, Moment]:
    """The last time of everything a rule can wait from. An answer that a rule or Mailgate wrote was none."""
    found: dict[str, Moment] = {}
    for event in history:
        moment = Moment(event.id, event.at)
        if event.kind == "opened":
            found |= {"created": moment, "status": moment, "customer_wrote": moment}
        if event.kind == "customer_wrote" and "machine" not in event.data:
            found["customer_wrote"] = moment
        if event.kind in ("answered", "answered_directly") and event.actor in _PERSONS:
            found["answered"] = moment
        if is_change(event.data.get("status")):
            found["status"] = moment
        if is_change(event.data.get("assignee")) and event.data["assignee"][1] is not None:
            found["assigned"] = moment
    return found
