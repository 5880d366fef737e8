"""What a page is told of tickets that changed: that they did, whether they belong to its list, and their line of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from mailgate.store.agents import agents_by_ids, teams_by_agent
from mailgate.store.db import Session
from mailgate.store.listing import Listed, listed_by_ids
from mailgate.store.organisations import own
from mailgate.store.sight import who_see
from mailgate.store.tickets import tags_of
from web.live.stream import Listener
from web.show.rows import rows
from web.speech import speaking
from web.templating import render

_FEW = 10  # tickets at once whose lines are sent along; of more, it is said that they changed


@dataclass
class Changed:
    """Some tickets of one organisation that changed, looked up once for all pages."""

    app: Flask
    session: Session
    kinds: Mapping[int, Collection[str]]  # what happened, by ticket
    listening: Collection[int]  # the agents whom it may be told
    found: list[Listed] = field(init=False)
    tags: dict[int, list[str]] = field(init=False)
    teams: dict[int, set[int]] = field(init=False)  # by agent
    _lines: dict[tuple[int, bool, str, str, str | None], str] = field(init=False)
    _seers: dict[int, set[int]] = field(init=False)  # who sees it, by ticket

    def __post_init__(self) -> None:
        self.found = listed_by_ids(self.session, self.kinds)
        self.tags = tags_of(self.session, self.kinds)
        self.teams = teams_by_agent(self.session)
        self._lines = {}
        asking = agents_by_ids(self.session, self.listening)
        self._seers = {
            one.ticket.id: {agent.id for agent in who_see(self.session, asking, one.ticket)} for one in self.found
        }

    def for_page(self, listener: Listener) -> list[dict[str, Any]]:
        """What this page is told: of the tickets its agent sees."""
        return [self._told(one, listener) for one in self.found if listener.agent_id in self._seers[one.ticket.id]]

    def _told(self, one: Listed, listener: Listener) -> dict[str, Any]:
        ticket = one.ticket
        told: dict[str, Any] = {"id": ticket.id, "number": ticket.number, "kinds": sorted(self.kinds[ticket.id])}
        if ticket.assignee_id == listener.agent_id:
            told["mine"] = True
        if {"opened", "customer_wrote"} & set(self.kinds[ticket.id]):
            told |= {"who": one.requester or ticket.requester_address, "subject": ticket.subject}
        if listener.shows is not None:
            teams = self.teams.get(listener.agent_id, set())
            told["here"] = listener.shows.hold(ticket, self.tags[ticket.id], teams)
            if len(self.found) <= _FEW:
                told["row"] = self._line(one, listener)
        return told

    def _line(self, one: Listed, listener: Listener) -> str:
        """A ticket's line; it is the same on all pages that may do the same, go by the same time and speak alike."""
        order = "created" if "created" in listener.sort else "updated"
        key = (one.ticket.id, listener.works, order, listener.language, listener.zone)
        if key not in self._lines:
            (row,) = rows(self.session, [one], order)
            zone = listener.zone or own(self.session).time_zone
            with self.app.app_context(), speaking(listener.language):
                line = render("row_alone.html", row=row, can_tick=listener.works, zone=zone)
            self._lines[key] = line.strip()
        return self._lines[key]


def by_organisation(news: Iterable[tuple[int, str, int]]) -> dict[int, dict[int, set[str]]]:
    """What happened to which tickets of which organisation."""
    found: dict[int, dict[int, set[str]]] = {}
    for org, kind, about in news:
        found.setdefault(org, {}).setdefault(about, set()).add(kind)
    return found
