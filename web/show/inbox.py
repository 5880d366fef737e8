"""The inbox as its page needs it: the tickets of a view or a search, how it was narrowed, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailgate.errors import BadInput
from mailgate.rights import Right
from mailgate.store.db import Session
from mailgate.store.listing import Filters, Listed, Place, list_tickets
from mailgate.store.organisations import own
from mailgate.store.tickets import PRIORITIES
from mailgate.store.views import SavedView, views_of
from mailgate.tickets.bulk import Result
from web import cursors
from web.access import who
from web.show import words
from web.show.fields import Option, known_fields
from web.show.filters import SORT_NAMES, Asked, of_saved, read
from web.show.later import laters
from web.show.rows import rows
from web.show.shell import desk_page
from web.show.views import capped, counts
from web.speech import say, say_count, told

ROWS = 50


@dataclass(frozen=True, slots=True)
class Sort:
    """An order tickets can be shown in."""

    name: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an action on many tickets."""

    sentence: str
    refused: list[str]


def inbox_page(session: Session, query: Mapping[str, str], *, told: Told | None = None, wrong: str = "") -> str:
    """The page. `told`: what was just done to many tickets; `wrong`: why a view could not be saved."""
    agent = who().agent_id or 0
    organisation = own(session)
    zone = who().time_zone or organisation.time_zone
    known = known_fields(session, agent, zone)
    asked = read(known, query)
    saved = views_of(session, agent)
    filters = asked.filters(session, agent)
    found = _found(session, asked, filters, query)
    page = found[:ROWS]
    counted = counts(session, agent, filters, saved=[of_saved(known, one).filters(session, agent) for one in saved])
    return desk_page(
        session,
        "inbox.html",
        organisation=organisation,
        saved=saved,
        current=_current(asked, saved),
        counted=counted,
        view={"key": asked.view.key, "name": say(asked.view.name)},
        asked=asked,
        sorts=[Sort(say(SORT_NAMES[key]), asked.url(sort=key), key == asked.sort) for key in asked.sorts],
        total=0 if asked.q.mistakes else capped(counted[0]),
        rows=rows(session, page, asked.sort),
        older_url=asked.url(cursor=cursors.of_ticket(page[-1].ticket, asked.sort)) if len(found) > ROWS else None,
        newest_url=asked.url() if "cursor" in query else None,
        unassigned_count=counted["unassigned"],
        support_address=next((mailbox.address for mailbox in known.mailboxes if mailbox.active), say("a mailbox")),
        deeds=_deeds(asked, zone) if who().may(Right.WORK) else None,
        saved_view=_saved_here(asked, saved),
        can_save=who().agent_id is not None and bool(asked.chips() or asked.q.words) and not asked.q.mistakes,
        told=told,
        wrong=wrong,
    )


def told_of(results: Sequence[Result], done: str) -> Told:
    """The results of an action on many tickets, in one sentence and one for each that was refused."""
    changed = sum(result.is_changed for result in results)
    refused = [result.refused for result in results if result.refused]
    same = len(results) - changed - len(refused)
    parts = [f"{changed} {done}"]
    parts += [say_count("%(num)s was so already", "%(num)s were so already", same)] if same else []
    parts += [say("%(count)s not", count=len(refused))] if refused else []
    return Told(f"{', '.join(parts)}{':' if refused else '.'}", [told(one) for one in refused])


def _found(session: Session, asked: Asked, filters: Filters, query: Mapping[str, str]) -> list[Listed]:
    """The next rows. A word nobody understands finds nothing: all tickets would be a wrong answer."""
    if asked.q.mistakes:
        return []
    return list_tickets(session, filters, sort=asked.sort, after=_place(query, asked.sort), limit=ROWS + 1)


def _place(query: Mapping[str, str], sort: str) -> Place | None:
    """Where the page before ended. A cursor of another order, or none of ours, leads back to the top."""
    try:
        return cursors.read_place(query.get("cursor", ""), sort)
    except BadInput:
        return None


def _saved_here(asked: Asked, saved: Sequence[SavedView]) -> SavedView | None:
    return next((one for one in saved if one.query == asked.query), None)


def _current(asked: Asked, saved: Sequence[SavedView]) -> str:
    """The line of the navigation this is: a saved view, or the view that is narrowed."""
    here = _saved_here(asked, saved)
    return f"saved-{here.id}" if here else asked.view.key


def _deeds(asked: Asked, zone: str) -> dict[str, Any]:
    """What can be done to the ticked tickets."""
    people = [option for option in asked.known.fields["assignee"].options if option.value != "me"]
    return {
        "assignees": [Option("me", say("Take them myself")), *people],
        "priorities": [Option(name, say(words.PRIORITIES[name])) for name in PRIORITIES],
        "laters": laters(zone),
    }
