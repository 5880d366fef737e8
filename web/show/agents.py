"""Words and values around agents: their roles, lists typed with commas, and times typed in the desk's zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from mailgate.errors import BadInput
from mailgate.store.db import Session
from web.access import zone_of
from web.show.fields import Option
from web.speech import later

ROLES = (
    Option("viewer", later("Viewer: reads tickets")),
    Option("agent", later("Agent: works on tickets")),
    Option("admin", later("Admin: changes the set-up, too")),
    Option("owner", later("Owner: decides who is an owner, too")),
)
ROLES_OF_OTHERS = ROLES[:3]  # what somebody who is no owner may give

TIERS = (
    Option("1", later("First: takes everything")),
    Option("2", later("Second")),
    Option("3", later("Third: the specialists")),
)


def split(text: str) -> tuple[str, ...]:
    """What somebody typed with commas between."""
    return tuple(each.strip() for each in text.split(",") if each.strip())


def until(session: Session, text: str) -> datetime | None:
    """A moment somebody chose in their own zone, as browsers send it: 2026-11-30T08:00."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone_of(session)))
    except ValueError:
        raise BadInput("Write the time as 2026-11-30T08:00.", until="is no time") from None
