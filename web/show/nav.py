"""The navigation of the set-up: what there is to set up, in groups, and what of it wants to be looked at."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate import clock
from mailgate.rights import Right
from mailgate.store.db import Session
from mailgate.store.wanting import wanting
from web.access import Who
from web.show.views import MOST_COUNTED, capped
from web.speech import later, say


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the navigation. `group`: the heading it stands first below."""

    name: str
    url: str
    icon: str
    count: int | str | None
    is_current: bool
    group: str = ""


# key: (name, icon), below the heading of their group
_GROUPS: dict[str, dict[str, tuple[str, str]]] = {
    later("People"): {
        "agents": (later("Agents"), "person"),
        "teams": (later("Teams"), "people"),
        "companies": (later("Companies"), "people"),
    },
    later("Tickets"): {
        "categories": (later("Categories"), "list"),
        "tags": (later("Tags"), "tag"),
        "fields": (later("Fields"), "facts"),
    },
    later("Mail"): {
        "mailboxes": (later("Mailboxes"), "inbox"),
        "letters": (later("Letters"), "mail"),
        "replies": (later("Canned replies"), "answer"),
    },
    later("By itself"): {
        "routing": (later("Routing"), "people"),
        "policies": (later("Policies"), "check"),
        "rules": (later("Rules"), "rule"),
        "calendars": (later("Calendars"), "clock"),
        "surveys": (later("Surveys"), "star"),
    },
    later("Office"): {
        "organisation": (later("Organisation"), "gear"),
        "tokens": (later("API tokens"), "machine"),
        "audit": (later("Audit"), "eye"),
        "health": (later("Health"), "facts"),
    },
}


SETUP = frozenset({"shelf", "senders", "outbox", *(key for parts in _GROUPS.values() for key in parts)})


def setup_items(session: Session, known: Who, current: str) -> list[Item]:
    """What this one may look after."""
    if not known.may(Right.MAIL):
        return []
    found = wanting(session, clock.now(), MOST_COUNTED)
    items = [
        Item(
            say("Shelf"), "/admin/shelf", "held", capped(found.shelved) or None, current == "shelf", say("In and out")
        ),
        Item(say("Senders"), "/admin/senders", "person", None, current == "senders"),
        Item(say("Outbox"), "/admin/outbox", "outbox", None, current == "outbox"),
    ]
    if known.may(Right.SET_UP):
        # A mailbox that is not fetched, or a broken letter, shows on every page of an admin.
        counts = {"mailboxes": found.alarms, "letters": found.troubles}
        for group, parts in _GROUPS.items():
            for place, (key, (name, icon)) in enumerate(parts.items()):
                heading = "" if place else say(group)
                count = counts.get(key) or None
                items.append(Item(say(name), f"/admin/{key}", icon, count, current == key, heading))
    return items
