"""The inbox: the tickets of a view or a search, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request

from mailgate.errors import BadInput
from mailgate.store.listing import Place, list_tickets
from mailgate.store.office import mailboxes
from web import cursors
from web.access import desk, who
from web.show.filters import SORT_NAMES, Asked, read
from web.show.rows import rows
from web.show.shell import desk_page
from web.show.views import capped, counts

pages = Blueprint("inbox", __name__)
ROWS = 50


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, and the address without it."""

    name: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Sort:
    """An order tickets can be shown in."""

    name: str
    url: str
    is_current: bool


@pages.get("/")
def show() -> str:
    """Show a view, or what a search found."""
    agent = who().agent_id or 0
    with desk() as session:
        asked = read(session, request.args)
        filters = asked.filters(agent)
        found = list_tickets(session, filters, sort=asked.sort, after=_place(asked.sort), limit=ROWS + 1)
        page, counted = found[:ROWS], counts(session, agent, filters)
        return desk_page(
            session,
            "inbox.html",
            current=asked.view.key,
            counted=counted,
            view=asked.view,
            q=asked.words,
            kept=[(name, value) for name, value in asked.said().items() if name not in ("view", "q")],
            filters=_chips(asked),
            filter_fields=asked.fields,
            sorts=[Sort(name, asked.url(sort=key), key == asked.sort) for key, name in SORT_NAMES.items()],
            total=capped(counted[0]),
            rows=rows(session, page, asked.sort),
            older_url=asked.url(cursor=cursors.of_ticket(page[-1].ticket, asked.sort)) if len(found) > ROWS else None,
            newest_url=asked.url() if "cursor" in request.args else None,
            unassigned_count=counted["unassigned"],
            support_address=next((mailbox.address for mailbox in mailboxes(session) if mailbox.active), "a mailbox"),
        )


def _chips(asked: Asked) -> list[Chip]:
    words = {field.name: {option.value: option.word for option in field.options} for field in asked.fields}
    return [
        Chip(f"{field.label}: {words[field.name][field.value]}", asked.url(**{field.name: ""}))
        for field in asked.fields
        if field.value
    ]


def _place(sort: str) -> Place | None:
    """Where the page before ended. A cursor of another order, or none of ours, leads back to the top."""
    try:
        return cursors.read_place(request.args.get("cursor", ""), sort)
    except BadInput:
        return None
